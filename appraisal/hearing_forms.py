"""What people type around the points: interests, questions and answers, leaves for two opinions."""

from decimal import Decimal

from django import forms

from cchc_index.lib import clock
from cchc_index.lib.numbers import NumberProblem, parse_decimal
from cchc_index.lib.text import sort_key
from selfassess.models import Document
from units.models import Unit, User

from . import rules


class DeclareForm(forms.Form):
    use_required_attribute = False

    member = forms.ModelChoiceField(
        User.objects.none(),
        label="Thành viên",
        required=False,
        empty_label="– chọn thành viên –",
        error_messages={"invalid_choice": "Người này không còn là thành viên thẩm định; chọn lại."},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="Đơn vị",
        empty_label="– chọn đơn vị –",
        error_messages={"required": "Chọn đơn vị có xung đột.", "invalid_choice": "Chọn đơn vị trong danh sách."},
    )
    reason = forms.CharField(
        label="Lý do",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Ghi lý do có xung đột (người thân, công tác cũ, hợp đồng…)."},
    )

    def __init__(self, *args: object, members: object = None, units: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        named = sorted(self.fields["unit"].choices, key=lambda choice: (bool(choice[0]), sort_key(choice[1])))  # type: ignore[attr-defined]
        self.fields["unit"].choices = named  # type: ignore[attr-defined]
        if members is None:
            del self.fields["member"]
        else:
            self.fields["member"].queryset = members  # type: ignore[attr-defined]
            self.fields["member"].required = True
            self.fields["member"].error_messages["required"] = "Chọn thành viên."


class AskForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(
        label="Câu hỏi",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Ghi câu hỏi bằng lời."},
    )
    due_on = forms.DateField(
        label="Hạn trả lời",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Chọn hạn trả lời từ hôm nay trở đi.",
            "invalid": "Hạn trả lời phải là một ngày, ví dụ 31/12/2026.",
        },
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )

    def clean_due_on(self) -> object:
        if self.cleaned_data["due_on"] < clock.today():
            raise forms.ValidationError("Chọn hạn trả lời từ hôm nay trở đi.")
        return self.cleaned_data["due_on"]


class AnswerForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(
        label="Trả lời",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Ghi câu trả lời bằng lời."},
    )
    documents = forms.ModelMultipleChoiceField(
        Document.objects.none(),
        label="Tài liệu kèm theo",
        required=False,
        error_messages={"invalid_choice": "Có tài liệu không thuộc đơn vị: hãy chọn lại."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        mine = Document.objects.filter(unit=unit, replaced_by=None).order_by("-uploaded_at", "-pk")
        self.fields["documents"].queryset = mine  # type: ignore[attr-defined]


class AssigneeForm(forms.Form):
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        label="Người trả lời",
        required=False,
        empty_label="– chưa giao –",
        error_messages={"invalid_choice": "Người này không còn phụ trách ở đơn vị; chọn người khác."},
    )

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["assignee"].queryset = rules.people_answering(unit.pk)  # type: ignore[attr-defined]


class ToleranceForm(forms.Form):
    tolerance = forms.CharField(label="Chênh lệch cho phép", required=False, max_length=20)

    def clean_tolerance(self) -> Decimal | None:
        try:
            return parse_decimal(self.cleaned_data["tolerance"])
        except NumberProblem as problem:
            raise forms.ValidationError(f"Chênh lệch cho phép: {problem}.") from problem
