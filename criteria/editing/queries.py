"""Reads of one criterion and of the corrections of a set."""

from decimal import Decimal

from criteria.models import Correction, Criterion, RoundGroup
from criteria.queries import block_of, group_named, tree

from .maxima import MaximaProblem, read_maxima


def block_named(year: int, group: str) -> RoundGroup | None:
    """The block of an address, None where nothing measures it in that year."""
    block = group_named(group)
    return block_of(year, block) if block else None


def criterion_of(block: RoundGroup, code: str) -> Criterion | None:
    return Criterion.objects.filter(criteria_set=block.criteria_set_id, code=code).first()


def rows_of(criteria_set_id: int) -> list[Criterion]:
    """Every row of a set in printed order."""
    return tree(criteria_set_id)


def maximum_typed(row: Criterion, words: str) -> Decimal:
    """What somebody types as the new maximum of a criterion, while it can be read; else the one that stands."""
    if not words:
        return row.max_points
    try:
        return read_maxima(words, rows_of(row.criteria_set_id)).get(row.code, row.max_points)
    except MaximaProblem:
        return row.max_points


def is_frozen(block: RoundGroup) -> bool:
    """Whether scores stand on the set, in whatever block and year it measures."""
    return RoundGroup.objects.filter(criteria_set=block.criteria_set_id, frozen_at__isnull=False).exists()


def correction_of(block: RoundGroup, pk: int) -> Correction | None:
    rows = Correction.objects.select_related("criterion", "proposed_by", "decided_by")
    return rows.filter(pk=pk, criterion__criteria_set=block.criteria_set_id).first()


def open_correction(criterion: Criterion) -> Correction | None:
    return Correction.objects.filter(criterion=criterion, state=Correction.State.OPEN).first()
