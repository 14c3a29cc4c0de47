"""What is typed for the papers: a passage, a recommendation and what became of it."""

from django import forms

from cchc_index.lib.moments import DayField
from results.models import Recommendation


class TextForm(forms.Form):
    """One passage; `seen` is the version that the person read."""

    text = forms.CharField(label="Nội dung", required=False, widget=forms.Textarea(attrs={"rows": 12}))
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, initial=0)


class RecommendationForm(forms.Form):
    """A new recommendation; its lengths are looked at by the action."""

    text = forms.CharField(
        label="Kiến nghị",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Nhập nội dung kiến nghị."},
    )
    owner = forms.CharField(label="Cơ quan thực hiện", error_messages={"required": "Nhập cơ quan thực hiện."})
    due = DayField(
        label="Hạn hoàn thành",
        required=False,
        error_messages={"invalid": "Ngày không đọc được; ví dụ 30/06/2025."},
    )


class FollowUpForm(RecommendationForm):
    """A recommendation that stands, with what became of it."""

    state = forms.ChoiceField(
        label="Tình hình thực hiện",
        choices=Recommendation.State.choices,
        error_messages={"required": "Chọn tình hình thực hiện.", "invalid_choice": "Chọn trong danh sách."},
    )
    outcome = forms.CharField(
        label="Kết quả thực hiện",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="In trong báo cáo phân tích của năm sau.",
    )
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, initial=0)
