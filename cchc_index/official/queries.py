"""Units, criteria and points of every round in the database, and how much of it is illustrative."""

from collections.abc import Sequence
from decimal import Decimal

from cchc_index.lib.numbers import vn_short
from criteria.models import Criterion, RoundGroup
from criteria.queries import units_of


def summary() -> list[str]:
    """Units, leaves and points of every round and block, with what is illustrative, for people."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    return [line for block in blocks.order_by("round__year", "group__position") for line in _block_lines(block)]


def _block_lines(block: RoundGroup) -> list[str]:
    rows = list(block.criteria_set.criteria.order_by("position"))
    leaves = [row for row in rows if row.is_leaf]
    normal = [leaf for leaf in leaves if leaf.kind == Criterion.Kind.NORMAL]
    parts = {
        "tự đánh giá": [leaf for leaf in normal if leaf.is_self],
        "điều tra xã hội học": [leaf for leaf in normal if leaf.is_surveyed],
        "thưởng": [leaf for leaf in leaves if leaf.kind == Criterion.Kind.BONUS],
        "trừ": [leaf for leaf in leaves if leaf.kind == Criterion.Kind.PENALTY],
    }
    head = f"{block}: {units_of(block).count()} đơn vị, {block.criteria_set.decision}"
    caps = [f"  {row.name.lower()}: tính tối đa {vn_short(row.max_points)} điểm" for row in rows if _is_cap(row)]
    return [head, *(_part_line(name, part) for name, part in parts.items() if part), *caps]


def _is_cap(row: Criterion) -> bool:
    return row.kind != Criterion.Kind.NORMAL and row.parent_id is None and not row.is_leaf


def _part_line(name: str, leaves: Sequence[Criterion]) -> str:
    points = vn_short(sum((leaf.max_points for leaf in leaves), Decimal(0)))
    invented = sum(leaf.is_illustrative for leaf in leaves)
    mark = "" if not invented else " (minh họa)" if invented == len(leaves) else f" ({invented} tiêu chí minh họa)"
    return f"  {name}: {len(leaves)} tiêu chí, {points} điểm{mark}"
