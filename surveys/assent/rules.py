"""Who may be the second of two people: an index manager of some standing, other than who proposed."""

from django.db.models import QuerySet

from surveys.models import SurveyRequest
from units import rules as people
from units.models import Role, User


def may_second(user: people.AnyUser, proposer_id: int) -> bool:
    """Whether the person may confirm what `proposer_id` proposed."""
    if not isinstance(user, User) or not people.is_index_manager(user):
        return False
    return user.pk != proposer_id and people.waits_until(user, Role.INDEX_MANAGER) is None


def may_confirm_request(user: people.AnyUser, row: SurveyRequest) -> bool:
    return row.state == SurveyRequest.State.OPEN and may_second(user, row.proposed_by_id)


def requests_confirmable_by(user: people.AnyUser) -> QuerySet[SurveyRequest]:
    """`may_confirm_request` as a queryset."""
    if not isinstance(user, User) or not people.is_index_manager(user):
        return SurveyRequest.objects.none()
    if people.waits_until(user, Role.INDEX_MANAGER) is not None:
        return SurveyRequest.objects.none()
    return SurveyRequest.objects.filter(state=SurveyRequest.State.OPEN).exclude(proposed_by=user.pk)
