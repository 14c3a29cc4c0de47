"""Days and moments as officials write them."""

from datetime import date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from cchc_index.lib.days import DAY_FORMATS, read_day
from cchc_index.lib.moments import MomentField

FIFTH_OF_MARCH = [
    "5/3/20", "5/3/2020", "05/03/2020", "5.3.2020", "5-3-2020", "5.3.20", "5-3-20", "2020-03-05",
    "ngày 5/3/2020", "5 / 3 / 2020", "5 tháng 3 năm 2020",
    "ngày 5 tháng 3 năm 2020", "Ngày 05 tháng 03 năm 2020", "ngày  5 tháng 3  năm 2020.", " 5/3/2020 ",
]  # fmt: skip


@pytest.mark.parametrize("text", FIFTH_OF_MARCH)
def test_a_day_is_read_as_officials_write_it(text: str) -> None:
    assert read_day(text) == date(2020, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["Hà Nội, ngày 5 tháng 3 năm 2020", "ngày mùng 5 tháng 3 năm 2020", "ngày 5, tháng 3, năm 2020", "05 - 03 - 2020",
     "5. 3. 2020", "５/３/２０２０", "2020-03-05 00:00:00", "2020-03-05T00:00:00"],
)  # fmt: skip
def test_a_cell_may_say_more_than_the_day(text: str) -> None:
    assert read_day(text) == date(2020, 3, 5)


@pytest.mark.parametrize("text", FIFTH_OF_MARCH[:12])
def test_forms_read_the_same_days(text: str) -> None:
    assert forms.DateField(input_formats=DAY_FORMATS).clean(text) == date(2020, 3, 5)


@pytest.mark.parametrize("text", ["31/2/2020", "tháng 3 năm 2020", "3/2020", "13/13/2020", "hôm qua", "5 3 2020"])
def test_what_is_no_day_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="không phải một ngày; ghi theo dạng 31/12/2024"):
        read_day(text)


@pytest.mark.parametrize(
    "text",
    ["5/3/2020 17:00", "2020-03-05T17:00", "2020-03-05 17:00:00", "5.3.20 17:00", "17:00 5/3/2020", "17h00 5-3-2020",
     "17 giờ 00 ngày 5 tháng 3 năm 2020", "17:00 ngày 05/03/2020", "17 giờ, ngày 5/3/2020", "5.3.2020 17h"],
)  # fmt: skip
def test_a_moment_has_its_hour(text: str) -> None:
    moment = MomentField().clean(text)
    assert moment.replace(tzinfo=None) == datetime(2020, 3, 5, 17)


@pytest.mark.parametrize("text", FIFTH_OF_MARCH)
def test_a_bare_day_is_no_deadline(text: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().clean(text)
