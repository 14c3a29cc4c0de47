"""The answers of a form as the cells of a file spell them."""

from datetime import date

import pytest

from surveys.plan.scale import NOT_AN_ANSWER, Scale

SATISFACTION = Scale({3: "Rất hài lòng", 1: "Không hài lòng", 2: "Hài lòng", 10: "Không biết"})


@pytest.mark.parametrize("raw", [2, 2.0, "2", " 2 ", "2.0", "2,00", "02", "Hài lòng", "HÀI  LÒNG", "hai long"])
def test_an_answer_is_its_value_or_its_words_however_typed(raw: object) -> None:
    assert SATISFACTION.read(raw) == 2


@pytest.mark.parametrize("raw", [None, "", "   ", "\u00a0"])
def test_a_blank_cell_is_no_answer(raw: object) -> None:
    assert SATISFACTION.read(raw) == 0


@pytest.mark.parametrize(
    "raw", [0, 4, -2, 2.5, "2.5", "2.", "x2", "2x", "1000", "²", "Hài", date(2026, 2, 2), True, False, "True"]
)
def test_what_the_scale_does_not_know_is_no_answer_either_but_said(raw: object) -> None:
    assert SATISFACTION.read(raw) == NOT_AN_ANSWER


def test_words_come_before_values() -> None:
    """A scale whose words are numbers means its words."""
    stars = Scale({1: "5", 5: "1"})
    assert [stars.read(raw) for raw in ("5", 1)] == [1, 5]


def test_a_cell_of_true_or_false_is_not_taken_for_a_word() -> None:
    assert Scale({1: "True", 2: "False"}).read(True) == NOT_AN_ANSWER


def test_the_repair_lists_the_values_in_their_order() -> None:
    said = "ghi một trong các giá trị 1, 2, 3, 10 hoặc tên của mức; để trống nếu không trả lời"
    assert SATISFACTION.repair() == said
