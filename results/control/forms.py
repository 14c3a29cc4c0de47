"""What the index manager types: a publication, a stage, an extension."""

from typing import Any

from django import forms

from cchc_index.lib.moments import DayField, MomentField
from cchc_index.lib.text import clean
from criteria.calendar.queries import timed
from criteria.course import LISTED
from criteria.models import Round, Stage
from results.publication.words import number_problem, with_document
from units.people.forms import UnitChoice

from .queries import measured_units

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def reason_although_open() -> forms.CharField:
    """Why one publishes although something is still open. A form asks for it where something is."""
    return forms.CharField(
        label="Lý do vẫn công bố khi còn việc chưa xong",
        max_length=2000,
        error_messages={"required": "Còn việc chưa xong: hoàn thành các việc đó, hoặc nêu lý do vẫn công bố."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lý do được lưu và in trong báo cáo.",
    )


class ApproveForm(forms.Form):
    """What the second person says while something is still open."""

    reason = reason_although_open()

    def __init__(self, *args: Any, gates: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not gates:
            del self.fields["reason"]


class ProposeForm(forms.Form):
    """A document number and its date; for a correction also what is corrected."""

    number = forms.CharField(
        label="Số quyết định công bố",
        max_length=60,
        help_text="Ghi như trên văn bản, ví dụ 1234/QĐ-UBND.",
        error_messages={"required": "Nhập số quyết định công bố.", "max_length": "Số quyết định dài nhất 60 ký tự."},
    )
    dated = DayField(
        label="Ngày quyết định",
        help_text="Ví dụ 01/03/2025.",
        widget=forms.DateInput(attrs={"inputmode": "numeric"}, format="%d/%m/%Y"),
        error_messages={"required": "Nhập ngày quyết định.", "invalid": "Ngày không đọc được; ví dụ 01/03/2025."},
    )
    errata = forms.CharField(
        label="Nội dung đính chính",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Chỉ khi thay một bản đã công bố: đính chính điều gì, vì sao.",
    )
    document_only = forms.BooleanField(
        label="Chỉ đính chính số, ngày hoặc câu chữ của văn bản; kết quả không đổi",
        required=False,
    )
    reason = reason_although_open()

    def __init__(self, *args: Any, correcting: bool, gates: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not correcting:
            del self.fields["errata"], self.fields["document_only"]
        if not gates:
            del self.fields["reason"]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if problem := number_problem(number):
            raise forms.ValidationError(problem)
        return clean(number)

    def given(self) -> dict[str, Any]:
        """What the verb takes: a ticked box is a sentence of the correction."""
        data = dict(self.cleaned_data)
        only = data.pop("document_only", False)
        return {**data, "errata": with_document(data.get("errata", ""), only)}


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
        error_messages={"required": "Chọn giai đoạn.", "invalid_choice": "Giai đoạn này không thuộc kỳ đang xem."},
    )
    unit = UnitChoice(
        label="Đơn vị",
        queryset=None,
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
        self.fields["unit"].queryset = measured_units(round_)  # type: ignore[attr-defined]
