"""What is chosen of the meaning of silence."""

from django import forms

from appraisal.models import SilenceRule


class SilenceForm(forms.Form):
    """One meaning for units, one for members."""

    use_required_attribute = False

    unit = forms.ChoiceField(
        label="Đơn vị không trả lời đến hết thời hạn giải trình",
        choices=SilenceRule.OfUnit.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn một ý nghĩa."},
    )
    member = forms.ChoiceField(
        label="Thành viên không cho ý kiến đến hết giai đoạn thẩm định",
        choices=SilenceRule.OfMember.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn một ý nghĩa."},
    )
