"""Declared interests: the member's own page, and the index manager's list of everybody's."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from appraisal.core.views.place import check_desk
from appraisal.rules import reach
from appraisal.rules.reading import interests_visible_to
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from criteria import queries as criteria_queries
from units import rules as people
from units.models import User

from . import actions, queries
from .forms import DeclareForm, declare_form


@require_http_methods(["GET", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """What is declared; declare, withdraw, confirm that there is nothing else."""
    user = check_desk(request)
    if not (people.is_council_member(user) or people.is_index_manager(user)):
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, user, declare_form(user))
    deed = {"confirm": _confirm, "withdraw": _withdraw}.get(request.POST.get("verb", ""), _declare)
    return deed(request, user)


def _confirm(request: HttpRequest, user: User) -> HttpResponse:
    current = criteria_queries.require_round_in_view(request)
    actions.confirm_no_interest(actor=user, round_=current)
    messages.success(request, f"Đã ghi xác nhận của bạn cho kỳ {current.year}.")
    return redirect(_onward(request) or "appraisal:home")


def _withdraw(request: HttpRequest, user: User) -> HttpResponse:
    chosen = whole_number(request.POST.get("interest", ""), digits=11)
    found = get_object_or_404(interests_visible_to(user), pk=chosen or 0)
    reason = request.POST.get("reason", "")
    try:
        actions.withdraw_interest(actor=user, interest_id=found.pk, reason=reason)
    except Refused as refused:
        return _page(request, user, declare_form(user), str(refused), status=422)
    messages.success(request, f"Đã rút khai báo xung đột lợi ích với {found.unit}.")
    return redirect(_here(request))


def _declare(request: HttpRequest, user: User) -> HttpResponse:
    form = declare_form(user, request.POST)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    data = form.cleaned_data
    member = data.get("member") or user
    try:
        found = actions.declare_interest(actor=user, member=member, unit=data["unit"], reason=data["reason"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, user, form, status=422)
    messages.success(
        request,
        f"Đã ghi xung đột lợi ích của {found.member} với {found.unit}. "
        "Thành viên không xem, không thẩm định hồ sơ của đơn vị này.",
    )
    return redirect(_here(request))


def _page(request: HttpRequest, user: User, form: DeclareForm, error: str = "", status: int = 200) -> HttpResponse:
    current = criteria_queries.round_in_view(request)
    confirmed = queries.confirmation(user, current) if current else None
    context = {
        "form": form,
        "error": error,
        "rows": list(interests_visible_to(user).select_related("member", "unit", "declared_by", "withdrawn_by")),
        "own_units": queries.own_units(user),
        "is_member": people.is_council_member(user),
        "is_manager": people.is_index_manager(user),
        "current": current,
        "confirmed": confirmed,
        "asked": current is not None and reach.must_confirm(user, reach.desk(user, current)),
        "onward": _onward(request),
    }
    return render(request, "appraisal/interests/interests.html", context, status=status)


def _onward(request: HttpRequest) -> str:
    """The page the person was on the way to."""
    target = request.POST.get("next", "") or request.GET.get("tiep", "")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if ours and target.startswith("/") else ""


def _here(request: HttpRequest) -> str:
    onward = _onward(request)
    return reverse("appraisal:interests") + (f"?{urlencode({'tiep': onward})}" if onward else "")
