"""Two opinions given blind: when they agree, and which one stands. No Django here."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

SEATS = 2
"""Opinions that are given blind; the third is the decision between them."""


class Judgement(NamedTuple):
    """Points, or "not applicable"."""

    points: Decimal | None
    not_applicable: bool


def agree(one: Judgement, other: Judgement, tolerance: Decimal) -> bool:
    """Whether two opinions differ by at most `tolerance` points, the edge included. "Not applicable" agrees
    with itself only: it is no number of points."""
    if one.points is None or other.points is None:
        return one.not_applicable and other.not_applicable
    return abs(one.points - other.points) <= tolerance


def standing_seat(judgements: Sequence[Judgement], tolerance: Decimal) -> int | None:
    """The seat (from 0) whose opinion stands: the first of two that agree, else the third; None while
    nothing stands. The first as it is, not a mean: points that a member put forward, with their words."""
    if len(judgements) < SEATS:
        return None
    if agree(judgements[0], judgements[1], tolerance):
        return 0
    return SEATS if len(judgements) > SEATS else None


def is_split(judgements: Sequence[Judgement], tolerance: Decimal) -> bool:
    """Two opinions are in, differ by more than `tolerance`, and wait for the third decision."""
    return len(judgements) == SEATS and not agree(judgements[0], judgements[1], tolerance)
