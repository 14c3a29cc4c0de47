"""The form field of an instant: day and hour. A bare day is refused, its beginning would be taken for its end."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .days import DAY_FORMATS, MOMENT_FORMATS


class MomentField(forms.DateTimeField):
    """A day with its hour, as officials write them."""

    def __init__(self, **kwargs: Any):
        super().__init__(input_formats=MOMENT_FORMATS, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        bare = isinstance(value, date) and not isinstance(value, datetime)
        if bare or (isinstance(value, str) and _is_bare_day(value.strip())):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def _is_bare_day(text: str) -> bool:
    try:
        forms.DateField(input_formats=DAY_FORMATS).clean(text)
    except ValidationError:
        return False
    return True
