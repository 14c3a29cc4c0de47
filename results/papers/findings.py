"""What the numbers of a block say: means, areas, losses, what moved, criteria that tell nothing.

Pure: a bundle's block (and that of the year before) in, numbers out. `words` puts them into sentences.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from cchc_index.lib.text import sort_key
from results.book import BookBlock, BookCriterion, BookLine
from results.years import YearChange, change_of

NAMED = 5
"""How many criteria, areas or moves a paper names."""
FEWEST = 2
"""Of one unit's points nothing can be said about how units differ."""


@dataclass(frozen=True, slots=True)
class AreaFinding:
    """An area over the block: mean share of what applies, in percent, and the ends; `units` with all points."""

    criterion: BookCriterion
    mean: Fraction | None
    low: Decimal | None
    middle: Decimal | None
    high: Decimal | None
    units: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What all units together lack on a leaf: `points` of it, by `units` units; `share` of all that the block lacks."""

    criterion: BookCriterion
    points: Decimal
    units: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class LostParts:
    """Points lacking in the block by part; `lowered`: taken by the council from what units gave themselves, in
    `lowered_cells` places; `unclaimed`: not claimed by the units; `surveyed`: left by the survey."""

    lowered: Decimal
    lowered_cells: int
    unclaimed: Decimal
    surveyed: Decimal

    @property
    def total(self) -> Decimal:
        return self.lowered + self.unclaimed + self.surveyed


@dataclass(frozen=True, slots=True)
class RankMove:
    """A unit's rank in two years."""

    name: str
    before: int
    after: int

    @property
    def places(self) -> int:
        """Positive: so many places up."""
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class BlockFindings:
    """All that is said of one block."""

    block: BookBlock
    mean: Fraction | None
    middle: Fraction | None
    highest: list[BookLine]
    lowest: list[BookLine]
    appraised: Fraction | None
    surveyed: Fraction | None
    bands: list[tuple[str, int]]
    areas: list[AreaFinding]
    parts: LostParts
    losses: list[Loss]
    all_at_maximum: list[BookCriterion]
    all_alike: list[BookCriterion]
    change: YearChange | None
    moves: list[RankMove]
    compared: int
    """Units ranked in both years."""

    @property
    def ranked(self) -> int:
        return sum(row.rank is not None for row in self.block.rows)

    @property
    def by_share(self) -> list[AreaFinding]:
        """The areas with a mean, highest first."""
        known = [area for area in self.areas if area.mean is not None]
        return sorted(known, key=lambda area: -(area.mean or Fraction(0)))

    @property
    def risen(self) -> list[RankMove]:
        up = [move for move in self.moves if move.places > 0]
        return sorted(up, key=lambda move: (-move.places, sort_key(move.name)))[:NAMED]

    @property
    def fallen(self) -> list[RankMove]:
        down = [move for move in self.moves if move.places < 0]
        return sorted(down, key=lambda move: (move.places, sort_key(move.name)))[:NAMED]


def findings(block: BookBlock, earlier: tuple[int, BookBlock] | None = None) -> BlockFindings:
    """The findings of a block; `earlier`: the year before with its block of the same code."""
    ranked = [row for row in block.rows if row.index is not None]
    indexes = [Fraction(row.index) for row in ranked if row.index is not None]
    top, bottom = max(indexes, default=None), min(indexes, default=None)
    constant = [leaf for leaf in block.leaves if leaf.counts and _constant(block, leaf) is not None]
    moves = _moves(block, earlier[1]) if earlier else []
    return BlockFindings(
        block=block,
        mean=_mean(indexes),
        middle=median(indexes) if indexes else None,
        highest=[row for row in ranked if row.index == top],
        lowest=[row for row in ranked if row.index == bottom],
        appraised=_mean([Fraction(row.appraised_index) for row in ranked if row.appraised_index is not None]),
        surveyed=_mean([Fraction(row.survey_index) for row in ranked if row.survey_index is not None]),
        bands=_bands(block),
        areas=[_area(block, area) for area in block.areas],
        parts=_parts(block),
        losses=_losses(block),
        all_at_maximum=[leaf for leaf in constant if _constant(block, leaf) == leaf.max_points],
        all_alike=[leaf for leaf in constant if _constant(block, leaf) != leaf.max_points],
        change=change_of(block, *earlier) if earlier else None,
        moves=moves,
        compared=len(moves),
    )


def _mean(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def _bands(block: BookBlock) -> list[tuple[str, int]]:
    """Every band of the block's rule with its units, empty ones too; then the units without a band."""
    counted = Counter(row.band for row in block.rows if row.rank is not None)
    named = [(name, counted.pop(name, 0)) for name, _edge in block.bands]
    rest = sum(counted.values())
    return [*named, ("Chưa xếp loại", rest)] if named and rest else named


def _area(block: BookBlock, area: BookCriterion) -> AreaFinding:
    shares = [share for share in block.exact_shares(area.code).values() if share is not None]
    low, high = block.area_range(area.code)
    return AreaFinding(area, _mean(shares), low, block.area_median(area.code), high, len(shares))


def _scored(block: BookBlock, leaf: BookCriterion) -> list[tuple[BookLine, Decimal]]:
    cells = [(row, block.cell(row.unit, leaf.code)) for row in block.rows]
    return [(row, cell.points) for row, cell in cells if cell.points is not None]


def _constant(block: BookBlock, leaf: BookCriterion) -> Decimal | None:
    """The points that every unit has on the leaf; None where they differ or fewer than two have any."""
    points = [points for _row, points in _scored(block, leaf)]
    return points[0] if len(points) >= FEWEST and len(set(points)) == 1 else None


def _losses(block: BookBlock) -> list[Loss]:
    """The leaves on which most is lost, at most NAMED."""
    lacking = []
    for leaf in block.leaves:
        if leaf.counts:
            each = [leaf.max_points - points for _row, points in _scored(block, leaf)]
            lacking.append((leaf, sum(each, Decimal(0)), sum(lost > 0 for lost in each)))
    total = sum((points for _leaf, points, _units in lacking), Decimal(0))
    worst = sorted((one for one in lacking if one[1] > 0), key=lambda one: -one[1])[:NAMED]
    return [Loss(leaf, points, units, Fraction(points) / Fraction(total)) for leaf, points, units in worst]


def _parts(block: BookBlock) -> LostParts:
    lowered = unclaimed = surveyed = Decimal(0)
    cells = 0
    for leaf in block.leaves:
        for row in block.rows if leaf.counts else ():
            cell = block.cell(row.unit, leaf.code)
            if cell.points is None:
                continue
            lost = leaf.max_points - cell.points
            taken = max(Decimal(0), (cell.self_points or cell.points) - cell.points) if leaf.source == "self" else lost
            if leaf.source != "self":
                surveyed += lost
                continue
            lowered, unclaimed, cells = lowered + taken, unclaimed + lost - taken, cells + (taken > 0)
    return LostParts(lowered, cells, unclaimed, surveyed)


def _moves(block: BookBlock, earlier: BookBlock) -> list[RankMove]:
    before: Mapping[str, BookLine] = earlier.by_unit
    moves = []
    for row in block.rows:
        old = before.get(row.unit)
        if old is not None and old.rank is not None and row.rank is not None:
            moves.append(RankMove(row.name, old.rank, row.rank))
    return moves
