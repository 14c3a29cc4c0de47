"""The library of reasons: what is offered, how it is used, and its upkeep."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from appraisal.core.views.place import check_manager
from appraisal.models import Reason
from appraisal.rules import reach
from cchc_index.lib.faults import Refused
from criteria import queries as criteria_queries
from units.models import User

from . import actions, queries


@require_http_methods(["GET", "POST"])
def reasons(request: HttpRequest) -> HttpResponse:
    """Every reason with its use in the year in view; a new one is added here."""
    user = check_manager(request)
    error, text = "", request.POST.get("text", "")
    if request.method == "POST":
        try:
            made = actions.add_reason(actor=user, text=text)
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, f"Đã thêm lý do “{made.text}”.")
            return redirect("appraisal:reasons")
    current = criteria_queries.round_in_view(request)
    used = queries.by_reason(current)
    rows = sorted(
        ((reason, used.get(reason.pk, queries.Usage())) for reason in reach.reasons_manageable_by(user)),
        key=lambda row: (not row[0].active, -row[1].count, row[0].code),
    )
    context = {"rows": rows, "round": current, "error": error, "text": text}
    return render(request, "appraisal/reasons/reasons.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, pk: int) -> HttpResponse:
    """One reason: where it was given, criterion by criterion; reword, retire, offer again, delete unused."""
    user = check_manager(request)
    found = get_object_or_404(reach.reasons_manageable_by(user), pk=pk)
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _change(request, user, found))
        except Refused as refused:
            error = str(refused)
        else:
            gone = request.POST.get("verb") == "delete"
            return redirect("appraisal:reasons") if gone else redirect(reverse("appraisal:reason", args=[pk]))
    return _reason_page(request, found, error)


def _change(request: HttpRequest, user: User, reason: Reason) -> str:
    """Carry out what the form asks; the sentence that says so."""
    verb = request.POST.get("verb", "")
    if verb == "delete":
        actions.delete_reason(actor=user, reason_id=reason.pk)
        return f"Đã xóa lý do “{reason.text}”."
    if verb in ("retire", "revive"):
        actions.set_reason_active(actor=user, reason_id=reason.pk, active=verb == "revive")
        return "Lý do được dùng lại." if verb == "revive" else "Lý do không còn hiện để chọn; kết quả cũ giữ nguyên."
    made = actions.reword_reason(
        actor=user, reason_id=reason.pk, text=request.POST.get("text", ""), seen=request.POST.get("seen", "")
    )
    return f"Đã sửa lý do thành “{made.text}”."


def _reason_page(request: HttpRequest, reason: Reason, error: str) -> HttpResponse:
    current = criteria_queries.round_in_view(request)
    criteria = queries.by_criterion(current, reason)
    context = {
        "reason": reason,
        "round": current,
        "criteria": criteria,
        "usage": queries.usage(use for row in criteria for use in row.uses),
        "ever_used": reason.pk in queries.ever_used(),
        "error": error,
        "text": request.POST.get("text", reason.text),
        "seen": reason.text,  # a conflict was said before any other fault
    }
    return render(request, "appraisal/reasons/reason.html", context, status=422 if error else 200)
