"""The working days of public offices in Việt Nam: Monday to Friday without the public holidays, and the Saturdays
that the government declares working days in exchange for a bridge. The library knows those of a year once they
have been decided and it was updated."""

from datetime import date
from functools import cache

import holidays


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("VN", language="vi")


def is_workday(day: date) -> bool:
    return _calendar().is_working_day(day)


def holiday_name(day: date) -> str:
    """In Vietnamese; "" on a day that is none."""
    return _calendar().get(day) or ""
