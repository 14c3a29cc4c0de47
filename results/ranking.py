"""The index: from the points on the leaves to halves, totals, ranks and bands. Standard library only.

Points are `Decimal`, ratios `fractions.Fraction`; no float anywhere. The rules are those of the decisions:

* the appraised half holds the normal leaves of source `self`, the survey half all other normal leaves;
* where a leaf is not applicable, the set's policy decides: `rescale` brings the half back to its own
  maximum (four places, half up), `shrink` takes the leaf out of points and maximum, `full` counts it as
  reached. A half in which nothing applies under `rescale` contributes nothing and leaves the maximum;
* bonus is added and penalty (positive magnitudes) subtracted; neither belongs to the maximum. A bonus or
  penalty row is worth min(its maximum, the sum of its children). Not applicable or missing: 0;
* index = points ÷ maximum × 100. Ranks and bands compare the exact fraction; only display rounds;
* a unit with a normal leaf missing (not scored, no ballots) has no index and no rank.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

SCORED = "scored"
NOT_SCORED = "not_scored"
NOT_APPLICABLE = "not_applicable"
NO_BALLOTS = "no_ballots"
STATES = (SCORED, NOT_SCORED, NOT_APPLICABLE, NO_BALLOTS)

SELF = "self"
NORMAL, BONUS, PENALTY = "normal", "bonus", "penalty"
RESCALE, SHRINK, FULL = "rescale", "shrink", "full"
COMPETITION, DENSE = "competition", "dense"

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A row of the tree: a leaf that carries points, or a group (its maximum caps bonus and penalty)."""

    code: str
    parent: str | None
    is_leaf: bool
    source: str
    kind: str
    max_points: Decimal


class LeafStanding(NamedTuple):
    """A unit's standing on a leaf; `points` only when scored."""

    state: str
    points: Decimal | None = None


MISSING = LeafStanding(NOT_SCORED)


@dataclass(frozen=True, slots=True)
class GradeBand:
    name: str
    edge: Decimal


@dataclass(frozen=True, slots=True)
class Policies:
    """What a criteria set leaves open: not applicable, ties, bands (highest first)."""

    na: str = RESCALE
    ties: str = COMPETITION
    bands: tuple[GradeBand, ...] = ()

    def __post_init__(self) -> None:
        if self.na not in (RESCALE, SHRINK, FULL) or self.ties not in (COMPETITION, DENSE):
            raise ValueError(f"unknown policy: {self.na}, {self.ties}")


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a unit's result. `index` is the exact per cent; None while leaves are missing."""

    points: Decimal
    max_points: Decimal
    index: Fraction | None


@dataclass(slots=True)
class RankedUnit:
    """A unit's line of the ranking. `index` is exact; `incomplete` lists missing leaves in natural order."""

    points: Decimal
    max_points: Decimal
    index: Fraction | None
    appraised: Half
    survey: Half
    bonus: Decimal
    penalty: Decimal
    incomplete: list[str]
    rank: int | None = None
    band: str = ""

    def moved_to(self, after: "RankedUnit") -> bool:
        """Whether the rank is another one after a change. A rank that goes or appears has moved as well."""
        return self.rank != after.rank

    def places_to(self, after: "RankedUnit") -> int:
        """How many places lie between the two ranks; 0 where one is missing."""
        return 0 if self.rank is None or after.rank is None else abs(after.rank - self.rank)


@dataclass(slots=True)
class _Sums:
    """One half while its leaves are read."""

    reached: Decimal = ZERO
    maximum: Decimal = ZERO
    lost: Decimal = ZERO
    missing: list[str] = field(default_factory=list)


def compute(
    rows: Sequence[TreeRow], policies: Policies, units: Mapping[str, Mapping[str, LeafStanding]]
) -> dict[str, RankedUnit]:
    """The outcome of every unit of one block: `units` gives unit code → leaf code → cell.

    A leaf without a cell counts as not scored. Codes of cells that are no leaves are ignored.
    """
    return compute_each(rows, policies, units.items())


def compute_each(
    rows: Sequence[TreeRow], policies: Policies, units: Iterable[tuple[str, Mapping[str, LeafStanding]]]
) -> dict[str, RankedUnit]:
    """`compute` of units that are read one after the other: the cells of one are let go before those of the next."""
    leaves = [row for row in rows if row.is_leaf and row.kind == NORMAL]
    halves = [_Leaves([row for row in leaves if (row.source == SELF) == own]) for own in (True, False)]
    extras = {kind: _forest(rows, kind) for kind in (BONUS, PENALTY)}
    outcomes = {unit: _outcome(halves, extras, policies.na, cells) for unit, cells in units}
    _rank(outcomes.values(), policies.ties)
    for outcome in outcomes.values():
        outcome.band = _band(outcome.index, policies.bands)
    return outcomes


