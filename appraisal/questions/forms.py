"""What people type: a question, an answer, who is to give it. The actions check again."""

from django import forms

from appraisal.core.queries.documents import current_documents
from appraisal.rules import answering
from cchc_index.lib import clock
from cchc_index.lib.choices import RowsField
from cchc_index.lib.moments import DayField
from units.models import Unit, User


class AskForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(
        label="Câu hỏi",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Nhập câu hỏi."},
    )
    due_on = DayField(
        label="Hạn trả lời",
        widget=forms.DateInput(attrs={"inputmode": "numeric", "placeholder": "31/12/2026"}, format="%d/%m/%Y"),
        error_messages={
            "required": "Chọn hạn trả lời từ hôm nay trở đi.",
            "invalid": "Hạn trả lời phải là một ngày, ví dụ 31/12/2026.",
        },
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
        error_messages={"required": "Nhập câu trả lời."},
    )
    documents = RowsField(
        None,
        label="Tài liệu kèm theo",
        required=False,
        error_messages={"invalid_choice": "Có tài liệu không thuộc đơn vị: hãy chọn lại."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["documents"].queryset = current_documents(unit)  # type: ignore[attr-defined]


class AssigneeForm(forms.Form):
    assignee: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        None,
        label="Người trả lời",
        required=False,
        empty_label="– chưa giao –",
        error_messages={"invalid_choice": "Người này không còn phụ trách ở đơn vị; chọn người khác."},
    )

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["assignee"].queryset = answering.people_answering(unit.pk)  # type: ignore[attr-defined]
