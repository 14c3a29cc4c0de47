"""What an index manager types of the calendar: a stage, its place in the year, an extension."""

from typing import Any

from django import forms

from cchc_index.lib.moments import MomentField
from criteria.course import LISTED
from criteria.models import Round, Stage
from criteria.queries import units_of_round
from units.people.forms import UnitChoice

from .queries import timed

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class StageForm(forms.Form):
    """The edges of a stage: open from the first instant, closed at the second."""

    opens_at = MomentField(
        label="Mở lúc",
        required=False,
        widget=MOMENT,
        help_text="Để trống nếu không giới hạn thời điểm mở.",
    )
    closes_at = MomentField(
        label="Đóng lúc (giờ Hà Nội)",
        required=False,
        widget=MOMENT,
        help_text="Hệ thống ngừng tiếp nhận kể từ thời điểm này. Để trống: chưa ấn định.",
    )


class StageFactsForm(forms.Form):
    """What a stage is called and what it asks of the council."""

    title = forms.CharField(
        label="Tên giai đoạn",
        max_length=100,
        help_text="Ví dụ Thẩm định lần 3.",
        error_messages={"required": "Nhập tên giai đoạn.", "max_length": "Tên giai đoạn dài nhất 100 ký tự."},
    )
    two_opinions = forms.BooleanField(label="Tiêu chí được chọn cần hai ý kiến độc lập", required=False)
    report_required = forms.BooleanField(label="Rà soát tính thống nhất trước khi thông báo kết quả", required=False)


class StagePlaceForm(forms.Form):
    """After which stage another one stands."""

    after = forms.ChoiceField(
        label="Đứng sau",
        error_messages={
            "required": "Chọn giai đoạn đứng ngay trước.",
            "invalid_choice": "Kỳ này không có giai đoạn đó.",
        },
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].choices = [(stage.name, stage.title) for stage in timed(round_)]  # type: ignore[attr-defined]


class AddStageForm(StagePlaceForm, StageFactsForm):
    """Another appraisal, reply or meeting of the year."""

    kind = forms.ChoiceField(
        label="Loại",
        choices=[(kind.value, kind.label) for kind in Stage.Kind if kind in LISTED],
        error_messages={"required": "Chọn loại giai đoạn.", "invalid_choice": "Chọn loại trong danh sách."},
    )
    field_order = ("kind", "title", "after", "two_opinions", "report_required")


class ExtensionForm(forms.Form):
    """More time for one unit, with the reason."""

    stage: "forms.ModelChoiceField[Stage]" = forms.ModelChoiceField(
        label="Giai đoạn",
        queryset=None,
        empty_label="– chọn giai đoạn –",
        error_messages={"required": "Chọn giai đoạn.", "invalid_choice": "Giai đoạn này không thuộc kỳ đang xem."},
    )
    unit = UnitChoice(
        label="Đơn vị",
        queryset=None,
        empty_label="– chọn đơn vị –",
        error_messages={"required": "Chọn đơn vị.", "invalid_choice": "Đơn vị này không thuộc kỳ đang xem."},
    )
    closes_at = MomentField(
        label="Gia hạn đến (giờ Hà Nội)",
        widget=MOMENT,
        error_messages={"required": "Chọn thời điểm gia hạn đến."},
    )
    reason = forms.CharField(
        label="Lý do",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Đơn vị và người kiểm tra sau này đều đọc được.",
        error_messages={"required": "Phải ghi lý do gia hạn."},
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = timed(round_)  # type: ignore[attr-defined]
        self.fields["stage"].label_from_instance = lambda stage: stage.title  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units_of_round(round_)  # type: ignore[attr-defined]
