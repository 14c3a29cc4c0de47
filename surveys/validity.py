"""What makes a ballot valid. Pure and vectorised; the limits come from the plan of the survey.

An invalid ballot is stored with its reason and shown in the counts, and never enters a tally.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

BLANK = 0
"""The answer of a question left blank, as in `tally`."""
VALID = ""
EMPTY = "empty"
BLANKS = "blanks"
STRAIGHT_LINE = "straight_line"
DUPLICATE = "duplicate"

LABELS = {
    EMPTY: "bỏ trống mọi câu",
    BLANKS: "bỏ trống quá tỷ lệ cho phép",
    STRAIGHT_LINE: "trả lời giống nhau mọi câu",
    DUPLICATE: "giống hệt phiếu trước của cùng đơn vị",
}


def reasons(
    answers: NDArray[np.uint8],
    *,
    max_blank_share: Decimal,
    refuse_straight_line: bool = False,
    straight_line_from: int = 8,
) -> NDArray[np.str_]:
    """The reason each ballot is invalid, "" for a valid one. `answers` is ballots × questions, 0 blank.

    A ballot without any answer is always invalid; a share of blanks equal to the limit is still valid.
    A straight line is one same answer to every answered question, `straight_line_from` or more of them.
    """
    questions = answers.shape[1]
    answered = (answers != BLANK).sum(axis=1)
    limit = Fraction(max_blank_share)
    why = np.full(len(answers), VALID, dtype="<U20")
    if refuse_straight_line:
        why[straight_lines(answers, at_least=straight_line_from)] = STRAIGHT_LINE
    why[(questions - answered) * limit.denominator > limit.numerator * questions] = BLANKS
    why[answered == 0] = EMPTY
    return why


def straight_lines(answers: NDArray[np.uint8], *, at_least: int) -> NDArray[np.bool_]:
    """Which ballots give one same answer to every question they answer, `at_least` or more."""
    highest = answers.max(axis=1, keepdims=True, initial=BLANK)
    same = np.asarray(((answers == highest) | (answers == BLANK)).all(axis=1))
    return np.asarray(same & ((answers != BLANK).sum(axis=1) >= at_least))


def repeats(
    answers: NDArray[np.uint8], units: Sequence[int], earlier: Iterable[tuple[int, bytes]], *, at_least: int
) -> NDArray[np.bool_]:
    """Which ballots say exactly what one before them says of the same unit: in `earlier` (unit, answers) or above them
    in the file. Only those with `at_least` answers: on a short form people agree by chance. The first one stays."""
    seen = set(earlier)
    again = np.zeros(len(answers), dtype=bool)
    enough = (answers != BLANK).sum(axis=1) >= max(at_least, 1)
    for at in np.flatnonzero(enough).tolist():
        ballot = (units[at], answers[at].tobytes())
        again[at] = ballot in seen
        seen.add(ballot)
    return again


def duplicates(codes: Sequence[str]) -> dict[int, int]:
    """Position of every repeated ballot code → position of its first appearance; blanks do not count."""
    if len(set(codes)) == len(codes):
        return {}
    first: dict[str, int] = {}
    return {i: first[code] for i, code in enumerate(codes) if code and first.setdefault(code, i) != i}


def count(why: NDArray[np.str_]) -> dict[str, int]:
    """How many ballots were invalid for each reason; valid ones are left out."""
    return dict(sorted(Counter(why[why != VALID].tolist()).items()))
