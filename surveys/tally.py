"""From ballots to points, exactly. Pure: numpy counts, `Fraction` averages, one rounding at the end.

The points of a leaf = its maximum × the weighted mean, over the respondent groups that have answers, of
the group's mean share (the share of the maximum each answer of its scale is worth; the scale need not be
even). Blank answers and invalid ballots count nowhere. A leaf without any answer and without a figure has
no score at all: "no ballots" is not zero. An answer without a share ("không biết") stands outside the mean: it is
counted among the answers given and nowhere else. Where the plan sets a least n, a group with fewer answers that count
is left out as if nobody of it had answered.

A finished figure (SIPAS, PAPI) stands for the respondent groups that are not asked by ballot:
  * without answers for the leaf, the figure alone is the score;
  * with answers, the figure's share enters the weighted mean with the weight of those groups
    (`figure_weight`), beside the groups that were asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cchc_index.lib.numbers import quantize

_EXACT = Context(prec=60, traps=[Inexact])
"""Sums of shares are exact or an error: many times faster than fractions."""
LEVELS = 256
BLANK = 0


@dataclass(frozen=True, slots=True)
class GroupAnswers:
    """What one respondent group answered about one leaf of one unit."""

    counts: Mapping[int, int]
    """Answer value → number of valid ballots."""
    shares: Mapping[int, Decimal | None]
    """Answer value → share of the maximum, 0 to 1; None for an answer that stands outside the mean."""
    weight: Decimal = Decimal(1)

    @property
    def answered(self) -> int:
        """How many answers enter the mean. Raises KeyError for an answer its scale does not know."""
        return sum(count for value, count in self.counts.items() if self.shares[value] is not None)


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
    total, answered = Decimal(0), 0
    for value, count in part.counts.items():
        share = part.shares[value]
        if share is not None:
            total = _EXACT.fma(share, Decimal(count), total)
            answered += count
    return Fraction(total) / answered


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
    least_n: int = 1,
) -> TalliedPoints | None:
    """The score of one leaf of one unit (see the module); None when nobody answered and no figure exists. A group of
    which fewer than `least_n` answered is left out."""
    answered = [part for part in parts if part.answered >= max(least_n, 1)]
    terms = [(Fraction(part.weight), mean_share(part)) for part in answered]
    if figure is not None:
        terms.append((Fraction(figure_weight), figure))
    if not terms:
        return None
    mean = sum((weight * share for weight, share in terms), Fraction(0)) / sum(weight for weight, _ in terms)
    ballots = sum(part.answered for part in answered) if answered else None
    return TalliedPoints(quantize(Fraction(maximum) * mean), ballots)


@dataclass(frozen=True, slots=True)
class Term:
    """One group, or a finished figure (`answered` None), as it enters a cell's points."""

    name: str
    answered: int | None
    mean: Fraction
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """How the points of a cell come about, with its numbers. `error`: the standard error of the points that the
    sample leaves, a binary float, told and never scored; None where a group has a single answer."""

    maximum: Decimal
    terms: tuple[Term, ...]
    points: Decimal
    error: float | None

    @property
    def weights(self) -> Decimal:
        return sum((term.weight for term in self.terms), Decimal(0))


def formula(
    maximum: Decimal,
    parts: Iterable[tuple[str, GroupAnswers]],
    figure: Fraction | None = None,
    figure_weight: Decimal = Decimal(1),
    least_n: int = 1,
) -> Formula | None:
    """What `score` computes, term by term; None where it gives none. Names stand beside the groups' answers."""
    entering = [(name, part) for name, part in parts if part.answered >= max(least_n, 1)]
    scored = score(maximum, [part for _, part in entering], figure, figure_weight, least_n)
    if scored is None:
        return None
    terms = [Term(name, part.answered, mean_share(part), part.weight) for name, part in entering]
    if figure is not None:
        terms.append(Term("số liệu SIPAS, PAPI", None, figure, figure_weight))
    total = float(sum((term.weight for term in terms), Decimal(0)))
    spread: float | None = 0.0
    for _, part in entering:
        one = _mean_variance(part)
        spread = None if one is None or spread is None else spread + (float(part.weight) / total) ** 2 * one
    error = None if spread is None or not entering else float(maximum) * spread**0.5
    return Formula(maximum, tuple(terms), scored.points, error)


def _mean_variance(part: GroupAnswers) -> float | None:
    """The sampling variance of a group's mean share; None for a single answer."""
    if part.answered < 2:
        return None
    mean = float(mean_share(part))
    shares = ((part.shares[value], count) for value, count in part.counts.items())
    squares = sum((float(share) - mean) ** 2 * count for share, count in shares if share is not None)
    return squares / (part.answered - 1) / part.answered


def variances(
    unit_index: NDArray[np.integer],
    answers: NDArray[np.uint8],
    shares: NDArray[np.float64],
    factor: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The sampling variance of each unit's points from one group's ballots, linearised: a ballot moves the mean of each
    question it answers, and its moves are summed before they are squared, since one person's answers go together.

    `answers` is ballots × questions, `shares` answer value → share, for all questions or question × answer value (NaN
    for what stands outside the mean), `factor` unit × question: the points that a whole share is worth. Binary floats:
    an error is told, never scored.
    """
    units, questions = factor.shape
    value = np.broadcast_to(shares, (questions, shares.shape[-1]))[np.arange(questions), answers]
    answered = (answers != BLANK) & ~np.isnan(value)
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
