"""What the managers' page of the exchange takes."""

from django import forms

from cchc_index.lib.moments import DayField

READ, WRITE = "read", "write"


class SystemForm(forms.Form):
    """A system that is to be connected."""

    name = forms.CharField(
        label="Tên hệ thống",
        max_length=150,
        error_messages={"required": "Ghi tên hệ thống.", "max_length": "Tên dài quá 150 ký tự: viết gọn lại."},
        help_text="Ví dụ: Cổng dịch vụ công, Một cửa điện tử, Quản lý văn bản.",
    )
    kind = forms.ChoiceField(
        label="Được phép",
        choices=[(WRITE, "gửi và đọc lại số liệu của mình"), (READ, "chỉ đọc danh sách số liệu")],
        error_messages={"required": "Chọn việc được phép.", "invalid_choice": "Chọn việc được phép."},
    )
    to = DayField(
        label="Đến hết ngày",
        error_messages={"required": "Ghi ngày hết hạn.", "invalid": "Ngày không đọc được; ví dụ 31/12/2026."},
    )
    reason = forms.CharField(
        label="Căn cứ",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Ghi căn cứ kết nối."},
        help_text="Văn bản hoặc thỏa thuận cho phép kết nối.",
    )
