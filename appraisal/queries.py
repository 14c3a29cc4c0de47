"""Reads of standings, grids and replies with a constant number of queries."""

from decimal import Decimal

from criteria.models import RoundGroup

from .models import Appraisal

Cell = tuple[int, int]


def standings_by_cell(round_group: RoundGroup) -> dict[Cell, tuple[Decimal | None, bool]]:
    """{(unit_id, criterion_id): (points, not_applicable)} of a block, one query. A cell without a
    standing is absent: not scored, never a zero."""
    rows = Appraisal.objects.filter(round_group=round_group).order_by("pk")
    found = rows.values_list("unit_id", "criterion_id", "points", "not_applicable")
    return {(unit, criterion): (points, na) for unit, criterion, points, na in found}
