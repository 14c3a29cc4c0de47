"""What a unit types: its answer to an adjustment. The action checks again."""

from django import forms

from appraisal.core.queries.documents import current_documents
from appraisal.models import Action
from selfassess.models import Document
from units.models import Unit


class ReplyForm(forms.Form):
    answer = forms.ChoiceField(
        label="Ý kiến của đơn vị",
        choices=[(Action.AGREE, "Đồng ý"), (Action.DISAGREE, "Không đồng ý")],
        error_messages={"required": "Chọn Đồng ý hoặc Không đồng ý."},
    )
    comment = forms.CharField(label="Giải trình", required=False, max_length=10000, widget=forms.Textarea)
    documents: "forms.ModelMultipleChoiceField[Document]" = forms.ModelMultipleChoiceField(
        None,
        label="Tài liệu bổ sung",
        required=False,
        error_messages={"invalid_choice": "Có tài liệu không thuộc đơn vị: hãy chọn lại."},
    )

    def __init__(self, *args: object, unit: Unit, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["documents"].queryset = current_documents(unit)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("answer") == Action.DISAGREE and not str(data.get("comment", "")).strip():
            self.add_error("comment", "Không đồng ý thì phải ghi giải trình.")
        return data
