"""What of a small cell may be shown. Pure.

A cell is one leaf of one unit; its parts are what each respondent group answered. A part that fewer than `small`
people answered is not told, nor one of which fewer than `small` answers enter the mean: ten answers with eight "không
biết" among them would tell a mean of two. That is not enough where the part enters the points: points, weights and the
other parts' means are shown, so the one part that is not told follows from them. Then the smallest of the other parts
is not told either: one equation, two unknowns. Where the only part of a cell is small, the points are its mean; no page
can keep that secret, and only a least n that is no smaller than `small` (the plan asks for it) keeps such a cell
without points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALL, BESIDE = "small", "beside"
"""Why a part is not told: few answered it, or few of its answers count; it would give away one of these."""


@dataclass(frozen=True, slots=True)
class CellPart:
    """What one respondent group answered in a cell."""

    group: int
    given: int
    """Answers, those outside the mean among them."""
    counted: int
    """Answers that enter the mean."""


def untold(parts: Sequence[CellPart], *, small: int, least_n: int = 1) -> dict[int, str]:
    """Group → why it is not told (SMALL, BESIDE). `least_n`: fewer counted answers enter no points. The order of
    `parts` decides between equally small ones, so that the same cell gives the same answer every time."""
    away = {part.group: SMALL for part in parts if 0 < part.given < small or 0 < part.counted < small}
    entering = [part for part in parts if part.counted >= max(least_n, 1)]
    at_risk = [part for part in entering if part.group in away]
    if len(at_risk) == 1 and len(entering) > 1:
        beside = min((part for part in entering if part.group not in away), key=lambda part: part.given)
        away[beside.group] = BESIDE
    return away


def small_moves(
    before: Mapping[tuple[int, int], int], after: Mapping[tuple[int, int], int], *, small: int
) -> set[tuple[int, int]]:
    """The (group, unit) of which two versions differ by fewer than `small` ballots while both tell something: the
    difference of what they tell is what these few people said."""
    moved = {key: (before.get(key, 0), after.get(key, 0)) for key in before.keys() | after.keys()}
    return {key for key, (old, new) in moved.items() if 0 < abs(new - old) < small and min(old, new) >= small}
