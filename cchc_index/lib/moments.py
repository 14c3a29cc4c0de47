"""The form field of an instant: day and hour. A bare day is refused, its beginning would be taken for its end."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .days import DAY_FORMATS, MOMENT_FORMATS
from .text import clean

ASKED = "ghi cả ngày và giờ, ví dụ 22/12/2025 17:00"
"""The repair of what is no instant."""


class MomentField(forms.DateTimeField):
    """A day with its hour, as officials write them."""

    default_error_messages = {"invalid": f"Không đọc được; {ASKED}."}

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


def read_moment(text: str) -> datetime:
    """The instant that a text names, on the clock of Hà Nội. Raises ValueError, with a Vietnamese sentence, for what
    names none."""
    try:
        moment: datetime = MomentField().clean(clean(text))
    except ValidationError:
        raise ValueError(f"không đọc được giờ “{clean(text)[:40]}”; {ASKED}, giờ Hà Nội") from None
    return moment
