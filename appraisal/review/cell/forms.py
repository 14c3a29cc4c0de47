"""What a member types: a recognition, an adjustment. The actions check again."""

from decimal import Decimal

from django import forms

from appraisal.models import Reason
from appraisal.reasons.queries import offered
from cchc_index.lib.numbers import NumberProblem, parse_decimal


class RecogniseForm(forms.Form):
    comment = forms.CharField(label="Ghi chú", required=False, max_length=2000)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class KeepForm(RecogniseForm):
    """An earlier adjustment stands against the unit's objection."""


class AdjustForm(forms.Form):
    use_required_attribute = False  # the server's sentence is Vietnamese, the browser's may not be

    points = forms.CharField(label="Điểm điều chỉnh", required=False, max_length=20)
    not_applicable = forms.BooleanField(label="Không áp dụng", required=False)
    reason: "forms.ModelChoiceField[Reason]" = forms.ModelChoiceField(
        None,
        label="Lý do",
        empty_label="– chọn lý do –",
        error_messages={
            "required": "Chọn lý do điều chỉnh trong danh sách.",
            "invalid_choice": "Lý do này không còn trong danh sách; chọn lý do khác.",
        },
    )
    comment = forms.CharField(
        label="Nội dung",
        max_length=5000,
        widget=forms.Textarea,
        error_messages={"required": "Nhập nội dung điều chỉnh để đơn vị biết căn cứ."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        reasons = offered()
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]
        # Read once: a select asks for its rows, and how many there are, each time it is walked through.
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", "– chọn lý do –"),
            *((reason.pk, str(reason)) for reason in reasons),
        ]

    def clean_points(self) -> Decimal | None:
        try:
            return parse_decimal(self.cleaned_data["points"])
        except NumberProblem as problem:
            raise forms.ValidationError(f"Điểm điều chỉnh: {problem}.") from problem
