"""What is typed of a verifying agency and of its opinion. The actions check again."""

from django import forms

from criteria.models import Criterion, RoundGroup
from units.models import Unit

from . import queries


class AgencyForm(forms.Form):
    """Which agency verifies which leaf; no agency: nobody any more."""

    use_required_attribute = False

    criterion = forms.ChoiceField(label="Tiêu chí", error_messages={"required": "Chọn tiêu chí."})
    unit: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(
        None, label="Cơ quan kiểm chứng", required=False, empty_label="– không có –"
    )

    def __init__(self, *args: object, block: RoundGroup, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        leaves: list[Criterion] = queries.leaves(block)
        self.fields["criterion"].choices = [  # type: ignore[attr-defined]
            (str(leaf.pk), f"{leaf.code} {leaf.name}"[:120]) for leaf in leaves
        ]
        self.fields["unit"].queryset = queries.agency_choices()  # type: ignore[attr-defined]


class VerifyForm(forms.Form):
    """Points or not applicable, with words."""

    use_required_attribute = False

    points = forms.DecimalField(
        label="Điểm đề nghị",
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Nhập một số, ví dụ 1,25."},
    )
    applicable = forms.BooleanField(label="Không áp dụng", required=False)
    words = forms.CharField(
        label="Nhận xét",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Nhập nhận xét."},
    )
