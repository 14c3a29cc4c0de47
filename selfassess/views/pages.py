"""Reading pages: home, task list, check, receipt."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from cchc_index.lib import clock
from criteria.models import Round, RoundGroup
from criteria.queries import round_groups, round_in_view
from selfassess import findings, queries, rules
from selfassess.models import SelfAssessment
from units import rules as people
from units.models import Unit

from .found import find_assessment, person


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The assessment of the person's unit; a list for several units, managers and observers."""
    user, round_ = person(request), round_in_view(request)
    own = list(people.units_where(user, *rules.UNIT_ROLES).select_related("group").order_by("group", "code"))
    if not own and not rules.sees_all(user):
        raise PermissionDenied
    places = _places(own, round_) if round_ else []
    if len(places) == 1 and places[0]["assessment"] and not rules.sees_all(user):
        return redirect("selfassess:assessment", places[0]["assessment"].pk)
    context: dict[str, Any] = {"round": round_, "places": places, "own": own, "sees_all": rules.sees_all(user)}
    if round_ and rules.sees_all(user):
        context["progress"] = queries.progress(rules.visible_to(user).filter(round_group__round=round_))
    return render(request, "selfassess/lifecycle/home.html", context)


def _places(units: list[Unit], round_: Round) -> list[dict[str, Any]]:
    """Each own unit that this round measures, with its assessment when there is one."""
    groups: dict[int, RoundGroup] = {g.group_id: g for g in round_groups(round_)}
    found = SelfAssessment.objects.filter(round_group__round=round_, unit__in=units).order_by("pk")
    standing = {a.unit_id: a for a in found}
    return [
        {"unit": unit, "round_group": groups[unit.group_id], "assessment": standing.get(unit.pk)}
        for unit in units
        if unit.group_id in groups
    ]


@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list."""
    found = find_assessment(request, pk)
    context = _standing(request, found)
    return render(request, "selfassess/scores/assessment.html", context)


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return check_page(request, find_assessment(request, pk))


def check_page(
    request: HttpRequest, found: SelfAssessment, *, error: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    """Everything before submission on one page; after a refusal with the typed reason kept."""
    context = _standing(request, found)
    context |= {"error": error, "reason": reason}
    context |= {"warned": findings.of_assessment(found), "infected": findings.infected(found)}
    return render(request, "selfassess/lifecycle/check.html", context, status=status)


def _standing(request: HttpRequest, found: SelfAssessment) -> dict[str, Any]:
    """The task list with what this person may do now."""
    user, at = person(request), clock.now()
    closes, history = queries.closing(found), list(queries.history(found))
    return {
        "assessment": found,
        "tasks": queries.task_list(found),
        "may": rules.allowed(user, found, at),
        "history": history,
        "sent_back": history[-1] if found.state == found.State.DRAFT and history and history[-1].reason else None,
        "closes": closes,
        "is_over": closes is not None and closes <= at,
        "is_head": rules.holds_role(user, "submit", found.unit_id),
        "is_member": rules.is_member(user, found.unit_id),
    }


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    submitted = rules.visible_to(request.user).filter(state=SelfAssessment.State.SUBMITTED)
    found = get_object_or_404(submitted.select_related("submitted_by"), pk=pk)
    return render(
        request, "selfassess/lifecycle/receipt.html", {"assessment": found, "tasks": queries.task_list(found)}
    )
