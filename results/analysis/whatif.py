"""What if: the order of a block as it would be with one thing changed. Nothing is saved; Decimal as everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from results import ranking
from results.ranking import LeafStanding, Policies, RankedUnit, TreeRow

FIRST = 10
"""How many of the order are shown beside those that move."""

StandingsByUnit = Mapping[str, Mapping[str, LeafStanding]]


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed; "" and None change nothing. `points` are those of `unit` at the leaf `criterion`, from 0 to
    the leaf's maximum; `dropped` is a leaf; `na` and `ties` are policies of `results.ranking`."""

    unit: str = ""
    criterion: str = ""
    points: Decimal | None = None
    dropped: str = ""
    na: str = ""
    ties: str = ""


@dataclass(frozen=True, slots=True)
class SupposedUnit:
    """A unit before and after."""

    unit: str
    before: RankedUnit
    after: RankedUnit

    @property
    def changed(self) -> bool:
        return self.moved or self.before.index != self.after.index

    @property
    def moved(self) -> bool:
        return self.before.moved_to(self.after)


def what_if(
    rows: Sequence[TreeRow], policies: Policies, cells: StandingsByUnit, supposed: Supposition
) -> list[SupposedUnit]:
    """Every unit before and after, by its rank after; units without a rank last, equal ones in the order of `cells`.
    Raises ValueError for points that the leaf does not hold, and for a unit, a leaf or a policy that is not there."""
    before = ranking.compute(rows, policies, cells)
    after = ranking.compute(
        _without(rows, supposed.dropped),
        replace(policies, na=supposed.na or policies.na, ties=supposed.ties or policies.ties),
        _given(rows, cells, supposed),
    )
    both = [SupposedUnit(unit, before[unit], after[unit]) for unit in cells]
    return sorted(both, key=lambda one: (one.after.rank is None, one.after.rank or 0))


def shown(both: Sequence[SupposedUnit], unit: str) -> list[SupposedUnit]:
    """Of `both` in its order: every unit that changes, the first ten, and `unit`."""
    return [one for place, one in enumerate(both) if one.changed or place < FIRST or one.unit == unit]


def _leaf(rows: Sequence[TreeRow], code: str) -> TreeRow:
    leaf = next((row for row in rows if row.is_leaf and row.code == code), None)
    if leaf is None:
        raise ValueError(f"no leaf {code}")
    return leaf


def _without(rows: Sequence[TreeRow], dropped: str) -> Sequence[TreeRow]:
    if not dropped:
        return rows
    leaf = _leaf(rows, dropped)
    return [row for row in rows if row is not leaf]


def _given(rows: Sequence[TreeRow], cells: StandingsByUnit, supposed: Supposition) -> StandingsByUnit:
    if supposed.points is None:
        return cells
    if not 0 <= supposed.points <= _leaf(rows, supposed.criterion).max_points or supposed.unit not in cells:
        raise ValueError(f"{supposed.unit} cannot have {supposed.points} at {supposed.criterion}")
    own = {**cells[supposed.unit], supposed.criterion: LeafStanding(ranking.SCORED, supposed.points)}
    return {**cells, supposed.unit: own}
