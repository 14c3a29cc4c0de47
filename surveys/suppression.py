"""What of a small cell may be shown. Pure.

A cell is one leaf of one unit; its parts are what each respondent group answered. A part that fewer than `small`
people answered is not told, nor one of which fewer than `small` answers enter the mean: ten answers with eight "không
biết" among them would tell a mean of two. That is not enough where the part enters the points: points, weights and the
other parts' means are shown, so the one part that is not told follows from them. Then the smallest of the other parts
is not told either: one equation, two unknowns. Where the only part of a cell is small, the points are its mean; no page
can keep that secret, and only a least n that is no smaller than `small` (the plan asks for it) keeps such a cell
without points.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


def may_follow(
    now: Mapping[int, int], told: Sequence[Mapping[int, int]], *, outside: Collection[int], small: int
) -> bool:
    """Whether the answers of a part may be told to who may have kept all that was `told` of it, in its order.

    What lies between two versions came, or went; neither may be fewer than `small` answers, nor fewer that enter the
    mean (`outside`: those that do not). Versions that only grow give nothing more away, however many. Once answers
    went, three versions may tell a single ballot though no two of them do (one half, the other half, both and one
    more), so there are two at most."""
    if small <= 1 or any(not _steps(now, before) for before in told):
        return True
    if not all(_far(now, before, outside, small) for before in told):
        return False
    history = [*told, now]
    return len(told) < 2 or all(min(_steps(later, old)) > 0 for old, later in pairwise(history))


def _steps(now: Mapping[int, int], before: Mapping[int, int]) -> list[int]:
    """By answer that differs, how many more there are now."""
    return [step for value in now.keys() | before.keys() if (step := now.get(value, 0) - before.get(value, 0))]


def _far(now: Mapping[int, int], before: Mapping[int, int], outside: Collection[int], small: int) -> bool:
    for known in (now.keys() | before.keys(), (now.keys() | before.keys()) - set(outside)):
        steps = [now.get(value, 0) - before.get(value, 0) for value in known]
        came, went = sum(step for step in steps if step > 0), -sum(step for step in steps if step < 0)
        if 0 < came < small or 0 < went < small:
            return False
    return True
