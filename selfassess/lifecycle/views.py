"""Home, the check before submission, the receipt, and the buttons that move an assessment (POST only)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from criteria.queries import round_in_view
from selfassess import rules
from selfassess.core.queries import task_list
from selfassess.core.views import find_assessment, person
from selfassess.evidence.queries import infected, remarks_in_assessment
from selfassess.models import SelfAssessment
from units import rules as people
from units.auditlog.queries import mark_of
from units.models import UNITS_BY_NAME
from units.proofs.rules import ask_for_proof

from . import actions, council, queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The assessment of the person's unit; a list for several units, managers and observers."""
    user, round_ = person(request), round_in_view(request)
    own = list(people.units_where(user, *rules.UNIT_ROLES).select_related("group").order_by("group", *UNITS_BY_NAME))
    if not own and not rules.sees_all(user):
        raise PermissionDenied
    places = queries.own_places(own, round_) if round_ else []
    if len(places) == 1 and places[0].assessment and not rules.sees_all(user):
        return redirect("selfassess:assessment", places[0].assessment.pk)
    context: dict[str, Any] = {"round": round_, "places": places, "own": own, "sees_all": rules.sees_all(user)}
    if round_ and rules.sees_all(user):
        context["progress"] = queries.progress(rules.visible_to(user).filter(round_group__round=round_))
    return render(request, "selfassess/lifecycle/home.html", context)


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return check_page(request, find_assessment(request, pk))


def check_page(
    request: HttpRequest, assessment: SelfAssessment, *, error: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    """Everything before submission on one page; after a refusal with the typed reason kept."""
    context = standing(request, assessment)
    context |= {"error": error, "reason": reason}
    context |= {"warned": remarks_in_assessment(assessment), "infected": infected(assessment)}
    return render(request, "selfassess/lifecycle/check.html", context, status=status)


def standing(request: HttpRequest, assessment: SelfAssessment) -> dict[str, Any]:
    """The task list with what this person may do now."""
    user, at = person(request), clock.arrived()
    closes, history = queries.closing(assessment), list(queries.history(assessment))
    return {
        "assessment": assessment,
        "tasks": task_list(assessment),
        "may": rules.allowed(user, assessment, at),
        "history": history,
        "sent_back": history[-1]
        if assessment.state == assessment.State.DRAFT and history and history[-1].reason
        else None,
        "waiting": _waiting(assessment) if rules.is_member(user, assessment.unit_id) else [],
        "closes": closes,
        "is_over": closes is not None and closes <= at,
        "is_head": rules.holds_role(user, "submit", assessment.unit_id),
        "is_member": rules.is_member(user, assessment.unit_id),
    }


def _waiting(assessment: SelfAssessment) -> list[council.WaitingWork]:
    """The council asks nothing of a unit that has not submitted."""
    return (
        council.waiting(assessment.round_group, assessment.unit)
        if assessment.state == assessment.State.SUBMITTED
        else []
    )


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    submitted = rules.visible_to(request.user).filter(state=SelfAssessment.State.SUBMITTED)
    found = get_object_or_404(submitted.select_related("submitted_by"), pk=pk)
    mark = mark_of("selfassess.selfassessment", found.pk, "selfassess.submit") if found.receipt_number else ""
    context = {"assessment": found, "tasks": task_list(found), "mark": mark}
    return render(request, "selfassess/lifecycle/receipt.html", context)


@require_POST
def open_(request: HttpRequest) -> HttpResponse:
    """Start the assessment of one of the person's units in a round."""
    unit = get_object_or_404(rules.units_visible_to(request.user), pk=_number(request, "unit"))
    round_group = get_object_or_404(queries.blocks(), pk=_number(request, "round_group"))
    try:
        made = actions.open_assessment(
            actor=person(request), round_group=round_group, unit=unit, address=address_of(request)
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("selfassess:home")
    return redirect("selfassess:assessment", made.pk)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    known = request.POST.get("known_open", "").split()
    return _step(
        request, find_assessment(request, pk), actions.hand_over, "Đã trình thủ trưởng đơn vị.", known_open=known
    )


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, find_assessment(request, pk), actions.take_back, "Đã thu hồi để sửa tiếp.")


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_assessment(request, pk)
    ask_for_proof(request)
    return _step(request, found, actions.submit, "", after="selfassess:receipt")


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        find_assessment(request, pk),
        actions.send_back,
        "Đã trả lại cho công chức phụ trách.",
        reason=_reason(request),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    said = "Đã mở lại. Nếu thời gian tự đánh giá đã hết, hãy gia hạn để đơn vị sửa được."
    return _step(request, find_assessment(request, pk), actions.reopen, said, reason=_reason(request))


def _step(
    request: HttpRequest,
    assessment: SelfAssessment,
    action: Callable[..., SelfAssessment],
    done: str,
    *,
    after: str = "selfassess:assessment",
    **given: Any,
) -> HttpResponse:
    """Do it and go on; a refusal shows the check page with the sentence and the typed reason."""
    try:
        action(actor=person(request), assessment_id=assessment.pk, address=address_of(request), **given)
    except Refused as refused:
        assessment.refresh_from_db(fields=["state"])
        return check_page(request, assessment, error=str(refused), reason=given.get("reason", ""), status=409)
    if done:
        messages.success(request, done)
    return redirect(after, assessment.pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0
