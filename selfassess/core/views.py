"""What the address names, within what the person may see: everything else is 404."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cchc_index.lib.numbers import whole_number
from criteria.models import Criterion, Source
from criteria.queries import leaves
from selfassess import rules
from selfassess.models import SelfAssessment
from units.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def seen_version(request: HttpRequest) -> int:
    """The version of the row that the person's page showed; 0 for none."""
    return whole_number(request.POST.get("version", ""), digits=9) or 0


def find_assessment(request: HttpRequest, pk: int) -> SelfAssessment:
    return get_object_or_404(rules.visible_to(request.user), pk=pk)


def find_criterion(assessment: SelfAssessment, criterion_id: int) -> Criterion:
    scored = leaves(assessment.round_group.criteria_set_id, [Source.SELF])
    return get_object_or_404(scored, pk=criterion_id)


def only_the_unit(request: HttpRequest, assessment: SelfAssessment) -> None:
    """A reader is refused before what they sent is looked at."""
    if not rules.holds_role(request.user, "edit", assessment.unit_id):
        raise PermissionDenied
