"""The form fields of days and instants, by the one rule of `days` for their years. An instant is a day with its hour: a
bare day is refused, its beginning would be taken for its end."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .days import DAY_FORMATS, MOMENT_FORMATS, YearSlip, read_day, require_year
from .text import clean

ASKED = "ghi cả ngày và giờ, ví dụ 22/12/2025 17:00"
"""The repair of what is no instant."""


class DayField(forms.DateField):
    """A day as officials write it, on pages as in sheets."""

    widget = forms.DateInput(format="%d/%m/%Y")
    default_error_messages = {"invalid": "Ngày không đọc được; ví dụ 31/12/2025."}

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            return read_day(value) if value.strip() else None
        except YearSlip as slip:
            raise ValidationError(f"{slip}.", code="year") from None
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class SplitMomentField(forms.SplitDateTimeField):
    """Day and hour in two fields, as the administration asks for an instant."""

    def compress(self, data_list: Any) -> datetime | None:
        moment = super().compress(data_list)
        return None if moment is None else _of_a_year(moment, f"{moment:%d/%m/}{moment.year:04d}")


class MomentField(forms.DateTimeField):
    """A day with its hour, as officials write them."""

    default_error_messages = {"invalid": f"Không đọc được; {ASKED}."}

    def __init__(self, **kwargs: Any):
        super().__init__(input_formats=MOMENT_FORMATS, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        bare = isinstance(value, date) and not isinstance(value, datetime)
        if bare or (isinstance(value, str) and _is_bare_day(value.strip())):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        moment = super().to_python(value)
        return None if moment is None else _of_a_year(moment, str(value).strip()[:40])


def _of_a_year(moment: datetime, shown: str) -> datetime:
    """The instant itself. Raises ValidationError where its year is a slip."""
    try:
        require_year(moment, shown)
    except YearSlip as slip:
        raise ValidationError(f"{slip}.", code="year") from None
    return moment


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
    except ValidationError as error:
        if error.code == "year":
            raise ValueError(error.message.rstrip(".")) from None
        raise ValueError(f"không đọc được giờ “{clean(text)[:40]}”; {ASKED}, giờ Hà Nội") from None
    return moment
