"""Buttons that move an assessment: open, hand over, send back, submit, reopen. POST only."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from selfassess import actions, rules
from selfassess.models import SelfAssessment

from .found import address, find_assessment, person
from .pages import check_page


@require_POST
def open_(request: HttpRequest) -> HttpResponse:
    """Start the assessment of one of the person's units in a round."""
    unit = get_object_or_404(rules.units_visible_to(request.user), pk=_number(request, "unit"))
    round_group = get_object_or_404(RoundGroup.objects.select_related("round", "group"), pk=_number(request, "khoi"))
    try:
        made = actions.open_assessment(
            actor=person(request), round_group=round_group, unit=unit, address=address(request)
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("selfassess:home")
    return redirect("selfassess:assessment", made.pk)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, actions.hand_over, "Đã trình thủ trưởng đơn vị.")


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, actions.submit, "", after="selfassess:receipt")


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, actions.send_back, "Đã trả lại cho công chức phụ trách.", reason=_reason(request))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    said = "Đã mở lại. Nếu thời gian tự đánh giá đã hết, hãy gia hạn để đơn vị sửa được."
    return _step(request, pk, actions.reopen, said, reason=_reason(request))


def _step(
    request: HttpRequest,
    pk: int,
    action: Callable[..., SelfAssessment],
    said: str,
    *,
    after: str = "selfassess:assessment",
    **given: str,
) -> HttpResponse:
    """Do it and go on; a refusal shows the check page with the sentence and the typed reason."""
    found = find_assessment(request, pk)
    try:
        action(actor=person(request), assessment_id=found.pk, address=address(request), **given)
    except Refused as refused:
        found.refresh_from_db(fields=["state"])
        return check_page(request, found, error=str(refused), reason=given.get("reason", ""), status=409)
    if said:
        messages.success(request, said)
    return redirect(after, found.pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _number(request: HttpRequest, name: str) -> int:
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
