"""What the forms of paper take: a bundle for two people, a ballot typed by keyboard, a decision."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from cchc_index.lib.decimals import CountField
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from criteria.queries import units_of
from surveys.models import PaperBundle
from surveys.models.paper import MOST_BALLOTS

from .comparing import CODE, TypedRow
from .queries import ComparedField, PaperQuestion, paper_groups, typists

FIRST, SECOND, OTHER = "first", "second", "other"


class BundleForm(forms.Form):
    """Which group and unit, how many ballots, which two people."""

    group = forms.ChoiceField(label="Nhóm đối tượng", error_messages={"required": "Chọn nhóm đối tượng."})
    unit = forms.ChoiceField(label="Đơn vị được đánh giá", error_messages={"required": "Chọn đơn vị."})
    ballots = CountField(
        label="Số phiếu trong tập",
        help_text="Đếm trước khi giao; các phiếu giữ nguyên thứ tự trong tập đến khi nhập xong.",
        validators=[MinValueValidator(1, "Nhập từ 1."), MaxValueValidator(MOST_BALLOTS, f"Tối đa {MOST_BALLOTS}.")],
        error_messages={"required": "Nhập số phiếu trong tập."},
    )
    coded = forms.BooleanField(label="Trên phiếu có mã in sẵn", required=False, initial=True)
    first = forms.ChoiceField(
        label="Lượt nhập thứ nhất", error_messages={"required": "Chọn người cho lượt nhập thứ nhất."}
    )
    second = forms.ChoiceField(
        label="Lượt nhập thứ hai", error_messages={"required": "Chọn người cho lượt nhập thứ hai."}
    )

    def __init__(self, *args: Any, block: RoundGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [("", "Chọn người"), *[(user.pk, str(user)) for user in typists()]]
        choices = {
            "group": [(group.pk, group.name) for group in paper_groups(block)],
            "unit": [("", "Chọn đơn vị"), *[(unit.pk, unit.name) for unit in units_of(block)]],
            "first": people,
            "second": people,
        }
        for name, own in choices.items():
            self.fields[name].choices = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("first") == cleaned.get("second"):
            self.add_error("second", "Người của lượt nhập thứ hai phải khác người của lượt thứ nhất.")
        return cleaned


class EntryForm(forms.Form):
    """One paper ballot by keyboard: a number a question, nothing for a blank."""

    def __init__(
        self,
        *args: Any,
        bundle: PaperBundle,
        questions: list[PaperQuestion],
        row: TypedRow | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        if bundle.coded:
            field = forms.CharField(label="Mã phiếu", error_messages={"required": "Nhập mã in trên phiếu."})
            self._add("code", field, row.code if row else "", mode="text")
        for question in questions:
            field = forms.CharField(label=f"Câu {question.at + 1}. {question.text}", required=False)
            self._add(f"answer-{question.at}", field, row.field(question.at) if row else "", mode="numeric")

    def _add(self, name: str, field: forms.CharField, initial: str, *, mode: str) -> None:
        field.initial = initial
        field.widget.attrs |= {"inputmode": mode, "autocomplete": "off", "data-next": "1", "class": "typed"}
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        values = []
        for question in self.questions:
            name = f"answer-{question.at}"
            try:
                values.append(question.value_of(cleaned.get(name, "")))
            except Refused as refused:
                self.add_error(name, str(refused))
        self.answers = bytes(values)
        """One byte a question, once the form is valid."""
        return cleaned


def chosen_values(posted: Any, fields: list[ComparedField]) -> dict[int, str]:
    """Field → what the third person decided; fields that are not decided are left out."""
    chosen = {}
    for one in fields:
        at = CODE if one.name == "code" else int(one.name.removeprefix("answer-"))
        choice = posted.get(one.name)
        values = {FIRST: one.first, SECOND: one.second, OTHER: posted.get(f"{one.name}-other", "")}
        if choice in values:
            chosen[at] = values[choice]
    return chosen
