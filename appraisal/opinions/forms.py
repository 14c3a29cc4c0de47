"""What the index manager types: by how much two opinions may differ. The actions check again."""

from decimal import Decimal

from django import forms

from cchc_index.lib.numbers import NumberProblem, parse_decimal


class ToleranceForm(forms.Form):
    tolerance = forms.CharField(label="Chênh lệch cho phép", required=False, max_length=20)

    def clean_tolerance(self) -> Decimal | None:
        try:
            return parse_decimal(self.cleaned_data["tolerance"])
        except NumberProblem as problem:
            raise forms.ValidationError(f"Chênh lệch cho phép: {problem}.") from problem
