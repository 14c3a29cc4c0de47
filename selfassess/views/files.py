"""The unit's documents: list, one document with its versions and uses, and the file."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Round
from criteria.queries import round_in_view
from selfassess import actions, entry, findings, papers, queries, rules, storage
from selfassess.files import SHOWN, answer, withheld
from selfassess.forms import PlaceForm, UploadForm
from selfassess.models import Document, Evidence
from units.models import Unit

from .found import address, person

DATA = ("number", "issued_on", "issuer", "abstract")


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Documents the person may see, of one unit when `?don-vi=` says so; old versions on the document's page."""
    user = person(request)
    units = rules.units_visible_to(user).order_by("group", "code")
    wanted = request.GET.get("don-vi", "")
    unit = get_object_or_404(units, pk=int(wanted)) if wanted.isascii() and wanted.isdigit() else units.first()
    current = rules.documents_visible_to(user).filter(unit=unit, replaced_by=None)
    found = list(queries.with_uses(current).order_by("-uploaded_at", "-pk"))
    context = {
        "units": units,
        "unit": unit,
        "rows": _with_findings(found, unit, round_in_view(request)),
        "used": storage.used(unit.pk) if unit else None,
    }
    return render(request, "selfassess/evidence/documents.html", context)


def _with_findings(
    found: list[Document], unit: Unit | None, round_: Round | None
) -> list[tuple[Document, findings.Said]]:
    """Each document with what is said about it in the round in view."""
    if unit is None or round_ is None:
        return [(each, findings.Said()) for each in found]
    said = findings.of_documents(found, round_, unit.pk)
    return [(each, said[each.pk]) for each in found]


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself; `?tai-ve=1` saves it. Each reading is recorded."""
    found = get_object_or_404(rules.documents_visible_to(request.user), pk=pk)
    return answer(request, person(request), found, download="tai-ve" in request.GET)


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: data, findings, uses, versions, and the file at `?trang=`."""
    return _paper_page(request, _found(request, pk))


@require_POST
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version: another file, or corrected data."""
    found = _own(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _paper_page(request, found, form.said(), status=400)
    given = {name: form.cleaned_data[name] for name in DATA}
    try:
        new = actions.replace_document(
            actor=person(request),
            document_id=found.pk,
            upload=request.FILES.get("upload"),
            address=address(request),
            **given,
        )
    except entry.Invalid as invalid:
        return _paper_page(request, found, invalid.errors, status=400)
    except Refused as refused:
        return _paper_page(request, found, {"": str(refused)}, status=409)
    messages.success(request, f"Đã thay bằng bản mới {new.number}; bản cũ vẫn xem được ở mục “Các bản”.")
    return redirect("selfassess:paper", new.pk)


@require_POST
def place(request: HttpRequest, pk: int, evidence_id: int) -> HttpResponse:
    """Another page or section for one of the document's uses."""
    found = _own(request, pk)
    used = Evidence.objects.filter(document=found, removed_at=None).select_related("score__criterion")
    evidence = get_object_or_404(used, pk=evidence_id)
    form = PlaceForm(request.POST)
    errors: Mapping[str, str] = {} if form.is_valid() else form.said()
    if not errors:
        try:
            actions.move_place(
                actor=person(request),
                assessment_id=evidence.score.assessment_id,
                evidence_id=evidence.pk,
                address=address(request),
                **form.cleaned_data,
            )
        except entry.Invalid as invalid:
            errors = invalid.errors
        except Refused as refused:
            return _paper_page(request, found, {"": str(refused)}, status=409)
    if errors:
        return _paper_page(request, found, errors, status=400, wrong=evidence.pk)
    messages.success(request, f"Đã ghi vị trí của {found.number} ở tiêu chí {evidence.score.criterion.code}.")
    return redirect("selfassess:paper", found.pk)


def _found(request: HttpRequest, pk: int) -> Document:
    visible = rules.documents_visible_to(request.user).select_related("replaced_by", "unit", "uploaded_by")
    return get_object_or_404(visible, pk=pk)


def _own(request: HttpRequest, pk: int) -> Document:
    found = _found(request, pk)
    if not rules.is_member(request.user, found.unit_id):
        raise PermissionDenied
    return found


def _paper_page(
    request: HttpRequest,
    found: Document,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    wrong: int | None = None,
) -> HttpResponse:
    """The document's page; after a fault with everything typed still in its field. `wrong`: the evidence
    whose place was refused."""
    user, errors = person(request), errors or {}
    said = withheld(found, own=rules.is_member(user, found.unit_id))
    uses = papers.uses(found, user, clock.now())
    context = {
        "document": found,
        "uses": uses,
        "versions": papers.versions(found),
        "notes": findings.document_words(found),
        "withheld": said,
        "is_shown": not said and found.content_type in SHOWN,
        "at_page": _page_number(request, found, uses),
        "is_member": rules.is_member(user, found.unit_id),
        "may_replace": rules.is_member(user, found.unit_id) and not hasattr(found, "replaced_by"),
        "typed": _typed(request, found),
        "errors": errors,
        "wrong": wrong,
        "summary": _summary(errors, wrong),
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // (1024 * 1024),
    }
    return render(request, "selfassess/evidence/document.html", context, status=status)


def _summary(errors: Mapping[str, str], wrong: int | None) -> list[str]:
    """The error summary: a link to each wrong field."""
    end = f"-{wrong}" if wrong else ""
    return [format_html('<a href="#{}{}">{}</a>', name, end, said) if name else said for name, said in errors.items()]


def _typed(request: HttpRequest, found: Document) -> dict[str, Any]:
    """What stands in the fields: the document's data, or what was typed."""
    issued = f"{found.issued_on:%d/%m/%Y}" if found.issued_on else ""
    typed: dict[str, Any] = {
        "number": found.number,
        "issued_on": issued,
        "issuer": found.issuer,
        "abstract": found.abstract,
    }
    if request.method == "POST":
        typed |= {name: request.POST[name] for name in (*DATA, "page", "section") if name in request.POST}
    return typed


def _page_number(request: HttpRequest, found: Document, uses: list[papers.Use]) -> int | None:
    """The page to open at: the one asked for, else the first one in use."""
    raw = request.GET.get("trang", "")
    if raw.isascii() and raw.isdigit() and len(raw) < 7:
        return int(raw)
    return next((use.evidence.page for use in uses if use.evidence.page), None)
