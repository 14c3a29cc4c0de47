"""The form fields of numbers: typed and shown as everywhere else, by the one parser of numbers."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .numbers import NumberProblem, parse_decimal, vn_short


class NumberField(forms.DecimalField):
    """A number with a comma or a dot as decimal sign; one that may mean two is asked about."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs take it for a whole number
        try:
            return parse_decimal(value)
        except NumberProblem as problem:
            raise ValidationError(f"{self.label}: {problem}.", code="invalid") from problem

    def prepare_value(self, value: Any) -> Any:
        return vn_short(value) if isinstance(value, Decimal) else value


class CountField(forms.IntegerField):
    """A whole number: spaces or dots between thousands; what may mean a fraction is asked about."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "numeric"}), **kwargs})

    def to_python(self, value: Any) -> int | None:
        try:
            number = parse_decimal(value, places=0, count=True)
        except NumberProblem as problem:
            raise ValidationError(f"{self.label}: {problem}.", code="invalid") from problem
        return None if number is None else int(number)
