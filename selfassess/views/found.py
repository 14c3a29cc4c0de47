"""What the address names, within what the person may see: everything else is 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from criteria.models import Criterion, Source
from selfassess import rules
from selfassess.models import SelfAssessment
from units.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def find_assessment(request: HttpRequest, pk: int) -> SelfAssessment:
    return get_object_or_404(rules.visible_to(request.user), pk=pk)


def find_criterion(assessment: SelfAssessment, criterion_id: int) -> Criterion:
    leaves = Criterion.objects.filter(
        criteria_set=assessment.round_group.criteria_set_id, is_leaf=True, source=Source.SELF
    )
    return get_object_or_404(leaves, pk=criterion_id)
