"""Files of a publication at stable addresses."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cchc_index.lib.faults import Refused
from results import verify
from results.book import slug
from results.jobs.views import DAMAGED
from results.models import Publication, PublishedFile
from results.publication import queries
from results.publication.rules import may_read_contents
from results.publication.views import open_publication
from results.rules import may_see_preview
from results.signed import queries as signed_decisions

from . import actions, answer, making, signing, spreadsheets
from . import queries as kept_files

KINDS = ("json", "csv", "xlsx", "pdf", "docx", "sig")
log = logging.getLogger(__name__)


@answer.open_data
def file(request: HttpRequest, year: int, number: str, named_year: int, kind: str) -> HttpResponseBase:
    """A publication as JSON, CSV, XLSX, PDF or Word, or its signature. The JSON is the bundle, byte for byte."""
    if named_year != year or kind not in KINDS:
        raise Http404
    publication = open_publication(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(publication, kind)
    if kind == "json":
        data = making.frozen_json(publication.pk, publication.digest)
        name, shared = f"chi-so-cchc-{year}.json", _is_shared(publication)
        return answer.bytes_of(request, data, name, publication.published_at, shared=shared)
    return _given(request, publication, f"chi-so-cchc-{{}}.{kind}")


@answer.open_data
def table(request: HttpRequest, year: int, number: str, named_year: int, stem: str) -> HttpResponseBase:
    """A plain table of a publication: every cell, or the criteria."""
    if named_year != year:
        raise Http404
    publication = open_publication(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(publication, "csv")
    return _given(request, publication, f"{stem}-{{}}.csv")


def _given(request: HttpRequest, publication: Publication, pattern: str) -> HttpResponseBase:
    """The file as it was first made; one that is not in the record yet is made now."""
    name = pattern.format(publication.round.year)
    row = kept_files.recorded(publication, name)
    if row is not None:
        return _kept(request, row, publication)
    return _made(request, publication, name, lambda: making.made(publication, pattern))


def _made(request: HttpRequest, publication: Publication, name: str, make: Callable[[], bytes]) -> HttpResponseBase:
    try:
        shared = _is_shared(publication)
        return answer.bytes_of(request, make(), name, publication.published_at, shared=shared)
    except making.Busy:
        words = "Máy chủ đang tạo tệp cho người khác. Tải lại sau nửa phút."
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"})


@answer.open_data
def codebook(request: HttpRequest) -> HttpResponseBase:
    return answer.bytes_of(request, spreadsheets.codebook_bytes(), "bang-ma-cot.csv")


@answer.open_data
def verifier(request: HttpRequest) -> HttpResponseBase:
    """The program by which anybody proves a published file: this one file, as it is."""
    return answer.bytes_of(request, Path(verify.__file__).read_bytes(), "verify.py")


@answer.open_data
def public_key(request: HttpRequest) -> HttpResponseBase:
    """The public half of the key that signs publications."""
    return answer.bytes_of(request, signing.public_pem(), "khoa-cong-khai.pem")


@answer.open_data
def sheet(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponseBase:
    """One unit's sheet as PDF."""
    publication = open_publication(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(publication, "pdf")
    block = queries.book_of(publication).block(group)
    if block is None or code not in block.by_unit:
        raise Http404
    row = kept_files.recorded(publication, actions.sheet_name(publication, group, code))
    if row is not None:
        return _kept(request, row, publication)
    name = f"chi-so-cchc-{year}-{slug(code)}.pdf"
    return _made(request, publication, name, lambda: making.made_sheet(publication, group, code))


@answer.open_data
def signed_decision(request: HttpRequest, year: int, number: str) -> HttpResponseBase:
    """The signed decision of a publication, as long as it is what was posted."""
    publication = open_publication(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(publication, "pdf")
    row = signed_decisions.standing(publication)
    if row is None:
        raise Http404
    data = signed_decisions.whole(row)
    if data is None:
        log.error("Quyết định đã ký %s không còn nguyên vẹn", row.pk)
        return HttpResponse(DAMAGED, content_type="text/plain; charset=utf-8", status=503, headers=answer.GONE)
    return answer.bytes_of(request, data, f"quyet-dinh-{year}-{number}.pdf", shared=_is_shared(publication))


def _is_shared(publication: Publication) -> bool:
    """Whether anybody may have its files: not those of a proposal, nor of what was taken back."""
    return publication.state == Publication.State.PUBLISHED


def _kept(request: HttpRequest, row: PublishedFile, publication: Publication) -> HttpResponseBase:
    """The file as it was first made; one that was changed since is not given out."""
    if not kept_files.is_whole(row):
        log.error("%s không còn đúng với mã kiểm tra", row)
        return HttpResponse(DAMAGED, content_type="text/plain; charset=utf-8", status=503, headers=answer.GONE)
    return answer.stored(request, row, shared=_is_shared(publication))


@require_POST
def request_booklets(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Ask for the booklets of all units."""
    if not may_see_preview(request.user):
        raise PermissionDenied
    get_object_or_404(Publication, pk=pk)
    try:
        job = actions.request_booklets(actor=request.user, publication_id=pk, ending=request.POST.get("kind", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("results:proposal", pk=pk)
    return redirect("results:job", pk=job.pk)


def _recalled(publication: Publication, kind: str) -> HttpResponse:
    """A file of a publication that was taken back: 410, with the reason, as JSON to who asked for JSON."""
    facts = {
        "year": publication.round.year,
        "number": publication.number,
        "state": publication.state,
        "recalled_at": publication.recalled_at.isoformat() if publication.recalled_at else None,
        "reason": publication.recall_reason,
    }
    if kind == "json":
        text = json.dumps(facts, ensure_ascii=False)
        return HttpResponse(text, content_type="application/json", status=410, headers=answer.GONE)
    words = f"Công bố số {publication.number} đã được thu hồi. Lý do: {publication.recall_reason}"
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=410, headers=answer.GONE)
