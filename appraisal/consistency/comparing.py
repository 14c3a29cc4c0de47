"""Whether like cases were judged alike: deductions for the same reason, and gaps by unit and by member.

No Django here. Sums are exact fractions; what is shown is rounded half up to four places.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from cchc_index.lib.numbers import quantize

Dimension = TypeVar("Dimension", bound=Hashable)

FEWEST_UNITS = 5
"""With fewer units nobody stands out of the block."""
FEWEST_CELLS = 5
"""A unit with fewer measured decisions says too little to stand out, or to set the fences."""


class ComparedDecision(NamedTuple):
    """What stands at one cell, with the step that set it. `own` and `council` are None where they are no
    points: not scored, or "not applicable"."""

    unit: int
    criterion: int
    own: Decimal | None
    council: Decimal | None
    adjusted: bool
    reason: int | None = None
    member: int | None = None

    @property
    def deduction(self) -> Decimal | None:
        return deduction(self.own, self.council)


def deduction(own: Decimal | None, council: Decimal | None) -> Decimal | None:
    """The points the council took: the unit's own minus the council's, negative where it gave more. None
    where either is no points: "not applicable" and "not scored" are never compared with a number."""
    return None if own is None or council is None else own - council


def share_of(points: Decimal, maximum: Decimal) -> Decimal:
    """A deduction as a part of the criterion's maximum: what compares years and blocks whose maxima differ."""
    return quantize(Fraction(points) / Fraction(maximum)) if maximum else Decimal(0)


class Group(NamedTuple):
    """The decisions that took the same points."""

    deduction: Decimal
    decisions: tuple[ComparedDecision, ...]


