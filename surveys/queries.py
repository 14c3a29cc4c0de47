"""Reads with a constant number of queries."""

from decimal import Decimal

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup

from .models import SurveyScore

Cell = tuple[int, int]
"""(unit_id, criterion_id)"""


def round_group(year: int, group: str) -> RoundGroup:
    """The block of a year as the command line names it. Raises Refused with the known ones."""
    found = RoundGroup.objects.select_related("round", "group", "criteria_set")
    known = list(found.order_by("round__year", "group__position", "pk"))
    hit = next((rg for rg in known if rg.round.year == year and rg.group.code == group), None)
    if hit is None:
        names = ", ".join(f"{rg.round.year}/{rg.group.code}" for rg in known) or "chưa có"
        raise Refused(
            f"Không có khối “{group}” trong kỳ {year}. Các khối đã có: {names}. "
            "Nạp bộ tiêu chí trước (load_official hoặc import_criteria)."
        )
    return hit


def scores_by_cell(block: RoundGroup) -> dict[Cell, tuple[Decimal | None, bool, int | None]]:
    """(unit, criterion) → (points, not applicable, ballots). A cell that is absent has no ballots."""
    rows = SurveyScore.objects.filter(round_group=block).values_list(
        "unit_id", "criterion_id", "points", "not_applicable", "ballots"
    )
    return {(unit, criterion): (points, na, ballots) for unit, criterion, points, na, ballots in rows.order_by("pk")}
