"""What stands at the council, as the results read it."""

from decimal import Decimal

from appraisal.core.queries.cells import standings_in_order
from cchc_index.lib.streams import NOT_APPLICABLE
from criteria.models import RoundGroup
from criteria.tree import CellKey


def standings_by_cell(round_group: RoundGroup) -> dict[CellKey, tuple[Decimal | None, bool]]:
    """{(unit, criterion): (points, not applicable)}; one query."""
    return {
        (unit, criterion): (
            None if points in (None, NOT_APPLICABLE) else Decimal(points or 0).scaleb(-4),
            points == NOT_APPLICABLE,
        )
        for unit, criterion, points in standings_in_order(round_group)
    }
