"""What the numbers of a survey say. Pure: everything here follows from what pages tell, never from a part that is not
told, so that no sentence and no picture gives one away."""

from collections.abc import Sequence
from dataclasses import dataclass
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

    @property
    def mean(self) -> Fraction | None:
        return mean_of([share for _, share in self.units])


def mean_of(shares: Sequence[Fraction]) -> Fraction | None:
    """The plain mean; None of nothing."""
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def extremes(rows: Sequence[NamedShare]) -> tuple[list[NamedShare], list[NamedShare]]:
    """Those that share the highest, and those that share the lowest value, by exact share."""
    top, low = max(share for _, share in rows), min(share for _, share in rows)
    return [row for row in rows if row[1] == top], [row for row in rows if row[1] == low]
