"""Rank ranges: what the ranks would have been had the survey asked other people, and had open cells been scored.

Each draw gives every unit its exact index plus a normal error of its survey points, kept within the survey half, and a
uniform value for each of its open cells; the drawn indices are ranked as the set ranks ties. Binary floats are enough
here: nothing of a draw is ever published as a score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = 0.05, 0.95
"""The range leaves out one draw in twenty at either end."""
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """A unit as it is drawn: points that stand, their maximum, the survey points among them with the most they can be
    and their standard error, and the maxima of the cells that are open."""

    points: float
    max_points: float
    survey_points: float = 0.0
    survey_max: float = 0.0
    survey_error: float = 0.0
    open_cells: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RankRange:
    """`low` and `high` hold nine draws in ten, `best` and `worst` all of them."""

    best: int
    low: int
    median: int
    high: int
    worst: int


def ranges(units: Sequence[DrawnUnit], draws: int, seed: int, *, dense: bool = False) -> list[RankRange]:
    """The range of each unit's rank over `draws` rankings, in the order of `units`; the same seed gives the same."""
    if not units:
        return []
    generator = np.random.default_rng(seed)
    ranked = [ranks(_drawn(units, count, generator), dense=dense) for count in _counts(draws)]
    every = np.sort(np.concatenate(ranked), axis=0)
    places = [0, int(LOW * (draws - 1)), (draws - 1) // 2, round(HIGH * (draws - 1)), draws - 1]
    return [RankRange(*map(int, column)) for column in every[places].T]


def _counts(draws: int) -> list[int]:
    return [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]


def _drawn(units: Sequence[DrawnUnit], draws: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Indices by draw and unit."""
    error = np.array([unit.survey_error for unit in units])
    survey = np.array([unit.survey_points for unit in units])
    most = np.array([unit.survey_max for unit in units])
    noise = generator.standard_normal((draws, len(units))) * error
    points = np.clip(survey + noise, 0, np.maximum(most, survey)) - survey
    points += np.array([unit.points for unit in units])
    for number, unit in enumerate(units):
        for maximum in unit.open_cells:
            points[:, number] += generator.uniform(0, maximum, draws)
    maxima = np.array([unit.max_points for unit in units])
    return np.asarray(np.divide(points, maxima, out=np.zeros_like(points), where=maxima > 0))


def ranks(values: NDArray[np.float64], *, dense: bool = False) -> NDArray[np.int32]:
    """The rank of each value within its row, the greatest first; equal values share the best of their ranks, and what
    follows is counted on (1, 1, 3) or without a gap (1, 1, 2: `dense`)."""
    order = np.argsort(-values, axis=1, kind="stable")
    sorted_ = np.take_along_axis(values, order, axis=1)
    first = np.ones(values.shape, dtype=bool)
    first[:, 1:] = sorted_[:, 1:] != sorted_[:, :-1]
    if dense:
        placed = np.cumsum(first, axis=1)
    else:
        placed = np.maximum.accumulate(np.where(first, np.arange(1, values.shape[1] + 1), 0), axis=1)
    out = np.empty(values.shape, dtype=np.int32)
    np.put_along_axis(out, order, placed.astype(np.int32), axis=1)
    return out
