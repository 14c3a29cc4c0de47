"""The tally against plain fractions, and the rules of validity."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.numbers import quantize
from cchc_index.lib.tests.present import present
from surveys import tally, validity
from surveys.tally import GroupAnswers

UNEVEN = {1: Decimal(1), 2: Decimal("0.6"), 3: Decimal("0.2"), 4: Decimal(0)}
EVEN = {1: Decimal(0), 2: Decimal("0.25"), 3: Decimal("0.5"), 4: Decimal("0.75"), 5: Decimal(1)}

scales = st.sampled_from([UNEVEN, EVEN])
weights = st.decimals(min_value="0.0001", max_value="9999", places=4)
maxima = st.decimals(min_value=0, max_value=100, places=2)
shares = st.fractions(min_value=0, max_value=1, max_denominator=10_000)


@st.composite
def parts(draw: st.DrawFn) -> tuple[GroupAnswers, list[int]]:
    scale = draw(scales)
    answers = draw(st.lists(st.sampled_from(sorted(scale)), max_size=30))
    counts = {value: answers.count(value) for value in set(answers)}
    return GroupAnswers(counts, scale, draw(weights)), answers


@given(maxima, st.lists(parts(), max_size=4), st.none() | shares, weights)
def test_points_equal_the_fractions_of_every_single_answer(
    maximum: Decimal, given_parts: list[tuple[GroupAnswers, list[int]]], figure: Fraction | None, figure_weight: Decimal
) -> None:
    terms = [
        (Fraction(part.weight), sum((Fraction(part.shares[a] or 0) for a in answers), Fraction(0)) / len(answers))
        for part, answers in given_parts
        if answers
    ]
    if figure is not None:
        terms.append((Fraction(figure_weight), figure))
    tallied = tally.score(maximum, [part for part, _ in given_parts], figure, figure_weight)
    if not terms:
        assert tallied is None
        return
    assert tallied is not None
    exact = Fraction(maximum) * sum(w * s for w, s in terms) / sum(w for w, _ in terms)
    assert abs(Fraction(tallied.points) - exact) <= Fraction(1, 20_000)
    assert tallied.points.as_tuple().exponent == -4
    assert tallied.ballots == (sum(len(answers) for _, answers in given_parts) or None)


def test_half_up_at_the_fourth_place() -> None:
    third = GroupAnswers({1: 1, 2: 1, 3: 1}, {1: Decimal(1), 2: Decimal(0), 3: Decimal(0)})
    assert present(tally.score(Decimal(2), [third])).points == Decimal("0.6667")
    assert present(
        tally.score(Decimal("0.0001"), [GroupAnswers({1: 1, 2: 1}, EVEN | {1: Decimal(1), 2: Decimal(0)})])
    ).points == Decimal("0.0001")


def test_nobody_answered_is_no_score_and_worst_answers_are_zero() -> None:
    assert tally.score(Decimal(1), [GroupAnswers({}, UNEVEN)]) is None
    assert present(tally.score(Decimal(1), [GroupAnswers({4: 3}, UNEVEN)])).points == 0


def test_figure_alone_is_the_score() -> None:
    tallied = present(tally.score(Decimal(2), [], tally.figure_share(Decimal(2), None, Decimal("85.5"))))
    assert (tallied.points, tallied.ballots) == (Decimal("1.71"), None)


def test_figure_stands_for_the_groups_without_ballots() -> None:
    tallied = present(tally.score(Decimal(1), [GroupAnswers({1: 2}, UNEVEN, Decimal(3))], Fraction(1, 2), Decimal(1)))
    assert (tallied.points, tallied.ballots) == (Decimal("0.875"), 2)


def test_figure_in_points_of_a_leaf_without_points_is_nothing() -> None:
    assert tally.figure_share(Decimal(0), Decimal(0), None) == 0


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 40), st.randoms(use_true_random=False))
def test_histogram_counts_every_answer(units: int, questions: int, ballots: int, random: Random) -> None:
    unit_index = np.array([random.randrange(units) for _ in range(ballots)], dtype=np.int64)
    answers = np.array(
        [[random.randrange(256) for _ in range(questions)] for _ in range(ballots)], dtype=np.uint8
    ).reshape(ballots, questions)
    counts = tally.histogram(unit_index, answers, units)
    assert counts.dtype == np.int64
    for unit in range(units):
        for question in range(questions):
            mine = answers[unit_index == unit, question].tolist()
            assert {v: mine.count(v) for v in mine} == {
                int(v): int(counts[unit, question, v]) for v in np.flatnonzero(counts[unit, question])
            }


def ballots(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.uint8)


class TestValidity:
    def test_share_of_blanks_equal_to_the_limit_is_valid(self) -> None:
        reasons = validity.reasons(ballots([1, 0, 0, 2], [1, 0, 0, 0]), max_blank_share=Decimal("0.5"))
        assert reasons.tolist() == ["", "blanks"]

    def test_a_third_is_compared_exactly(self) -> None:
        rows = ballots([1, 1, 0])
        assert validity.reasons(rows, max_blank_share=Decimal("0.3333")).tolist() == ["blanks"]
        assert validity.reasons(rows, max_blank_share=Decimal("0.3334")).tolist() == [""]

    def test_a_ballot_without_answers_is_always_invalid(self) -> None:
        assert validity.reasons(ballots([0, 0]), max_blank_share=Decimal(1)).tolist() == ["empty"]

    @pytest.mark.parametrize(
        ("row", "expected"),
        [([3, 3, 3, 3], "straight_line"), ([3, 0, 3, 3], "straight_line"), ([3, 3, 0, 0], ""), ([3, 3, 3, 2], "")],
    )
    def test_straight_line_counts_answered_questions(self, row: list[int], expected: str) -> None:
        reasons = validity.reasons(
            ballots(row), max_blank_share=Decimal(1), refuse_straight_line=True, straight_line_from=3
        )
        assert reasons.tolist() == [expected]

    def test_straight_line_is_a_choice(self) -> None:
        assert validity.reasons(ballots([3] * 9), max_blank_share=Decimal(1)).tolist() == [""]

    def test_no_ballots_and_no_questions(self) -> None:
        assert validity.reasons(np.zeros((0, 0), dtype=np.uint8), max_blank_share=Decimal(1)).tolist() == []
        for refuse in (False, True):
            reasons = validity.reasons(
                np.zeros((2, 0), dtype=np.uint8), max_blank_share=Decimal(1), refuse_straight_line=refuse
            )
            assert reasons.tolist() == ["empty"] * 2

    def test_duplicates_point_to_the_first(self) -> None:
        assert validity.duplicates(["a", "b", "", "a", "", "a"]) == {3: 0, 5: 0}

    def test_every_reason_has_words(self) -> None:
        assert set(validity.LABELS) == {validity.EMPTY, validity.BLANKS, validity.STRAIGHT_LINE, validity.DUPLICATE}


@pytest.mark.parametrize(
    ("maximum", "points", "percent", "share"),
    [
        ("2", "1.5", None, Fraction(3, 4)),
        ("2", "0", None, Fraction(0)),
        ("2", None, None, Fraction(0)),
        ("0", "0", None, Fraction(0)),
        ("2", None, "85.5", Fraction(171, 200)),
    ],
)
def test_finished_figure_as_a_share_of_the_maximum(
    maximum: str, points: str | None, percent: str | None, share: Fraction
) -> None:
    given = [None if text is None else Decimal(text) for text in (points, percent)]
    assert tally.figure_share(Decimal(maximum), *given) == share


def test_invalid_ballots_are_counted_by_reason_and_valid_ones_left_out() -> None:
    reasons = np.array([validity.VALID, validity.BLANKS, validity.EMPTY, validity.BLANKS, validity.VALID])
    assert list(validity.count(reasons).items()) == [(validity.BLANKS, 2), (validity.EMPTY, 1)]
    assert list(validity.count(reasons[::-1])) == [validity.BLANKS, validity.EMPTY]
    assert validity.count(np.array([validity.VALID])) == {}


def test_a_straight_line_is_one_ballots_own() -> None:
    """Each ballot is judged by itself, whatever stands in the others; blanks do not break the line."""
    answers = np.array([[3, 3, 0, 3], [1, 1, 1, 5], [255, 255, 255, 255], [1, 1, 1, 1], [2, 5, 2, 2]], dtype=np.uint8)
    reasons = validity.reasons(answers, max_blank_share=Decimal(1), refuse_straight_line=True, straight_line_from=3)
    straight = validity.STRAIGHT_LINE
    assert reasons.tolist() == [straight, validity.VALID, straight, straight, validity.VALID]


def test_a_straight_line_begins_at_eight_answers_unless_told() -> None:
    eight, seven = np.full((1, 8), 2, dtype=np.uint8), np.full((1, 7), 2, dtype=np.uint8)
    for answers, reason in ((eight, validity.STRAIGHT_LINE), (seven, validity.VALID)):
        reasons = validity.reasons(answers, max_blank_share=Decimal(1), refuse_straight_line=True)
        assert reasons.tolist() == [reason]


@given(maxima, st.lists(parts(), max_size=4), st.none() | shares, weights, st.integers(1, 5))
def test_the_formula_says_what_the_score_is(
    maximum: Decimal,
    given_parts: list[tuple[GroupAnswers, list[int]]],
    figure: Fraction | None,
    figure_weight: Decimal,
    least_n: int,
) -> None:
    named = [(f"nhóm {number}", part) for number, (part, _) in enumerate(given_parts)]
    scored = tally.score(maximum, [part for _, part in named], figure, figure_weight, least_n)
    made = tally.formula(maximum, named, figure, figure_weight, least_n)
    assert (made is None) == (scored is None)
    if made is not None and scored is not None:
        mean = sum((Fraction(term.weight) * term.mean for term in made.terms), Fraction(0)) / Fraction(made.weights)
        assert made.points == scored.points == quantize(Fraction(maximum) * mean)


def test_the_error_of_one_group_is_that_of_its_mean() -> None:
    part = GroupAnswers({1: 3, 2: 1}, {1: Decimal(1), 2: Decimal(0)})
    made = tally.formula(Decimal(2), [("dân", part)])
    assert made is not None
    # shares 1, 1, 1, 0: variance 1/4, of the mean 1/16; two points
    assert made.error == pytest.approx(2 * (1 / 16) ** 0.5)
    lonely = GroupAnswers({1: 1}, {1: Decimal(1)})
    single = tally.formula(Decimal(2), [("dân", lonely)])
    assert single is not None
    assert single.error is None
