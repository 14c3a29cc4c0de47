"""What is supposed of a block: one score, a criterion dropped, another policy."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from cchc_index.lib.decimals import NumberField
from cchc_index.lib.numbers import vn_short
from criteria.models import CriteriaSet

from .whatif import Supposition

NOBODY = ("", "(không đổi)")
Pairs = Sequence[tuple[str, str]]


def _choice(label: str, named: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        error_messages={"invalid_choice": f"{named} này không có trong khối; chọn lại trong danh sách."},
    )


class WhatIfForm(forms.Form):
    """Read from the address, so that a supposition can be kept as a bookmark."""

    unit = _choice("Đơn vị", "Đơn vị")
    criterion = _choice("Tiêu chí của đơn vị đó", "Tiêu chí")
    points = NumberField(label="Điểm giả định", required=False)
    dropped = _choice("Bỏ tiêu chí", "Tiêu chí")
    na = _choice("Khi không áp dụng", "Cách tính")
    ties = _choice("Sau hạng bằng nhau", "Cách xếp hạng")

    def __init__(self, *args: Any, units: Pairs, leaves: Pairs, maxima: Mapping[str, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.maxima = maxima
        choices: dict[str, Pairs] = {
            "unit": units,
            "criterion": leaves,
            "dropped": leaves,
            "na": CriteriaSet.NaPolicy.choices,
            "ties": CriteriaSet.Ties.choices,
        }
        for name, pairs in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [NOBODY, *pairs]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "points" in self.errors:
            return given
        parts = {"unit": "Chọn đơn vị.", "criterion": "Chọn tiêu chí.", "points": "Nhập điểm giả định."}
        missing = [name for name in parts if given.get(name) in (None, "")]
        if len(missing) < len(parts):
            for name in missing:
                if name not in self.errors:
                    self.add_error(name, parts[name])
        self._within(given)
        return given

    def _within(self, given: dict[str, Any]) -> None:
        points, most = given.get("points"), self.maxima.get(given.get("criterion") or "")
        if points is not None and most is not None and not 0 <= points <= most:
            self.add_error("points", f"Điểm của tiêu chí này từ 0 đến {vn_short(most)}.")

    def supposition(self) -> Supposition:
        """What a valid form supposes."""
        return Supposition(**self.cleaned_data)
