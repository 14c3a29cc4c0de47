"""The Excel round trip: download, upload, preview by cell, confirm."""

import io
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from selfassess import rules
from selfassess.core.queries import task_list
from selfassess.core.views import find_assessment, only_the_unit, person
from selfassess.models import SelfAssessment, SelfScore

from . import queries
from .actions import apply_workbook, keep_upload
from .comparing import Comparison, RowChange, compare
from .reading import MAX_BYTES, read
from .writing import build

SHOWN_FAULTS = 200
HIDDEN = "an"
"""Whether rows and columns that are hidden in the file count; kept in the preview's address."""


@require_safe
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The template with what stands now."""
    found = find_assessment(request, pk)
    return _file(found, build(task_list(found)))


@require_safe
def workbook_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh template that keeps what the uploaded file says, but for the rows somebody else saved first."""
    found = find_assessment(request, pk)
    try:
        compared = _compared(request, found, request.GET.get("tep", ""), take_hidden=_takes_hidden(request))
    except (Refused, ImportRefused) as refused:
        return _back(request, found, str(refused))
    typed = {row.criterion.pk: row.values for row in compared.changes}
    return _file(found, build(task_list(found), typed))


def _file(assessment: SelfAssessment, content: bytes) -> HttpResponse:
    name = f"tu-danh-gia-{assessment.unit.code}-{assessment.round_group.round.year}.xlsx"
    return attached(content, name)


@require_http_methods(["GET", "HEAD", "POST"])
def workbook_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a filled workbook; a good one leads to its preview, a bad one shows every fault."""
    found = find_assessment(request, pk)
    if request.method != "POST":
        return _upload_page(request, found)
    only_the_unit(request, found)
    try:
        content = _content(request.FILES.get("file"))
        take_hidden = _takes_hidden(request)
        _compare(request, found, io.BytesIO(content), take_hidden=take_hidden)
        ticket = keep_upload(content, found.pk, person(request).pk)
    except ImportRefused as refused:
        return _upload_page(request, found, list(refused.faults))
    return redirect(_preview_address(found, ticket, take_hidden=take_hidden))


def _content(upload: "UploadedFile[Any] | None") -> bytes:
    if upload is None:
        raise ImportRefused([Fault(0, "", "chưa được chọn", "bấm “Chọn tệp” và chọn tệp .xlsx đã điền")])
    # One byte past the limit is enough to know that a file is too large; the reader refuses it.
    content: bytes = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        said = f"lớn hơn {MAX_BYTES // 1024 // 1024} MB nên không phải mẫu này"
        raise ImportRefused([Fault(0, "", said, "xóa hình ảnh và trang thừa rồi lưu lại")])
    return content


def _upload_page(request: HttpRequest, assessment: SelfAssessment, faults: list[Fault] | None = None) -> HttpResponse:
    faults = faults or []
    user = person(request)
    context = {
        "assessment": assessment,
        "faults": faults[:SHOWN_FAULTS],
        "more": max(0, len(faults) - SHOWN_FAULTS),
        "may_edit": rules.can_edit(user, assessment),
        "refusal": rules.refusal("edit", assessment, clock.now()),
        "max_megabytes": MAX_BYTES // 1024 // 1024,
    }
    return render(request, "selfassess/workbook/upload.html", context, status=400 if faults else 200)


@require_safe
def workbook_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Old and new by cell; nothing is written."""
    found = find_assessment(request, pk)
    ticket = request.GET.get("tep", "")
    try:
        compared = _compared(request, found, ticket, take_hidden=_takes_hidden(request))
    except (Refused, ImportRefused) as refused:
        return _back(request, found, str(refused))
    return _preview_page(request, found, ticket, compared)


def _preview_page(
    request: HttpRequest,
    assessment: SelfAssessment,
    ticket: str,
    compared: Comparison,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    again = reverse("selfassess:workbook-again", args=[assessment.pk])
    context = {
        "assessment": assessment,
        "compared": compared,
        "stale": _stale(assessment, compared),
        "ticket": ticket,
        "error": error,
        "may_edit": rules.can_edit(request.user, assessment),
        "take_hidden": _takes_hidden(request),
        "again": f"{again}?{_asked(ticket, _takes_hidden(request))}",
    }
    return render(request, "selfassess/workbook/preview.html", context, status=status)


def _stale(assessment: SelfAssessment, compared: Comparison) -> list[tuple[RowChange, SelfScore]]:
    """Rows somebody saved first, with who and when."""
    if not compared.stale:
        return []
    criteria = [row.criterion.pk for row in compared.stale]
    known = queries.stale_scores(assessment, criteria)
    return [(row, known[row.criterion.pk]) for row in compared.stale if row.criterion.pk in known]


@require_POST
def workbook_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write all that the preview showed, or nothing. The file is read again, so nothing in between counts."""
    found = find_assessment(request, pk)
    only_the_unit(request, found)
    ticket = request.POST.get("ticket", "")
    take_hidden = _takes_hidden(request)
    try:
        compared = _compared(request, found, ticket, take_hidden=take_hidden)
    except (Refused, ImportRefused) as refused:
        return _back(request, found, str(refused))
    if compared.stale:
        return _preview_page(request, found, ticket, compared, status=409)
    try:
        changed = apply_workbook(
            actor=person(request),
            assessment_id=found.pk,
            lines=[row.line() for row in compared.changes],
            reason=queries.log_reason(compared.file_id),
            address=address_of(request),
        )
    except Refused as refused:
        again = _compared(request, found, ticket, take_hidden=take_hidden)
        return _preview_page(request, found, ticket, again, error=str(refused), status=409)
    said = f"Đã ghi {changed} tiêu chí từ tệp Excel." if changed else "Tệp không khác hệ thống; không ghi gì."
    messages.success(request, said)
    return redirect("selfassess:assessment", found.pk)


def _takes_hidden(request: HttpRequest) -> bool:
    if request.method == "POST":
        return request.POST.get("take_hidden") == "1"
    return request.GET.get(HIDDEN) == "1"


def _compared(request: HttpRequest, assessment: SelfAssessment, ticket: str, *, take_hidden: bool) -> Comparison:
    """The kept file against what stands now. Raises Refused for a bad ticket, ImportRefused for a bad file."""
    content = queries.fetch_upload(ticket, assessment.pk, person(request).pk)
    return _compare(request, assessment, content, take_hidden=take_hidden)


def _compare(
    request: HttpRequest, assessment: SelfAssessment, content: io.BytesIO, *, take_hidden: bool = False
) -> Comparison:
    tasks = task_list(assessment)
    filled = read(content, tasks, name="tep.xlsx", take_hidden=take_hidden)
    queries.take_own(filled, tasks, person(request))
    return compare(filled, tasks)


def _preview_address(assessment: SelfAssessment, ticket: str, *, take_hidden: bool) -> str:
    return f"{reverse('selfassess:workbook-preview', args=[assessment.pk])}?{_asked(ticket, take_hidden)}"


def _asked(ticket: str, take_hidden: bool) -> str:
    return urlencode({"tep": ticket} | ({HIDDEN: "1"} if take_hidden else {}))


def _back(request: HttpRequest, assessment: SelfAssessment, message: str) -> HttpResponse:
    messages.error(request, message)
    return redirect("selfassess:workbook-upload", assessment.pk)
