"""What is typed of a proposal, a vote, a show of hands, a dissent. The actions check again."""

from typing import Any

from django import forms

from appraisal.council.agenda import queries as agenda
from appraisal.council.agenda.actions import Proposal
from appraisal.models import AgendaItem, Vote
from cchc_index.lib import numbers

HANDS = {"required": "Nhập số giơ tay.", "invalid": "Nhập một số nguyên từ 0.", "min_value": "Nhập một số từ 0."}


class ProposalForm(forms.Form):
    """What the council would decide on a cell."""

    use_required_attribute = False

    decision = forms.ChoiceField(
        label="Phương án",
        choices=AgendaItem.Verb.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn phương án."},
    )
    points = forms.DecimalField(
        label="Điểm điều chỉnh",
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Nhập một số, ví dụ 1,25."},
    )
    applicable = forms.BooleanField(label="Không áp dụng", required=False)
    reason = forms.ChoiceField(label="Lý do điều chỉnh", required=False)
    comment = forms.CharField(
        label="Căn cứ",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ghi vào biên bản và báo cho đơn vị.",
        error_messages={"required": "Nhập căn cứ của phương án."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "– chọn lý do –"), *((str(row.pk), str(row)) for row in agenda.reasons())]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]

    def proposal(self) -> Proposal:
        data = self.cleaned_data
        return Proposal(
            verb=data["decision"],
            comment=data["comment"],
            points=data["points"],
            not_applicable=data["applicable"],
            reason_id=int(data["reason"]) if data["reason"] else None,
        )


class VoteForm(forms.Form):
    """One member's vote, with the dissent in words."""

    use_required_attribute = False

    seat = forms.IntegerField(widget=forms.HiddenInput)
    choice = forms.ChoiceField(
        label="Ý kiến",
        choices=Vote.Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn tán thành, không tán thành hoặc không có ý kiến."},
    )
    words = forms.CharField(
        label="Ý kiến bảo lưu", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )


class HandsForm(forms.Form):
    """A show of hands."""

    use_required_attribute = False

    favour = forms.IntegerField(label="Tán thành", min_value=0, error_messages=HANDS)
    opposed = forms.IntegerField(label="Không tán thành", min_value=0, initial=0, error_messages=HANDS)
    abstained = forms.IntegerField(label="Không có ý kiến", min_value=0, initial=0, error_messages=HANDS)


def initial_proposal(item: AgendaItem) -> dict[str, object]:
    """What stands as the proposal, or what the origin of the item suggests."""
    suggested = AgendaItem.Verb.KEEP if item.origin == AgendaItem.Origin.DISPUTED else AgendaItem.Verb.RECOGNISE
    return {
        "decision": item.verb or suggested,
        "points": numbers.vn_short(item.points) if item.points is not None else "",
        "applicable": item.not_applicable,
        "reason": str(item.reason_id or ""),
        "comment": item.comment,
    }
