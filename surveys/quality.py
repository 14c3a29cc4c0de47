"""Marks of ballots that were perhaps not answered with care. Pure and vectorised. They are counted and shown; none of
them makes a ballot invalid: that is for the plan's rules alone (`validity`)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .validity import repeats, straight_lines

STRAIGHT, SAME, BURST, HASTY = "straight", "same", "burst", "hasty"
LABELS = {
    STRAIGHT: "trả lời giống nhau mọi câu",
    SAME: "giống hệt một phiếu khác của cùng đơn vị",
    BURST: "gửi dồn dập (từ 5 phiếu của cùng đơn vị trong một phút)",
    HASTY: "trả lời quá nhanh (dưới 2 giây mỗi câu)",
}
BURST_BALLOTS, BURST_SECONDS = 5, 60
HASTY_SECONDS = 2
UNKNOWN = np.nan
"""An hour, or a number of seconds, that the file does not tell."""

Seconds = NDArray[np.float64]


def marks(
    answers: NDArray[np.uint8], units: Sequence[int], *, straight_from: int, same_from: int
) -> dict[str, NDArray[np.bool_]]:
    """Which ballots have a mark that their answers alone show."""
    return {
        STRAIGHT: straight_lines(answers, at_least=straight_from),
        SAME: repeats(answers, units, (), at_least=same_from),
    }


def timed_marks(units: Sequence[int], ended: Seconds, took: Seconds, questions: int) -> dict[str, NDArray[np.bool_]]:
    """Which ballots have a mark that the hours of the file show; no mark where the file tells none."""
    told = {}
    if not np.isnan(ended).all():
        told[BURST] = bursts(np.asarray(units, dtype=np.int64), ended)
    if not np.isnan(took).all():
        told[HASTY] = took < HASTY_SECONDS * questions  # of an unknown number never true
    return told


def bursts(units: NDArray[np.int64], ended: Seconds) -> NDArray[np.bool_]:
    """Which ballots were sent among BURST_BALLOTS of the same unit within BURST_SECONDS."""
    marked = np.zeros(len(units), dtype=bool)
    known = np.flatnonzero(~np.isnan(ended))
    if len(known) < BURST_BALLOTS:
        return marked
    order = known[np.lexsort((ended[known], units[known]))]
    last = BURST_BALLOTS - 1
    first, other = order[: len(order) - last], order[last:]
    close = (units[first] == units[other]) & (ended[other] - ended[first] <= BURST_SECONDS)
    for step in range(BURST_BALLOTS):
        marked[order[step : len(order) - last + step][close]] = True
    return marked


def by_unit(marked: dict[str, NDArray[np.bool_]], units: Sequence[int]) -> dict[str, dict[str, int]]:
    """Mark → unit id as text → ballots; a mark that was looked for and not found stands empty."""
    places = np.asarray(units, dtype=np.int64)
    return {
        mark: {str(unit): number for unit, number in sorted(Counter(places[which].tolist()).items())}
        for mark, which in marked.items()
    }
