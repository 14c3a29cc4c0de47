"""What a cell can be besides text, numbers, dates and True/False, and how any cell reads as text."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from cchc_index.lib.days import read_day
from cchc_index.lib.text import clean


@dataclass(frozen=True, slots=True)
class Percent:
    """A number under a percent format, as the person sees it: 85 for 0.85 shown as 85%."""

    value: Decimal

    def __str__(self) -> str:
        return f"{_plain(self.value)}%"


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """An error constant, typed or pasted or the result of a formula: #N/A, #REF!"""

    shown: str

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class Uncomputed:
    """A formula whose value no program has computed yet."""

    def __str__(self) -> str:
        return "(công thức chưa tính)"


def percent(value: float) -> Percent:
    return Percent(fifteen_digits(value) * 100)


def fifteen_digits(value: float) -> Decimal:
    """A binary float as Excel shows it, at fifteen digits: 1 − 0.9 is 0.1."""
    return Decimal(format(value, ".15g"))


def cell_text(value: object) -> str:
    """A cell as text: 1.0 → "1", 1 − 0.9 → "0.1", dates as dd/mm/yyyy, NFC, trimmed."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return _plain(fifteen_digits(value)) if value == value and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime | date):
        return value.strftime("%d/%m/%Y")
    return clean(value)


def day_of(value: object) -> date | None:
    """The day that a cell holds, as a date or as officials write one; None for a blank cell. Raises as `read_day`."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    return read_day(text) if text else None


def is_date(value: object) -> bool:
    """Whether the program turned the cell into a date, a time or a duration (it does so to codes like 1.6.1)."""
    return isinstance(value, datetime | date | time | timedelta)


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and (not value or (not value[0].isalnum() and not clean(value))))


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
