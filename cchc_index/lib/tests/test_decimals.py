"""Numbers in forms: typed and shown as in sheets."""

from decimal import Decimal

import pytest
from django import forms

from cchc_index.lib.decimals import CountField, NumberField


class Form(forms.Form):
    points = NumberField(label="Điểm tối đa", max_digits=9, decimal_places=4)


@pytest.mark.parametrize(
    ("typed", "meant"), [("0,5", "0.5"), ("0.5", "0.5"), ("1.234,5", "1234.5"), ("12 345", "12345")]
)
def test_taken_as_sheets_take_it(typed: str, meant: str) -> None:
    form = Form({"points": typed})
    assert form.is_valid()
    assert form.cleaned_data["points"] == Decimal(meant)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("1.234", "Điểm tối đa: “1.234” có thể hiểu hai cách"), ("một", "Điểm tối đa: “một” không phải số")],
)
def test_refused_with_the_fields_name(typed: str, sentence: str) -> None:
    assert str(Form({"points": typed}).errors["points"][0]).startswith(sentence)


def test_what_is_shown_is_read_back() -> None:
    field = Form(initial={"points": Decimal("1.234")})["points"]
    assert field.value() == "1,234"
    assert Form({"points": "1,234"}, initial={"points": Decimal("1.234")}).has_changed() is False


class Counting(forms.Form):
    ballots = CountField(label="Số phiếu kế hoạch", min_value=0)


@pytest.mark.parametrize(("typed", "meant"), [("1.234.567", 1234567), ("12 345", 12345), ("2025", 2025), ("0", 0)])
def test_a_count_is_taken_as_sheets_take_it(typed: str, meant: int) -> None:
    form = Counting({"ballots": typed})
    assert form.is_valid()
    assert form.cleaned_data["ballots"] == meant


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1.234", "Số phiếu kế hoạch: “1.234” có thể hiểu hai cách"),
        ("1,5", "Số phiếu kế hoạch: “1,5” là số đếm mà có phần lẻ"),
        ("5%", "Số phiếu kế hoạch: “5%” là tỷ lệ phần trăm"),
        ("mười", "Số phiếu kế hoạch: “mười” không phải số"),
    ],
)
def test_what_is_no_count_is_refused_with_the_fields_name(typed: str, sentence: str) -> None:
    assert str(Counting({"ballots": typed}).errors["ballots"][0]).startswith(sentence)


def test_a_count_left_alone_has_not_changed() -> None:
    assert Counting({"ballots": "12 345"}, initial={"ballots": 12345}).has_changed() is False
    assert Counting({"ballots": "12 346"}, initial={"ballots": 12345}).has_changed() is True
