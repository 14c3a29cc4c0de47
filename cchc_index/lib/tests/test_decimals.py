"""Numbers in forms: typed and shown as in sheets."""

from decimal import Decimal

import pytest
from django import forms

from cchc_index.lib.decimals import NumberField


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
