"""From ballots to points, exactly. Pure: numpy counts, `Fraction` averages, one rounding at the end.

The points of a leaf = its maximum × the weighted mean, over the respondent groups that have answers, of
the group's mean share (the share of the maximum each answer of its scale is worth; the scale need not be
even). Blank answers and invalid ballots count nowhere. A leaf without any answer and without a figure has
no score at all: "no ballots" is not zero.

A finished figure (SIPAS, PAPI) stands for the respondent groups that are not asked by ballot:
  * without answers for the leaf, the figure alone is the score;
  * with answers, the figure's share enters the weighted mean with the weight of those groups
    (`figure_weight`), beside the groups that were asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cchc_index.lib.numbers import quantize

LEVELS = 256
BLANK = 0


@dataclass(frozen=True, slots=True)
class GroupAnswers:
    """What one respondent group answered about one leaf of one unit."""

    counts: Mapping[int, int]
    """Answer value → number of valid ballots."""
    shares: Mapping[int, Decimal]
    """Answer value → share of the maximum, 0 to 1."""
    weight: Decimal = Decimal(1)

    @property
    def answered(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class TalliedPoints:
    """Points at four places; `ballots` that answered (None: a figure alone)."""

    points: Decimal
    ballots: int | None


def histogram(unit_index: NDArray[np.integer], answers: NDArray[np.uint8], units: int) -> NDArray[np.int64]:
    """Counts by unit × question × answer value. `answers` is ballots × questions, `unit_index` in [0, units)."""
    questions = answers.shape[1]
    counts = np.zeros((units, questions, LEVELS), dtype=np.int64)
    base = unit_index.astype(np.int64) * LEVELS
    for question in range(questions):
        flat = np.bincount(base + answers[:, question], minlength=units * LEVELS)
        counts[:, question, :] = flat.reshape(units, LEVELS)
    return counts


def mean_share(part: GroupAnswers) -> Fraction:
    """The group's mean share of the maximum. Raises KeyError for an answer its scale does not know."""
    total = sum((Fraction(part.shares[value]) * count for value, count in part.counts.items()), Fraction(0))
    return total / part.answered


def figure_share(maximum: Decimal, points: Decimal | None, percent: Decimal | None) -> Fraction:
    """A finished figure as a share of the maximum, from points or from per cent."""
    if percent is not None:
        return Fraction(percent) / 100
    return Fraction(points or 0) / Fraction(maximum) if maximum else Fraction(0)


def score(
    maximum: Decimal,
    parts: Iterable[GroupAnswers],
    figure: Fraction | None = None,
    figure_weight: Decimal = Decimal(1),
) -> TalliedPoints | None:
    """The score of one leaf of one unit (see the module); None when nobody answered and no figure exists."""
    answered = [part for part in parts if part.answered]
    terms = [(Fraction(part.weight), mean_share(part)) for part in answered]
    if figure is not None:
        terms.append((Fraction(figure_weight), figure))
    if not terms:
        return None
    mean = sum((weight * share for weight, share in terms), Fraction(0)) / sum(weight for weight, _ in terms)
    ballots = sum(part.answered for part in answered) if answered else None
    return TalliedPoints(quantize(Fraction(maximum) * mean), ballots)


def variances(
    unit_index: NDArray[np.integer],
    answers: NDArray[np.uint8],
    shares: NDArray[np.float64],
    factor: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The sampling variance of each unit's points from one group's ballots, linearised: a ballot moves the mean of each
    question it answers, and its moves are summed before they are squared, since one person's answers go together.

    `answers` is ballots × questions, `shares` answer value → share, `factor` unit × question: the points that a whole
    share is worth. Binary floats: an error is told, never scored.
    """
    units, questions = factor.shape
    answered = answers != BLANK
    value = shares[answers]
    moves = np.zeros(len(answers))
    for question in range(questions):
        some = answered[:, question]
        counts = np.bincount(unit_index[some], minlength=units)
        sums = np.bincount(unit_index[some], weights=value[some, question], minlength=units)
        known = np.maximum(counts, 1)
        mean, worth = sums / known, factor[:, question] / known
        moves[some] += (value[some, question] - mean[unit_index[some]]) * worth[unit_index[some]]
    ballots = np.bincount(unit_index, minlength=units)
    spread = np.bincount(unit_index, weights=moves**2, minlength=units)
    return np.asarray(spread * ballots / np.maximum(ballots - 1, 1))
