"""What a unit types: its answer to an adjustment. The actions check again."""

from django import forms

from appraisal.core.queries.documents import current_documents
from appraisal.models import ReplyDraft
from cchc_index.lib.choices import RowsField
from cchc_index.lib.numbers import vn_count
from units.models import Unit

from .actions import MAX_TEXT, NO_WORDS


class ReplyForm(forms.Form):
    """`whole`: it is to be sent, so nothing may be missing; what is merely kept need not be whole yet."""

    answer = forms.ChoiceField(
        label="Ý kiến của đơn vị",
        choices=ReplyDraft.Answer.choices,
        required=False,
        error_messages={"invalid_choice": "Chọn Đồng ý hoặc Không đồng ý."},
    )
    comment = forms.CharField(
        label="Giải trình",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea,
        error_messages={"max_length": f"Giải trình dài quá {vn_count(MAX_TEXT)} ký tự: rút gọn, hoặc gửi kèm tệp."},
    )
    documents = RowsField(
        None,
        label="Tài liệu bổ sung",
        required=False,
        error_messages={"invalid_choice": "Có tài liệu không thuộc đơn vị: hãy chọn lại."},
    )

    def __init__(self, *args: object, unit: Unit, whole: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **{"auto_id": "%s", **kwargs})  # type: ignore[arg-type]
        self.fields["documents"].queryset = current_documents(unit)  # type: ignore[attr-defined]
        self.whole = whole

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if self.whole and not data.get("answer") and "answer" not in self.errors:
            self.add_error("answer", "Chọn Đồng ý hoặc Không đồng ý.")
        disagrees = data.get("answer") == ReplyDraft.Answer.DISAGREE
        if self.whole and disagrees and not str(data.get("comment", "")).strip() and "comment" not in self.errors:
            self.add_error("comment", NO_WORDS)
        return data
