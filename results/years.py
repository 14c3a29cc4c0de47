"""Two years of a block side by side: only on the criteria that both have. Pure: blocks of books in, numbers out.

A code may mean something else a year later, and a maximum may change: a criterion is the same when code, words, source
and maximum are. What has no common basis is said not to be comparable, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cchc_index.lib.text import fold, sort_key
from results.book import BookBlock, BookCriterion, BookLine

NO_CRITERIA = "hai năm không có tiêu chí chung"
NO_UNIT = "năm trước không xếp hạng đơn vị này"
OPEN_POINTS = "có tiêu chí chung chưa đủ điểm"
MOST = 5
"""How many of the most improved are named."""


@dataclass(frozen=True, slots=True)
class YearChange:
    """Mean share of the criteria that two years have in common, of the units ranked in both, in percent."""

    year: int
    before: Fraction
    after: Fraction
    units: int
    leaves: int
    points: Decimal
    scale: Decimal

    @property
    def difference(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class UnitChange:
    """How a unit moved on the common criteria, in percentage points; `reason` where that cannot be said."""

    row: BookLine
    difference: Fraction | None
    reason: str = ""
    earlier: BookLine | None = None


def change_of(block: BookBlock, year: int, earlier: BookBlock) -> YearChange | None:
    """None where the two years have no criterion or no unit in common."""
    leaves = common_leaves(block, earlier)
    pairs = []
    for row in block.rows:
        if row.unit in earlier.by_unit:
            before, after = _share(earlier, row.unit, leaves), _share(block, row.unit, leaves)
            if before is not None and after is not None:
                pairs.append((before, after))
    if not pairs:
        return None
    before, after = (sum(side, Fraction(0)) / len(pairs) for side in zip(*pairs, strict=True))
    return YearChange(year, before, after, len(pairs), len(leaves), points_of(leaves), block.scale)


def unit_changes(block: BookBlock, earlier: BookBlock) -> list[UnitChange]:
    """Every unit of the block, in its order, against the year before."""
    leaves = common_leaves(block, earlier)
    return [_unit_change(block, earlier, row, leaves) for row in block.rows]


def _unit_change(block: BookBlock, earlier: BookBlock, row: BookLine, leaves: list[BookCriterion]) -> UnitChange:
    old: Mapping[str, BookLine] = earlier.by_unit
    if row.unit not in old:
        return UnitChange(row, None, NO_UNIT)
    if not leaves:
        return UnitChange(row, None, NO_CRITERIA, old[row.unit])
    before, after = _share(earlier, row.unit, leaves), _share(block, row.unit, leaves)
    if before is None or after is None:
        return UnitChange(row, None, OPEN_POINTS, old[row.unit])
    return UnitChange(row, after - before, "", old[row.unit])


def most_improved(changes: list[UnitChange]) -> list[UnitChange]:
    """The units that gained most on the common criteria, the largest gain first."""
    gained = [change for change in changes if change.difference is not None and change.difference > 0]
    return sorted(gained, key=lambda change: (-(change.difference or 0), sort_key(change.row.name)))[:MOST]


def common_leaves(block: BookBlock, earlier: BookBlock) -> list[BookCriterion]:
    """Leaves that stand in both years with the same code, name, source and maximum."""
    known = {_identity(leaf) for leaf in earlier.leaves if leaf.counts}
    return [leaf for leaf in block.leaves if leaf.counts and _identity(leaf) in known]


def points_of(leaves: list[BookCriterion]) -> Decimal:
    return sum((leaf.max_points for leaf in leaves), Decimal(0))


def _identity(leaf: BookCriterion) -> tuple[str, str, str, Decimal]:
    return leaf.code, fold(leaf.name), leaf.source, leaf.max_points


def _share(block: BookBlock, unit: str, leaves: list[BookCriterion]) -> Fraction | None:
    """Percent reached on what of these leaves applies to the unit; None while one of them has no points."""
    points = maximum = Decimal(0)
    for leaf in leaves:
        cell = block.cell(unit, leaf.code)
        if cell.state == "not_applicable":
            continue
        if cell.points is None:
            return None
        points, maximum = points + cell.points, maximum + leaf.max_points
    return Fraction(points) / Fraction(maximum) * 100 if maximum else None
