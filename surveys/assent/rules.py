"""Who may be the second of two people: an index manager of some standing, other than who proposed."""

from django.db.models import QuerySet

from surveys.models import SurveyRequest
from units.rules import AnyUser
from units.seconding import may_second, secondable


def may_confirm_request(user: AnyUser, row: SurveyRequest) -> bool:
    return row.state == SurveyRequest.State.OPEN and may_second(user, row.proposed_by_id)


def requests_confirmable_by(user: AnyUser) -> QuerySet[SurveyRequest]:
    """`may_confirm_request` as a queryset."""
    return secondable(SurveyRequest.objects.filter(state=SurveyRequest.State.OPEN), user)
