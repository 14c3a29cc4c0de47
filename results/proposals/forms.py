"""What the two people type who publish: number and date, what is corrected, why although something is still open."""

from typing import Any

from django import forms

from cchc_index.lib.moments import DayField
from cchc_index.lib.text import clean
from results.publication.words import number_problem, with_document


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