def _outcome(
    leaves: Sequence["_Leaves"],
    extras: Mapping[str, "_Forest"],
    policy: str,
    cells: Mapping[str, LeafStanding],
) -> RankedUnit:
    appraised, surveyed = (_sums(half, cells) for half in leaves)
    halves = _half(appraised, policy), _half(surveyed, policy)
    bonus, penalty = extras[BONUS].value(cells), extras[PENALTY].value(cells)
    points = halves[0].points + halves[1].points + bonus - penalty
    maximum = halves[0].max_points + halves[1].max_points
    missing = sorted(appraised.missing + surveyed.missing, key=natural_key)
    index = None if missing else _percent(points, maximum)
    return RankedUnit(points, maximum, index, *halves, bonus, penalty, missing)


class _Leaves:
    """The leaves of a half, the same for every unit."""

    def __init__(self, leaves: Sequence[TreeRow]) -> None:
        self.rows = leaves
        self.codes = [leaf.code for leaf in leaves]
        self.maximum = sum((leaf.max_points for leaf in leaves), ZERO)


def _sums(leaves: _Leaves, cells: Mapping[str, LeafStanding]) -> _Sums:
    standings = [cells.get(code, MISSING) for code in leaves.codes]
    reached = [points for _, points in standings if points is not None]
    half = _Sums(sum(reached, ZERO), leaves.maximum)
    if len(reached) < len(standings):
        for leaf, (state, points) in zip(leaves.rows, standings, strict=True):
            if state == NOT_APPLICABLE:
                half.lost += leaf.max_points
            elif points is None:
                half.missing.append(leaf.code)
    return half


def _half(sums: _Sums, policy: str) -> Half:
    points, maximum = _standing(sums, policy)
    return Half(points, maximum, None if sums.missing else _percent(points, maximum))


def _standing(sums: _Sums, policy: str) -> tuple[Decimal, Decimal]:
    """Points and maximum of a half after the policy for leaves that are not applicable."""
    if not sums.lost:
        return sums.reached, sums.maximum
    applicable = sums.maximum - sums.lost
    if policy == SHRINK:
        return sums.reached, applicable
    if policy == FULL:
        return sums.reached + sums.lost, sums.maximum
    if not applicable:
        return ZERO, ZERO
    return half_up(Fraction(sums.reached) * Fraction(sums.maximum) / Fraction(applicable), 4), sums.maximum


def _percent(points: Decimal, maximum: Decimal) -> Fraction | None:
    """Exact per cent; None where there is nothing to reach."""
    return Fraction(points) * 100 / Fraction(maximum) if maximum else None


@dataclass(frozen=True, slots=True)
class _Forest:
    """The bonus (or penalty) rows with their children of the same kind."""

    roots: tuple[TreeRow, ...]
    children: Mapping[str, tuple[TreeRow, ...]]

    def value(self, cells: Mapping[str, LeafStanding]) -> Decimal:
        return sum((self._worth(row, cells) for row in self.roots), ZERO)

    def _worth(self, row: TreeRow, cells: Mapping[str, LeafStanding]) -> Decimal:
        if row.is_leaf:
            own = cells.get(row.code, MISSING).points or ZERO
        else:
            own = sum((self._worth(child, cells) for child in self.children.get(row.code, ())), ZERO)
        return min(row.max_points, own)


def _forest(rows: Sequence[TreeRow], kind: str) -> _Forest:
    """Rows of one kind; a row hangs under its nearest ancestor of that kind, else it is a root."""
    known = {row.code: row for row in rows}
    children: dict[str, list[TreeRow]] = {}
    roots: list[TreeRow] = []
    for row in (row for row in rows if row.kind == kind):
        above = _above(row, known, kind)
        (roots if above is None else children.setdefault(above, [])).append(row)
    return _Forest(tuple(roots), {code: tuple(below) for code, below in children.items()})


def _above(row: TreeRow, known: Mapping[str, TreeRow], kind: str) -> str | None:
    seen, parent = {row.code}, row.parent
    while parent is not None and parent in known and parent not in seen:
        if known[parent].kind == kind:
            return parent
        seen.add(parent)
        parent = known[parent].parent
    return None


def _rank(outcomes: Iterable[RankedUnit], ties: str) -> None:
    """Complete units rank among themselves on the exact index; equal ones share a rank."""
    ranked = sorted(((o.index, o) for o in outcomes if o.index is not None), key=lambda pair: pair[0], reverse=True)
    previous, rank = None, 0
    for position, (index, outcome) in enumerate(ranked, start=1):
        if index != previous:
            rank = rank + 1 if ties == DENSE else position
        previous = index
        outcome.rank = rank


def _band(index: Fraction | None, bands: Sequence[GradeBand]) -> str:
    """The first band whose edge the exact index reaches; "" without an index or below every edge."""
    if index is None:
        return ""
    return next((band.name for band in bands if index >= Fraction(band.edge)), "")


def half_up(value: Fraction, places: int) -> Decimal:
    """`value` rounded half up (away from zero) to `places` decimals, exactly."""
    whole, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    whole += 2 * rest >= value.denominator
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def natural_key(code: str) -> tuple[tuple[int, int, str], ...]:
    """1.2 before 1.10; parts that are no numbers follow those that are."""
    return tuple((0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in code.split("."))
