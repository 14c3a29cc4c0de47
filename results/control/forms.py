"""What the index manager types: a publication, a phase, an extension."""

from typing import Any

from django import forms

from criteria.models import Phase, Round
from units.models import Unit

from .queries import measured_units, phases_of

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MOMENT_SHAPES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]
WRONG_MOMENT = {"invalid": "Giờ không đọc được; chọn lại ngày và giờ, ví dụ 22/12/2025 17:00."}


class ProposeForm(forms.Form):
    """A document number and its date; for a correction also what is corrected."""

    number = forms.CharField(
        label="Số quyết định công bố",
        max_length=60,
        help_text="Ghi như trên văn bản, ví dụ 1234/QĐ-UBND.",
        error_messages={"required": "Nhập số quyết định công bố.", "max_length": "Số quyết định dài nhất 60 ký tự."},
    )
    dated = forms.DateField(
        label="Ngày quyết định",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Nhập ngày quyết định.", "invalid": "Ngày không đọc được; ví dụ 01/03/2025."},
    )
    errata = forms.CharField(
        label="Nội dung đính chính",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Chỉ khi thay một bản đã công bố: đính chính điều gì, vì sao.",
    )


class PhaseForm(forms.Form):
    """The edges of a phase: open from the first instant, closed at the second."""

    opens_at = forms.DateTimeField(
        label="Mở lúc",
        required=False,
        widget=MOMENT,
        input_formats=MOMENT_SHAPES,
        help_text="Để trống: mở từ trước.",
        error_messages=WRONG_MOMENT,
    )
    closes_at = forms.DateTimeField(
        label="Đóng lúc (giờ Hà Nội)",
        required=False,
        widget=MOMENT,
        input_formats=MOMENT_SHAPES,
        help_text="Đúng giờ này hệ thống không nhận nữa. Để trống: chưa ấn định.",
        error_messages=WRONG_MOMENT,
    )


class ExtensionForm(forms.Form):
    """More time for one unit, with the reason."""

    phase: "forms.ModelChoiceField[Phase]" = forms.ModelChoiceField(
        label="Giai đoạn",
        queryset=None,
        error_messages={"required": "Chọn giai đoạn.", "invalid_choice": "Giai đoạn này không thuộc kỳ đang xem."},
    )
    unit: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(
        label="Đơn vị",
        queryset=None,
        error_messages={"required": "Chọn đơn vị.", "invalid_choice": "Đơn vị này không thuộc kỳ đang xem."},
    )
    closes_at = forms.DateTimeField(
        label="Gia hạn đến (giờ Hà Nội)",
        widget=MOMENT,
        input_formats=MOMENT_SHAPES,
        error_messages={"required": "Chọn thời điểm gia hạn đến.", **WRONG_MOMENT},
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
        self.fields["phase"].queryset = phases_of(round_)  # type: ignore[attr-defined]
        self.fields["phase"].label_from_instance = lambda phase: phase.get_kind_display()  # type: ignore[attr-defined]
        self.fields["unit"].queryset = measured_units(round_)  # type: ignore[attr-defined]
