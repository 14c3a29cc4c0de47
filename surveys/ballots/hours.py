"""The hours that the tools write beside each response: when it was begun and sent, or how long it took. They are read
to count marks of haste and are never kept with a ballot (docs/anonymity.md)."""

import re
from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from cchc_index.lib.sheets.headings import words_of
from cchc_index.lib.sheets.table import Table

BEGUN = ("startdate", "start date", "start time", "start", "thoi gian bat dau")
SENT = (
    "submitdate",
    "date submitted",
    "end date",
    "completion time",
    "end",
    "thoi gian hoan thanh",
    "dau thoi gian",
    "timestamp",
    "_submission_time",
)
TOOK = ("interviewtime", "total time", "duration (in seconds)")
"""How the tools head them, the surest first."""
_NUMBERS = re.compile(r"\d+")


def hours_of(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each row of a table when it was sent, and how many seconds it took; NaN where the file does not say."""
    places = {word: at for at, heading in reversed(list(enumerate(table.headings))) for word in words_of(heading)}
    sent, begun = _column(table, places, SENT), _column(table, places, BEGUN)
    took = _column(table, places, TOOK, seconds=True)
    return sent, np.where(np.isnan(took), sent - begun, took)


def _column(
    table: Table, places: Mapping[str, int], names: tuple[str, ...], *, seconds: bool = False
) -> NDArray[np.float64]:
    at = next((places[name] for name in names if name in places), None)
    if at is None:
        return np.full(len(table.rows), np.nan)
    values, index = table.column(at)
    read = _number if seconds else moment
    return np.array([read(value) for value in values] or [np.nan])[index]


def _number(value: object) -> float:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return np.nan


def moment(value: object) -> float:
    """Seconds on some clock, the same for a whole file: 2024-10-15T09:12:33+07:00, 15/10/2024 9:12:33, 9:12:33 PM."""
    if isinstance(value, datetime):
        return value.date().toordinal() * 86_400 + value.hour * 3_600 + value.minute * 60 + value.second
    text = str(value)
    numbers = [int(one) for one in _NUMBERS.findall(text)[:6]]
    if len(numbers) < 5:
        return np.nan
    year, month, day = numbers[:3] if numbers[0] > 31 else numbers[2::-1]
    hour = numbers[3] % 12 + 12 if re.search(r"\b(pm|ch)\b", text, re.IGNORECASE) else numbers[3]
    try:
        days = date(year, month, day).toordinal() if month <= 12 else date(year, day, month).toordinal()
    except ValueError:
        return np.nan
    return days * 86_400 + hour * 3_600 + numbers[4] * 60 + (numbers[5] if len(numbers) > 5 else 0)
