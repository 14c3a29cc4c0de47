"""What is typed of a sample and of a finding. The actions check again."""

from django import forms

from appraisal.models import SampledCell

WHOLE = {"required": "Nhập một số.", "invalid": "Nhập một số nguyên."}


class DrawForm(forms.Form):
    """The share and the seed."""

    use_required_attribute = False

    share = forms.IntegerField(
        label="Tỷ lệ (%)",
        min_value=1,
        max_value=100,
        initial=5,
        error_messages={**WHOLE, "min_value": "Tỷ lệ nhỏ nhất là 1.", "max_value": "Tỷ lệ lớn nhất là 100."},
    )
    seed = forms.IntegerField(
        label="Số gốc ngẫu nhiên",
        min_value=0,
        max_value=2_000_000_000,
        help_text="Ví dụ ngày rút mẫu 28112026; cùng số gốc và tỷ lệ thì cùng mẫu, ai cũng kiểm tra lại được.",
        error_messages={**WHOLE, "min_value": "Số gốc từ 0.", "max_value": "Số gốc đến 2.000.000.000."},
    )


class FindingForm(forms.Form):
    """What the member finds."""

    use_required_attribute = False

    choice = forms.ChoiceField(
        label="Kết quả",
        choices=SampledCell.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn thống nhất hoặc khác kết quả đã công nhận."},
    )
    points = forms.DecimalField(
        label="Điểm đề nghị",
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Nhập một số, ví dụ 1,25."},
    )
    words = forms.CharField(label="Căn cứ", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
