"""What stands at the council, as the results read it."""

from decimal import Decimal

from appraisal.core.queries.cells import standings_in_parts
from cchc_index.lib.streams import ABSENT, NOT_APPLICABLE
from criteria.models import RoundGroup
from criteria.tree import CellKey


def standings_by_cell(round_group: RoundGroup) -> dict[CellKey, tuple[Decimal | None, bool]]:
    """{(unit, criterion): (points, not applicable)}; one query."""
    return {
        (unit, criterion): (
            None if points in (ABSENT, NOT_APPLICABLE) else Decimal(points).scaleb(-4),
            points == NOT_APPLICABLE,
        )
        for part in standings_in_parts(round_group)
        for unit, criterion, points in part
    }
