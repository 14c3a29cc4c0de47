"""Requests for pages."""

from django.db.models import QuerySet

from criteria.models import Round
from surveys import rules
from surveys.models import SurveyRequest
from units import rules as people


def requests_for(user: people.AnyUser) -> QuerySet[SurveyRequest]:
    """The requests the person may look at, with what their page names."""
    rows = SurveyRequest.objects.select_related(
        "round_group__round", "round_group__group", "batch", "proposed_by", "decided_by"
    )
    return rows.order_by("-proposed_at", "-pk") if rules.may_read(user) else rows.none()


def waiting(user: people.AnyUser, round_: Round | None) -> list[SurveyRequest]:
    """The requests of a round that wait for a second person. One query."""
    rows = requests_for(user).filter(round_group__round=round_, state=SurveyRequest.State.OPEN)
    return list(rows.order_by("proposed_at", "pk"))
