"""What whoever prepares a year types: its facts, its hours."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from cchc_index.lib.moments import DayField, MomentField
from criteria.models import Stage

WRONG_DAY = {"invalid": "Ngày không đọc được; ví dụ 01/03/2025."}


def _day(label: str, missing: str = "", hint: str = "") -> DayField:
    errors = {"required": missing, **WRONG_DAY}
    return DayField(
        label=label,
        required=bool(missing),
        help_text=hint,
        error_messages=errors,
    )


class RoundForm(forms.Form):
    """The facts of a year."""

    assessed_from = _day("Thời kỳ đánh giá từ ngày", "Nhập ngày bắt đầu thời kỳ đánh giá.")
    assessed_to = _day(
        "Thời kỳ đánh giá đến ngày",
        "Nhập ngày kết thúc thời kỳ đánh giá.",
        "Đơn vị được đánh giá là đơn vị còn hiệu lực vào ngày này.",
    )
    plan_number = forms.CharField(
        label="Số kế hoạch",
        required=False,
        max_length=60,
        help_text="Không bắt buộc. Ví dụ 227/KH-UBND.",
        error_messages={"max_length": "Số kế hoạch dài nhất 60 ký tự."},
    )
    plan_date = _day("Ngày kế hoạch", hint="Không bắt buộc.")


class HoursForm(forms.Form):
    """The hours of one stage, a line of the calendar."""

    opens_at = MomentField(label="Mở lúc", required=False)
    closes_at = MomentField(label="Đóng lúc", required=False)

    def __init__(self, data: QueryDict | None, stage: Stage) -> None:
        self.stage = stage
        edges = {"opens_at": stage.opens_at, "closes_at": stage.closes_at}
        super().__init__(data, prefix=stage.name, initial=edges)
        for name, field in self.fields.items():
            edge = "Mở lúc" if name == "opens_at" else "Đóng lúc"
            field.label = f"{stage.title}: {edge.lower()}"
            shape = "%d/%m/%Y %H:%M:%S" if (moment := edges[name]) and moment.second else "%d/%m/%Y %H:%M"
            field.widget = forms.DateTimeInput(format=shape, attrs={"size": 16})
            field.widget.attrs["aria-label"] = field.label

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", "Giờ đóng phải sau giờ mở; sửa lại một trong hai giờ.")
        return given

    @property
    def hours(self) -> tuple[datetime | None, datetime | None]:
        """What was left as it stood keeps the instant, of which the page shows the seconds at most."""
        given, changed = self.cleaned_data, self.changed_data
        return (
            given["opens_at"] if "opens_at" in changed else self.stage.opens_at,
            given["closes_at"] if "closes_at" in changed else self.stage.closes_at,
        )


def calendar_forms(data: QueryDict | None, stages: Iterable[Stage]) -> list[HoursForm]:
    """A form for each stage that keeps hours."""
    return [HoursForm(data, stage) for stage in stages if stage.kind != Stage.Kind.ARCHIVE]


def whole_year(year: int) -> dict[str, date]:
    return {"assessed_from": date(year, 1, 1), "assessed_to": date(year, 12, 31)}
