"""The finished figures of a block."""

from django.db.models import QuerySet

from criteria.models import RoundGroup
from surveys.models import SatisfactionFigure
from units.models import by_name


def figures_of(block: RoundGroup) -> QuerySet[SatisfactionFigure]:
    """The finished figures of a block with their units and leaves."""
    rows = SatisfactionFigure.objects.filter(round_group=block).select_related("unit", "criterion", "batch")
    return rows.order_by("criterion__position", *by_name(), "pk")
