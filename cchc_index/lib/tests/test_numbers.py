"""Numbers in and out: exact, one reading of what people type."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.numbers import NumberProblem, exact_text, parse_decimal, quantize, shown, vn, vn_short

POINTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0,5", "0.5"), ("0.5", "0.5"), (" 12 ", "12"), ("+3", "3"), ("-0,25", "-0.25"), ("0", "0"), ("007", "7"),
        (0.1, "0.1"), (1.0, "1"), (2, "2"), (Decimal("0.0001"), "0.0001"), ("1,5000", "1.5"), ("0,500", "0.5"),
        ("1234", "1234"), ("12\u00a0", "12"), ("1.23450", "1.2345"),
    ],
)  # fmt: skip
def test_number_as_people_and_spreadsheets_give_it(raw: object, value: str) -> None:
    assert parse_decimal(raw) == Decimal(value)


@pytest.mark.parametrize("raw", [None, "", "   ", "\u00a0"])
def test_empty_cell_is_no_number_not_zero(raw: object) -> None:
    assert parse_decimal(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "1.234", "999.000",
        "1e3", "1E3", "NaN", "Infinity", "-inf", "abc", "1 2", "1,2,3", "1.2.3", ",5", "5,",
        "--1", "0x10", "１２", "٣", True, False, float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"),
        "0,00001", 0.00001, 1e11, "100000000000", "½",
    ],
)  # fmt: skip
def test_what_is_not_surely_a_number_is_refused_in_words(raw: object) -> None:
    with pytest.raises(NumberProblem) as problem:
        parse_decimal(raw)
    assert str(problem.value)


@given(POINTS)
def test_exact_text_reads_back_exactly(value: Decimal) -> None:
    text = exact_text(value)
    assert text is not None
    assert Decimal(text) == value
    assert "E" not in text.upper()
    assert text != "-0"


@given(POINTS.map(lambda v: v.quantize(Decimal("0.01"))))
def test_shown_number_reads_back(value: Decimal) -> None:
    assert parse_decimal(vn(value)) == value


@given(st.fractions(min_value=-1000, max_value=1000))
def test_fraction_rounds_half_away_from_zero_at_four_places(value: Fraction) -> None:
    rounded = Fraction(quantize(value))
    assert abs(rounded - value) <= Fraction(1, 20000)
    if abs(rounded - value) == Fraction(1, 20000):
        assert abs(rounded) > abs(value)


@given(st.text(max_size=12))
def test_any_text_gives_a_number_nothing_or_a_sentence(raw: str) -> None:
    with suppress(NumberProblem):
        value = parse_decimal(raw)
        assert value is None or value.is_finite()


def test_half_goes_up() -> None:
    assert quantize(Decimal("0.00005")) == Decimal("0.0001")
    assert shown(Decimal("90.215")) == Decimal("90.22")
    assert shown(Decimal("-0.005")) == Decimal("-0.01")
    assert shown(Fraction(62 * 70, 68)) == Decimal("63.82")


def test_numbers_for_people() -> None:
    assert vn(Decimal("0.69") * Decimal("84.19")) == "58,09"
    assert vn(None) == ""
    assert vn(3) == "3,00"
    assert [vn_short(Decimal(v)) for v in ("10", "0.5", "10.00", "100")] == ["10", "0,5", "10", "100"]
    assert exact_text(None) is None
    assert exact_text(Decimal("-0.00")) == "0"
    assert exact_text(Decimal("1E+2")) == "100"
