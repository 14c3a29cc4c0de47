"""Days off as the state grants them: fixed and lunar holidays, bridges and the Saturdays worked for them."""

from datetime import date

import pytest

from cchc_index.lib.workdays import holiday_name, is_workday


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 4, 26), True),  # a Friday
        (date(2024, 4, 28), False),  # a Sunday
        (date(2024, 4, 29), False),  # exchanged …
        (date(2024, 5, 4), True),  # … for this Saturday
        (date(2024, 5, 11), False),  # any other Saturday
        (date(2025, 1, 29), False),  # the lunar new year
        (date(2025, 9, 1), False),
    ],
)
def test_workdays(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_holidays_have_their_vietnamese_names() -> None:
    assert holiday_name(date(2024, 9, 2)) == "Quốc khánh"
    assert holiday_name(date(2025, 1, 29)) == "Tết Nguyên Đán"
    assert holiday_name(date(2024, 9, 4)) == ""
