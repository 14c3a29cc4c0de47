"""What the numbers of a survey say. Pure: everything here follows from what pages tell, never from a part that is not
told, so that no sentence and no picture gives one away."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

NamedShare = tuple[str, Fraction]
"""A name and the share of the maximum that it reached, 0 to 1."""


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """A respondent group: its answers in the cells that are told, and how many of its cells are not."""

    name: str
    answers: int
    mean: Fraction | None
    untold: int


@dataclass(frozen=True, slots=True)
class CellByPeople:
    """A cell's official points beside those by people, with the latter's interval (None: no error is known)."""

    unit: str
    criterion: str
    maximum: Decimal
    official: Decimal
    by_people: Decimal
    bounds: tuple[Decimal, Decimal] | None
    line: str
    """The formula with its numbers."""


@dataclass(frozen=True, slots=True)
class SurveyFindings:
    """A block's survey. Shares of units that lack points of a criterion are left out of every comparison."""

    units: list[NamedShare]
    """Units with points of every criterion, highest first."""
    lacking: list[str]
    criteria: list[NamedShare]
    """By code, the mean over the units that have points."""
    groups: list[GroupFinding]
    years: list[tuple[int, Fraction, int]]
    """(year, mean share, units with all points), oldest first, this year last."""
    by_people: list[CellByPeople] = field(default_factory=list)
    """By criterion and unit, the cells that have points by people; none where the plan names no people."""

    left: list[tuple[str, int]] = field(default_factory=list)
    """(group, ballots) of the boxes that two people left unopened."""

    @property
    def mean(self) -> Fraction | None:
        return mean_of([share for _, share in self.units])

    @property
    def compared(self) -> list[tuple[str, Fraction, Fraction, int]]:
        """(criterion, mean official share, mean share by people, units), over the units that have both."""
        cells: dict[str, list[CellByPeople]] = {}
        for cell in self.by_people:
            cells.setdefault(cell.criterion, []).append(cell)
        rows = []
        for criterion, told in cells.items():
            most = sum((Fraction(cell.maximum) for cell in told), Fraction(0))
            official = sum((Fraction(cell.official) for cell in told), Fraction(0)) / most
            other = sum((Fraction(cell.by_people) for cell in told), Fraction(0)) / most
            rows.append((criterion, official, other, len(told)))
        return rows


def mean_of(shares: Sequence[Fraction]) -> Fraction | None:
    """The plain mean; None of nothing."""
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def extremes(rows: Sequence[NamedShare]) -> tuple[list[NamedShare], list[NamedShare]]:
    """Those that share the highest, and those that share the lowest value, by exact share."""
    top, low = max(share for _, share in rows), min(share for _, share in rows)
    return [row for row in rows if row[1] == top], [row for row in rows if row[1] == low]
