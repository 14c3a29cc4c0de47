"""Days and moments as officials write them: 5/3/20, 5.3.2020, ngày 5 tháng 3 năm 2020, 17 giờ ngày 5/3/2020.
The day comes before the month.

Shapes for `strptime`, which forms, the administration and spreadsheets share. A moment always has its hour: a bare
day as a deadline is refused, because nobody can say whether its beginning or its end is meant.
"""

import re
import unicodedata
from datetime import date, datetime

from .text import clean

_NUMERIC = (*(f"%d{sign}%m{sign}{year}" for year in ("%Y", "%y") for sign in "/-."), "%d / %m / %Y")
_DAYS = tuple(f"{word}{day}" for day in (*_NUMERIC, "%d tháng %m năm %Y") for word in ("", "ngày "))
_HOURS = ("%H:%M", "%Hh%M", "%H giờ %M", "%Hh", "%H giờ")
DAY_FORMATS = (_DAYS[0], "%Y-%m-%d", "%Y/%m/%d", *_DAYS[1:])
"""The first is how a text field shows a day."""
MOMENT_FORMATS = (
    "%d/%m/%Y %H:%M",
    *(f"%Y-%m-%d{between}%H:%M{seconds}" for between in " T" for seconds in ("", ":%S", ":%S.%f")),
    "%d/%m/%Y %H:%M:%S",
    *(f"{day} {hour}" for day in _DAYS for hour in _HOURS),
    *(f"{hour}{between}{day}" for hour in _HOURS for between in (" ", ", ") for day in _DAYS),
)


class YearSlip(ValueError):
    """A day of a year that nobody can have meant; the message is a Vietnamese sentence with the repair."""


FIRST_YEAR, LAST_YEAR = 1945, 2199
"""Years that papers, periods and validities have: 5/3/0020 is a slip, and a small number under the format of a day
shows one of the first years of the last century."""


def is_plausible_year(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def require_year(day: date, shown: str) -> None:
    """Raises YearSlip for a day whose year is one; `shown` is how the day was written."""
    if not is_plausible_year(day.year):
        years = f"nằm ngoài khoảng từ {FIRST_YEAR} đến {LAST_YEAR}"
        raise YearSlip(f"“{shown}” có năm {day.year:04d} {years}; kiểm tra lại năm")


def read_day(text: str) -> date:
    """The day a text names. Raises ValueError, with a Vietnamese sentence, for what names none; YearSlip for one
    of a year that is a slip."""
    plain = _plain(text)
    for shape in DAY_FORMATS:
        try:
            day = datetime.strptime(plain, shape).date()  # noqa: DTZ007 – a day has no zone
        except ValueError:
            continue
        require_year(day, clean(text)[:40])
        return day
    raise ValueError(f"“{clean(text)[:40]}” không phải một ngày; ghi theo dạng 31/12/2024")


def _plain(text: str) -> str:
    """A day without what officials write round it: `Hà Nội, ngày mùng 5 tháng 3, năm 2020`, `5 - 3 - 2020`, an hour
    that a program put there (00:00:00)."""
    plain = clean(unicodedata.normalize("NFKC", text)).removesuffix(".")
    plain = re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", plain)
    plain = re.sub(r"^[^\d,]{2,40}, ?(?=ngày )", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bm[ùồ]ng ", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r" ?([/.-]) ?", r"\1", plain)
    return re.sub(r" ?,? ?(tháng|năm) ", r" \1 ", plain, flags=re.IGNORECASE)


def letter_day(day: date) -> str:
    """A day as a letter or a decision cites it: a zero only before days under ten and the months 1 and 2."""
    return f"{day.day:02d}/{letter_month(day)}/{day.year}"


def letter_month(day: date) -> str:
    """The month of `day` as official papers write it: 01 and 02, but 3 to 12."""
    return f"{day.month:02d}" if day.month < 3 else str(day.month)
