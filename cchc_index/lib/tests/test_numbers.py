"""Numbers in and out: exact, one reading of what people type."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.numbers import (
    NumberProblem,
    exact_text,
    parse_decimal,
    quantize,
    shown,
    vn,
    vn_count,
    vn_percent,
    vn_short,
    vn_signed,
    vn_sum,
    whole_number,
)
from cchc_index.lib.sheets.cells import Percent

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
        "--1", "0x10", "١٢", "٣", True, False, float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"),
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


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1.234,5", "1234.5"), ("1.234.567", "1234567"), ("1 234", "1234"), ("12 345 678,25", "12345678.25"),
        ("1,234,567", "1234567"), ("1,234,567.8", "1234567.8"), ("1,234.5", "1234.5"), ("-1.234,5", "-1234.5"),
        ("1\u00a0234", "1234"), ("1\u202f \u2009234", "1234"), ("1,234", "1.234"), ("0.234", "0.234"),
        ("-0", "0"), (0.1 + 0.2, "0.3"), ("99999999999", "99999999999"), ("-99999999999,9999", "-99999999999.9999"),
        (Percent(Decimal("95.5")), "95.5"),
    ],
)  # fmt: skip
def test_groups_of_thousands_are_read_as_they_are_written(raw: object, value: str) -> None:
    assert parse_decimal(raw) == Decimal(value)


@pytest.mark.parametrize("raw", ["1.23.456", "1.2345,5", "0.234,5", "1 23", "12,34,567", "1,234,56", "1234,567,890"])
def test_groups_that_are_none_are_refused(raw: str) -> None:
    with pytest.raises(NumberProblem):
        parse_decimal(raw)


@pytest.mark.parametrize(
    ("raw", "value"), [("12", "12"), ("1.234.567", "1234567"), ("1 234", "1234"), (3.0, "3"), ("2,0", "2")]
)
def test_a_count_is_whole(raw: object, value: str) -> None:
    assert parse_decimal(raw, count=True) == Decimal(value)


LONG = "x" * 50
NO_NUMBER = "không phải số; gõ số, ví dụ 0,5"
PLACES = "có quá 4 chữ số thập phân; làm tròn trước khi nhập"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (True, f"là giá trị đúng/sai, {NO_NUMBER}"),
        (Decimal("NaN"), NO_NUMBER),
        (float("inf"), NO_NUMBER),
        ("abc", f"“abc” {NO_NUMBER}"),
        (LONG, f"“{LONG[:40]}” {NO_NUMBER}"),
        ("١٢", f"“١٢” {NO_NUMBER}"),
        ("1.234", "“1.234” có thể hiểu hai cách; gõ 1234 nếu là số nguyên, 1,2340 nếu là số thập phân"),
        ("-12.345", "“-12.345” có thể hiểu hai cách; gõ -12345 nếu là số nguyên, -12,3450 nếu là số thập phân"),
        ("0,00001", PLACES),
        (Decimal("1.00001"), PLACES),
        (Decimal("1.0000000000000001"), PLACES),
        ("100000000000", "quá lớn; kiểm tra lại đơn vị tính"),
        (-1e11, "quá lớn; kiểm tra lại đơn vị tính"),
    ],
)
def test_a_number_that_is_refused_is_told_how_to_type_it(raw: object, said: str) -> None:
    with pytest.raises(NumberProblem) as problem:
        parse_decimal(raw)
    assert str(problem.value) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("1.234", "“1.234” có thể hiểu hai cách; gõ 1234 nếu là số nguyên"),
        ("1,234", "“1,234” có thể hiểu hai cách; gõ 1234 nếu là số nguyên"),
        ("2,5", "“2,5” là số đếm mà có phần lẻ; gõ số nguyên"),
        (2.5, "“2.5” là số đếm mà có phần lẻ; gõ số nguyên"),
        ("1" * 45 + ",5", f"“{'1' * 40}” là số đếm mà có phần lẻ; gõ số nguyên"),
    ],
)
def test_a_count_that_is_none_is_told_so(raw: object, said: str) -> None:
    with pytest.raises(NumberProblem) as problem:
        parse_decimal(raw, count=True)
    assert str(problem.value) == said


@pytest.mark.parametrize("raw", ["85,5%", "85,5 %", " 85.5% ", "85,5\u00a0%", Percent(Decimal("85.5"))])
def test_a_percentage_is_the_number_before_the_sign(raw: object) -> None:
    assert parse_decimal(raw) == Decimal("85.5")


@pytest.mark.parametrize(
    ("raw", "shown_text"),
    [("85%", "85%"), ("85 % ", "85 % "), (Percent(Decimal(85)), "85%"), ("1" * 45 + "%", "1" * 40)],
)
def test_a_percentage_is_no_count(raw: object, shown_text: str) -> None:
    with pytest.raises(NumberProblem) as problem:
        parse_decimal(raw, count=True)
    assert str(problem.value) == f"“{shown_text}” là tỷ lệ phần trăm mà chỗ này cần số đếm; gõ số nguyên"


@pytest.mark.parametrize("raw", ["85%%", "%85", "8%5"])
def test_a_sign_elsewhere_makes_no_number(raw: str) -> None:
    with pytest.raises(NumberProblem):
        parse_decimal(raw)


def test_a_fraction_below_one_step_goes_to_the_nearer_side() -> None:
    rounded = {1: "0.0000", 2: "0.0001", -1: "0.0000", -2: "-0.0001"}
    assert {n: str(quantize(Fraction(n, 30000))) for n in rounded} == rounded
    assert [shown(Fraction(n, 200)) for n in (1, -1)] == [Decimal("0.01"), Decimal("-0.01")]


def test_as_many_places_as_are_kept_may_be_typed() -> None:
    assert (parse_decimal("1,2345"), parse_decimal("1,25", places=2)) == (Decimal("1.2345"), Decimal("1.25"))
    assert parse_decimal("1,2500", places=2) == Decimal("1.25")
    with pytest.raises(NumberProblem, match="^có quá 2 chữ số thập phân; làm tròn trước khi nhập$"):
        parse_decimal("1,255", places=2)


def test_more_and_less_are_told_apart_by_their_sign() -> None:
    values = ("0.5", "-0.5", "0", "0.004", "-0.004", "0.005", "-12.345")
    assert [vn_signed(Decimal(value)) for value in values] == [
        "+0,50", "−0,50", "0,00", "0,00", "0,00", "+0,01", "−12,35",
    ]  # fmt: skip
    assert (vn_signed(Fraction(1, 3)), vn_signed(None)) == ("+0,33", "–")


@given(POINTS.filter(lambda value: abs(value) < 10**9))
def test_a_number_in_a_form_is_read_back_as_it_was(value: Decimal) -> None:
    assert parse_decimal(vn_short(value)) == value


def test_a_number_in_a_form_is_never_ambiguous() -> None:
    typed = {"1.234": "1,234", "1234": "1234", "0.5": "0,5", "100": "100"}
    assert {text: vn_short(Decimal(text)) for text in typed} == typed
    assert vn_short(None) == ""


def test_people_see_as_many_places_as_are_asked_for() -> None:
    assert [vn(Decimal("2.3456"), places) for places in (0, 1, 4)] == ["2", "2,3", "2,3456"]
    assert [vn(Fraction(-1, 3)), vn(Fraction(-2, 3), 0), str(quantize(Fraction(-1, 30000)))] == [
        "−0,33",
        "−1",
        "0.0000",
    ]
    assert [vn(Decimal("-0.001")), vn_short(Decimal("-2.50")), vn_count(1_234_567), vn_count(-1046), vn_count(999)] == [
        "0,00", "−2,5", "1.234.567", "−1.046", "999",
    ]  # fmt: skip
    assert [vn_sum(Decimal("1661.705")), vn_sum(Fraction(-1, 3)), vn_sum(Decimal(999))] == [
        "1.661,71",
        "−0,33",
        "999,00",
    ]
    assert [vn_percent(Fraction(9, 10)), vn_percent(Decimal("0.0149"), 0), vn_percent(None)] == ["90,00%", "1%", "–"]
    assert [exact_text(Decimal(text)) for text in ("0.10", "10", "-3.50", "0.0", "0")] == [
        "0.1",
        "10",
        "-3.5",
        "0",
        "0",
    ]


def test_a_sign_without_its_number_is_no_empty_cell() -> None:
    with pytest.raises(NumberProblem, match="không phải số"):
        parse_decimal(" % ")


@pytest.mark.parametrize(("raw", "value"), [("0", 0), ("007", 7), ("9" * 18, 999_999_999_999_999_999)])
def test_a_key_in_an_address_is_its_digits(raw: str, value: int) -> None:
    assert whole_number(raw) == value


@pytest.mark.parametrize("raw", ["", "-1", "+1", " 1", "1.0", "1e3", "a1", "٣", "²", "9" * 19])
def test_what_no_column_holds_is_no_key(raw: str) -> None:
    assert whole_number(raw) is None


def test_a_place_on_a_page_has_as_many_digits_as_it_is_given() -> None:
    assert (whole_number("9999", digits=4), whole_number("10000", digits=4)) == (9999, None)


def test_people_never_see_an_exponent() -> None:
    assert vn(Decimal("0.00000012"), 8) == "0,00000012"
