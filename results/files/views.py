"""Files of a publication at stable addresses."""

import json
import logging
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cchc_index.lib.faults import Refused
from results import verify
from results.book import slug
from results.jobs.queries import is_waiting, report_job
from results.jobs.views import DAMAGED, TYPES
from results.models import Job, Publication, PublishedFile
from results.publication import queries
from results.publication.rules import may_read_contents
from results.publication.views import BundleAddress, publication_or_404
from results.rules import may_see_preview
from units.models import Unit

from . import actions, spreadsheets
from . import queries as kept_files

KINDS = ("json", "csv", "xlsx", "pdf", "docx")
log = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {**TYPES, "xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@login_not_required
@require_GET
def file(request: HttpRequest, year: int, number: str, named_year: int, kind: str) -> HttpResponseBase:
    """A publication as JSON, CSV, XLSX or PDF. The JSON is the bundle, byte for byte."""
    publication = publication_or_404(request, year, number)
    if named_year != year or kind not in KINDS:
        raise Http404
    if not may_read_contents(request.user, publication):
        return _recalled(publication, kind)
    name = f"chi-so-cchc-{year}.{kind}"
    made = kept_files.recorded(publication, name)
    if made is not None:
        return _kept(made)
    if kind in ("pdf", "docx"):
        return _pdf(request, publication, None, f"chi-so-cchc-{year}.pdf")
    text = queries.text_of(publication)
    if kind == "json":
        return _attachment(text.encode(), "application/json", name)
    bundle = json.loads(text)
    if kind == "csv":
        return _attachment(spreadsheets.csv_bytes(bundle), "text/csv; charset=utf-8", name)
    return _attachment(spreadsheets.xlsx_bytes(bundle), XLSX, name)


@login_not_required
@require_GET
def codebook(request: HttpRequest) -> HttpResponse:
    return _attachment(spreadsheets.codebook_bytes(), "text/csv; charset=utf-8", "bang-ma-cot.csv")


@login_not_required
@require_GET
def verifier(request: HttpRequest) -> HttpResponse:
    """The program by which anybody proves a published file: this one file, as it is."""
    return _attachment(Path(verify.__file__).read_bytes(), "text/x-python; charset=utf-8", "verify.py")


@login_not_required
@require_GET
def sheet(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponseBase:
    """One unit's sheet as PDF."""
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return _recalled(publication, "pdf")
    unit = _unit_of(publication, group, code)
    made = kept_files.recorded(publication, actions.sheet_name(publication, group, code))
    if made is not None:
        return _kept(made)
    return _pdf(request, publication, unit, f"chi-so-cchc-{year}-{slug(code)}.pdf")


@login_not_required
@require_POST
def request_file(request: HttpRequest, year: int, number: str) -> HttpResponseRedirect:
    """Ask for the publication's report, or with `group` and `unit` for that unit's sheet."""
    publication = publication_or_404(request, year, number)
    if not may_read_contents(request.user, publication):
        return redirect(BundleAddress.of(publication).home())
    group, code = request.POST.get("group", ""), request.POST.get("unit", "")
    unit = _unit_of(publication, group, code) if code else None
    try:
        job = actions.request_report(
            actor=request.user,
            publication_id=publication.pk,
            unit_id=unit.pk if unit else None,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(BundleAddress.of(publication).home())
    return redirect("results:job", pk=job.pk)


def _kept(row: PublishedFile) -> HttpResponseBase:
    """The file as it was first made; one that was changed since is not given out."""
    if not kept_files.is_whole(row):
        log.error("%s không còn đúng với mã kiểm tra", row)
        return HttpResponse(DAMAGED, content_type="text/plain; charset=utf-8", status=503)
    kind = CONTENT_TYPES[row.name.rpartition(".")[2]]
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type=kind)


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
        return HttpResponse(json.dumps(facts, ensure_ascii=False), content_type="application/json", status=410)
    words = f"Công bố số {publication.number} đã được thu hồi. Lý do: {publication.recall_reason}"
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=410)


def _unit_of(publication: Publication, group: str, code: str) -> Unit:
    """The unit, if the publication ranks it."""
    block = queries.book_of(publication).block(group)
    if block is None or code not in block.by_unit:
        raise Http404
    return get_object_or_404(Unit, group__code=group, code=code)


def _pdf(request: HttpRequest, publication: Publication, unit: Unit | None, name: str) -> HttpResponseBase:
    """The finished file. Until it is there, a page with its progress, or with the button that asks for it."""
    job = report_job(publication, unit)
    if job is not None and job.state == Job.State.DONE and job.file:
        return FileResponse(job.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf")
    context = {
        "publication": publication,
        "place": BundleAddress.of(publication),
        "unit": unit,
        "job": job,
        "name": name,
    }
    return render(
        request, "results/files/pending.html", {**context, "waiting": job is not None and is_waiting(job)}, status=202
    )


def _attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
