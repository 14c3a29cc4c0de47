"""A cell on the agenda of the council as a body."""

from appraisal.models import AgendaItem
from criteria.models import Criterion, RoundGroup
from units.models import Unit


def item_of(block: RoundGroup, unit: Unit, leaf: Criterion) -> AgendaItem | None:
    """The newest item of an agenda that is about the cell; one query."""
    rows = AgendaItem.objects.filter(round_group=block, unit=unit, criterion=leaf)
    return rows.select_related("meeting__council__round", "unit", "criterion").order_by("-meeting__number").first()
