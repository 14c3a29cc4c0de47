"""Phân công trong đơn vị: who of the unit does what, how far each is, what nobody has."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from selfassess import rules
from selfassess.core.queries import task_list
from selfassess.core.views import find_assessment, person
from selfassess.models import SelfAssessment

from . import actions, queries


def _member(request: HttpRequest, pk: int) -> SelfAssessment:
    assessment = find_assessment(request, pk)
    if not rules.is_member(request.user, assessment.unit_id):
        raise PermissionDenied
    return assessment


@require_http_methods(["GET", "HEAD", "POST"])
def offices(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet's parts, and another one given."""
    assessment = _member(request, pk)
    refusal = ""
    if request.method == "POST":
        numbers = (whole_number(raw) for raw in request.POST.getlist("criteria"))
        person_id = whole_number(request.POST.get("member", "")) or 0
        try:
            given = actions.give_parts(
                actor=person(request),
                assessment_id=assessment.pk,
                criterion_ids=[number for number in numbers if number is not None],
                person_id=person_id,
                office=request.POST.get("section", ""),
            )
        except Refused as refused:
            refusal = str(refused)
        else:
            said = f"Đã giao {len(given)} phần việc." if given else "Người này đã được giao các phần đó từ trước."
            messages.success(request, said)
            return redirect("selfassess:offices", assessment.pk)
    tasks = task_list(assessment)
    context = {
        "assessment": assessment,
        "parts": queries.parts_of(assessment, tasks),
        "branches": queries.branches(tasks),
        "members": queries.members_of(assessment.unit_id),
        "chosen": request.POST.getlist("criteria"),
        "chosen_member": request.POST.get("member", ""),
        "section": request.POST.get("section", ""),
        "may_write": assessment.state != SelfAssessment.State.SUBMITTED,
        "refusal": refusal,
    }
    return render(request, "selfassess/offices/offices.html", context, status=422 if refusal else 200)


@require_POST
def take(request: HttpRequest, pk: int, part_id: int) -> HttpResponseRedirect:
    assessment = _member(request, pk)
    try:
        actions.take_part(actor=person(request), assessment_id=assessment.pk, part_id=part_id)
        messages.success(request, "Đã thu hồi phần việc.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("selfassess:offices", assessment.pk)