class Contradiction(NamedTuple):
    """One reason on one criterion that took different points, the largest deduction first. `apart`: the
    decisions without a deduction (not applicable, not scored), which are compared with nothing."""

    criterion: int
    reason: int
    groups: tuple[Group, ...]
    apart: tuple[ComparedDecision, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.criterion, self.reason

    @property
    def decisions(self) -> list[ComparedDecision]:
        return [one for group in self.groups for one in group.decisions]

    @property
    def content(self) -> list[object]:
        """What the contradiction says, as values for a digest: another unit or other points are another
        contradiction, the same decisions by another member are not."""
        found = sorted((one.unit, one.own, one.council) for one in self.decisions)
        return [self.criterion, self.reason, [list(row) for row in found]]


def contradictions(decisions: Iterable[ComparedDecision]) -> list[Contradiction]:
    """Every criterion × reason whose adjustments took more than one number of points, in the order in which
    the criteria first come."""
    grouped: dict[tuple[int, int], list[ComparedDecision]] = {}
    order: dict[int, int] = {}
    for one in decisions:
        order.setdefault(one.criterion, len(order))
        if one.adjusted and one.reason is not None:
            grouped.setdefault((one.criterion, one.reason), []).append(one)
    found = [contradiction(rows) for _, rows in sorted(grouped.items(), key=lambda pair: (order[pair[0][0]], pair[0]))]
    return [one for one in found if one is not None]


def contradiction(rows: Sequence[ComparedDecision]) -> Contradiction | None:
    """Adjustments on one criterion for one reason; None when all that have a deduction took the same."""
    groups: dict[Decimal, list[ComparedDecision]] = {}
    apart = []
    for one in rows:
        taken = one.deduction
        if taken is None:
            apart.append(one)
        else:
            groups.setdefault(taken, []).append(one)
    if len(groups) < 2:
        return None
    largest_first = sorted(groups.items(), key=lambda pair: -pair[0])
    made = tuple(Group(taken, tuple(found)) for taken, found in largest_first)
    return Contradiction(rows[0].criterion, rows[0].reason or 0, made, tuple(apart))


class ScoreGap(NamedTuple):
    """Counts and sums over some decisions. Only those with points on both sides are measured."""

    decided: int
    adjusted: int
    measured: int
    total: Fraction

    @property
    def share_adjusted(self) -> Fraction:
        return Fraction(self.adjusted, self.decided) if self.decided else Fraction(0)

    @property
    def mean(self) -> Fraction | None:
        """Points taken per measured decision."""
        return self.total / self.measured if self.measured else None


NOTHING = ScoreGap(0, 0, 0, Fraction(0))


@dataclass(slots=True)
class _Counting:
    """A `ScoreGap` while it is added up, in decimals: points of four places add up exactly in them, and ten times
    faster than fractions."""

    decided: int = 0
    adjusted: int = 0
    measured: int = 0
    total: Decimal = Decimal(0)

    def count(self, one: ComparedDecision, times: int = 1) -> None:
        self.decided += times
        self.adjusted += times * one.adjusted
        if one.own is not None and one.council is not None:
            self.measured += times
            self.total += times * (one.own - one.council)

    @property
    def gap(self) -> ScoreGap:
        return ScoreGap(self.decided, self.adjusted, self.measured, Fraction(self.total))


def _gaps(
    decisions: Iterable[ComparedDecision], key: Callable[[ComparedDecision], Dimension]
) -> dict[Dimension, ScoreGap]:
    found: dict[Dimension, _Counting] = {}
    for one in decisions:
        found.setdefault(key(one), _Counting()).count(one)
    return {at: counted.gap for at, counted in found.items()}


class UnitGap(NamedTuple):
    """One unit against the block: `deviation` is its mean gap minus the block's median of means."""

    unit: int
    gap: ScoreGap
    deviation: Fraction | None
    stands_out: bool


def by_unit(decisions: Iterable[ComparedDecision]) -> dict[int, ScoreGap]:
    """{unit: its sums}, in the order they are met in."""
    return _gaps(decisions, lambda d: d.unit)


def unit_gaps(gaps: Mapping[int, ScoreGap]) -> list[UnitGap]:
    """By unit, the farthest from the block's median first, ties in the order given. A unit stands out beyond the
    fences of its block: one and a half times the middle half's width below or above it; units with few decisions
    never."""
    means = {unit: gap.mean for unit, gap in gaps.items()}
    telling = [mean for unit, mean in means.items() if mean is not None and gaps[unit].measured >= FEWEST_CELLS]
    middle = median(mean for mean in means.values() if mean is not None)
    low, high = fences(telling)
    found = []
    for unit, gap in gaps.items():
        mean = means[unit]
        deviation = None if mean is None or middle is None else mean - middle
        enough = gap.measured >= FEWEST_CELLS and len(telling) >= FEWEST_UNITS
        outside = mean is not None and enough and not low <= mean <= high
        found.append(UnitGap(unit, gap, deviation, outside))
    return sorted(found, key=lambda one: (one.deviation is None, -abs(one.deviation or 0)))


def median(values: Iterable[Fraction]) -> Fraction | None:
    """The middle value, the mean of the two middle ones; None for no values."""
    rows = sorted(values)
    if not rows:
        return None
    half = len(rows) // 2
    return rows[half] if len(rows) % 2 else (rows[half - 1] + rows[half]) / 2


def fences(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """The lower and upper fence: the quartiles (medians of the halves) less and plus one and a half times
    the distance between them."""
    rows = sorted(values)
    half = (len(rows) + 1) // 2
    low, high = median(rows[:half]), median(rows[-half:])
    if low is None or high is None:
        return Fraction(0), Fraction(0)
    reach = (high - low) * Fraction(3, 2)
    return low - reach, high + reach


class MemberGap(NamedTuple):
    """One member. `compared` of the measured decisions lie on criteria that others decided too; there
    `expected_mean` and `expected_share` are what the others did on the same criteria, weighted as the member
    met them, and `excess` is the member's mean minus that. A member with hard criteria is so compared with
    those who judged the same hard criteria."""

    member: int
    gap: ScoreGap
    compared: int
    compared_mean: Fraction | None
    compared_share: Fraction | None
    expected_mean: Fraction | None
    expected_share: Fraction | None

    @property
    def excess(self) -> Fraction | None:
        if self.compared_mean is None or self.expected_mean is None:
            return None
        return self.compared_mean - self.expected_mean


@dataclass(frozen=True)
class MemberSums:
    """The sums from which members are compared: decisions can be added to them, and taken from them again."""

    by_both: Mapping[tuple[int, int], _Counting] = field(default_factory=dict)
    """By criterion and member, those that have a deduction."""
    everything: Mapping[int, _Counting] = field(default_factory=dict)
    """By member."""

    def moved(self, gone: Iterable[ComparedDecision], come: Iterable[ComparedDecision]) -> "MemberSums":
        """The sums without the decisions that are gone and with those that have come."""
        by_both = {key: replace(one) for key, one in self.by_both.items()}
        everything = {member: replace(one) for member, one in self.everything.items()}
        for times, decisions in ((-1, gone), (1, come)):
            for one in decisions:
                if one.member is None:
                    continue
                everything.setdefault(one.member, _Counting()).count(one, times)
                if one.deduction is not None:
                    by_both.setdefault((one.criterion, one.member), _Counting()).count(one, times)
        return MemberSums(
            {key: one for key, one in by_both.items() if one.decided},
            {member: one for member, one in everything.items() if one.decided},
        )

    def gaps(self) -> list[MemberGap]:
        """By member, the farthest from the others first; those who can be compared with nobody last."""
        by_both = {key: one.gap for key, one in self.by_both.items()}
        by_criterion: dict[int, ScoreGap] = {}
        mine: dict[int, list[int]] = {}
        for (criterion, member), gap in by_both.items():
            by_criterion[criterion] = _sum(by_criterion.get(criterion, NOTHING), gap)
            mine.setdefault(member, []).append(criterion)
        found = [
            _member_gap(member, one.gap, mine.get(member, []), by_criterion, by_both)
            for member, one in self.everything.items()
        ]
        return sorted(found, key=lambda one: (one.excess is None, -abs(one.excess or 0), one.member))


def member_gaps(decisions: Iterable[ComparedDecision]) -> list[MemberGap]:
    """By member, the farthest from the others first; those who can be compared with nobody last."""
    return MemberSums().moved((), decisions).gaps()


def _member_gap(
    member: int,
    gap: ScoreGap,
    criteria: Iterable[int],
    by_criterion: Mapping[int, ScoreGap],
    by_both: Mapping[tuple[int, int], ScoreGap],
) -> MemberGap:
    own, expected_total, expected_adjusted = NOTHING, Fraction(0), Fraction(0)
    for criterion in criteria:
        mine = by_both[criterion, member]
        others = _minus(by_criterion[criterion], mine)
        if not others.measured:
            continue
        own = _sum(own, mine)
        expected_total += mine.measured * others.total / others.measured
        expected_adjusted += mine.measured * Fraction(others.adjusted, others.measured)
    if not own.measured:
        return MemberGap(member, gap, 0, None, None, None, None)
    return MemberGap(
        member,
        gap,
        own.measured,
        own.mean,
        own.share_adjusted,
        expected_total / own.measured,
        expected_adjusted / own.measured,
    )


def _minus(whole: ScoreGap, part: ScoreGap) -> ScoreGap:
    return ScoreGap(
        whole.decided - part.decided,
        whole.adjusted - part.adjusted,
        whole.measured - part.measured,
        whole.total - part.total,
    )


def _sum(one: ScoreGap, other: ScoreGap) -> ScoreGap:
    return ScoreGap(
        one.decided + other.decided,
        one.adjusted + other.adjusted,
        one.measured + other.measured,
        one.total + other.total,
    )
