"""What the operator's form of links takes."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from cchc_index.lib.decimals import CountField
from criteria.models import RoundGroup
from criteria.queries import units_of
from surveys.models import RespondentGroup

from .actions import MOST
from .queries import groups_of

XLSX, PDF = "xlsx", "pdf"
PAPERS = ((XLSX, "Bảng liên kết (.xlsx)"), (PDF, "Phiếu mời có mã QR để in (PDF)"))


class MakeLinksForm(forms.Form):
    """Which group, which unit or all, how many for each, on what paper."""

    group = forms.ChoiceField(label="Nhóm đối tượng", error_messages={"required": "Chọn nhóm đối tượng."})
    unit = forms.ChoiceField(label="Đơn vị", required=False)
    number = CountField(
        label="Số liên kết mỗi đơn vị",
        help_text="Không quá số phiếu kế hoạch giao.",
        validators=[MinValueValidator(1, "Nhập từ 1."), MaxValueValidator(MOST, f"Tối đa {MOST}.")],
        error_messages={"required": "Nhập số liên kết."},
    )
    paper = forms.ChoiceField(label="Lấy về", choices=PAPERS, initial=XLSX)

    def __init__(self, *args: Any, block: RoundGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = list(units_of(block))
        groups: list[RespondentGroup] = [group for group in groups_of(block) if group.takes_ballots]
        self.fields["group"].choices = [(group.pk, group.name) for group in groups]  # type: ignore[attr-defined]
        every = [("", "Mọi đơn vị của khối"), *[(unit.pk, unit.name) for unit in self.units]]
        self.fields["unit"].choices = every  # type: ignore[attr-defined]

    @property
    def numbers(self) -> dict[int, int]:
        chosen = self.cleaned_data["unit"]
        units = [int(chosen)] if chosen else [unit.pk for unit in self.units]
        return dict.fromkeys(units, self.cleaned_data["number"])
