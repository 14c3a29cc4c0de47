"""Reads of meetings: agenda, votes, what was approved."""

from appraisal.models import AgendaItem, Council
from criteria.models import RoundGroup


def has_council(round_id: int) -> bool:
    """Whether the round is decided by a council that has been written down."""
    return Council.objects.filter(round=round_id).exists()


def last_concluded(block: RoundGroup) -> dict[str, AgendaItem]:
    """{kind: the item of this kind that was concluded last} of survey and ranking; one query."""
    rows = AgendaItem.objects.filter(
        round_group=block,
        kind__in=[AgendaItem.Kind.SURVEY, AgendaItem.Kind.RANKING],
        state__in=[AgendaItem.State.PASSED, AgendaItem.State.REJECTED],
    )
    return {row.kind: row for row in rows.order_by("concluded_at", "pk")}
