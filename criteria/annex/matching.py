"""Which criterion of last year is the same as one of this year: by code and by likeness of the text. Pure; a person
confirms what it proposes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cchc_index.lib.text import fold

NEAR, FAR = 90, 50
"""From NEAR per cent on two texts say the same, below FAR they hardly do."""


class Worded(Protocol):
    """What a comparison needs to know of a criterion."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Match:
    """A criterion of this year, the likeliest of last year's, how alike their texts are in per cent."""

    later: Worded
    earlier: Worded
    percent: int

    @property
    def same_code(self) -> bool:
        return self.later.code == self.earlier.code

    @property
    def is_certain(self) -> bool:
        """Whether code and text are the same: nobody needs to choose it."""
        return self.same_code and self.percent == 100


def likeness(one: str, other: str) -> int:
    """How alike two texts are, in per cent of their words, whatever the case, the accents and the order."""
    return _shared(Counter(fold(one).split()), Counter(fold(other).split()))


def matches(later: Sequence[Worded], earlier: Sequence[Worded]) -> list[Match]:
    """For each criterion of this year the likeliest of last year's, the one of the same code first among equals; in the
    order of `later`. [] where last year had none."""
    words = [(row, Counter(fold(row.name).split())) for row in earlier]
    found = []
    for row in later if words else ():
        mine = Counter(fold(row.name).split())
        rated = [(_shared(mine, theirs), other.code == row.code, other) for other, theirs in words]
        percent, _, best = max(rated, key=lambda one: one[:2])
        found.append(Match(row, best, percent))
    return found


def _shared(one: Counter[str], other: Counter[str]) -> int:
    whole = one.total() + other.total()
    return round(200 * (one & other).total() / whole) if whole else 0
