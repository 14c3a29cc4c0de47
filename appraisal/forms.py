"""What people type: an adjustment, a recognition, a reply. The actions check again."""

from decimal import Decimal

from django import forms

from cchc_index.lib.numbers import NumberProblem, parse_decimal
from selfassess.models import Document
from units.models import Unit

from .models import Action, Reason


class RecogniseForm(forms.Form):
    comment = forms.CharField(label="Ghi chú", required=False, max_length=2000)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class UndoForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class AdjustForm(forms.Form):
    use_required_attribute = False  # the server's sentence is Vietnamese, the browser's may not be

    points = forms.CharField(label="Điểm điều chỉnh", required=False, max_length=20)
    not_applicable = forms.BooleanField(label="Không áp dụng", required=False)
    reason = forms.ModelChoiceField(
        Reason.objects.none(),
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
        error_messages={"required": "Ghi nội dung điều chỉnh bằng lời để đơn vị hiểu vì sao."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reason"].queryset = Reason.objects.filter(active=True).order_by("code")  # type: ignore[attr-defined]

    def clean_points(self) -> Decimal | None:
        try:
            return parse_decimal(self.cleaned_data["points"])
        except NumberProblem as problem:
            raise forms.ValidationError(f"Điểm điều chỉnh: {problem}.") from problem


class ReplyForm(forms.Form):
    answer = forms.ChoiceField(
        label="Ý kiến của đơn vị",
        choices=[(Action.AGREE, "Đồng ý"), (Action.DISAGREE, "Không đồng ý")],
        error_messages={"required": "Chọn Đồng ý hoặc Không đồng ý."},
    )
    comment = forms.CharField(label="Giải trình", required=False, max_length=10000, widget=forms.Textarea)
    documents = forms.ModelMultipleChoiceField(
        Document.objects.none(),
        label="Tài liệu bổ sung",
        required=False,
        error_messages={"invalid_choice": "Có tài liệu không thuộc đơn vị: hãy chọn lại."},
    )

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        current = Document.objects.filter(unit=unit, replaced_by=None).order_by("-uploaded_at", "-pk")
        self.fields["documents"].queryset = current  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("answer") == Action.DISAGREE and not str(data.get("comment", "")).strip():
            self.add_error("comment", "Không đồng ý thì phải ghi giải trình.")
        return data
