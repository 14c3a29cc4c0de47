"""What the page of finished scores takes: a file."""

from typing import Any

from django import forms

MAX_FILE = 1024 * 1024
"""The scores of hundreds of units on a hundred criteria are smaller."""


class ScoresForm(forms.Form):
    """Finished scores of one block."""

    file = forms.FileField(
        label="Bảng điểm (.xlsx, .csv, .ods, .xls)",
        error_messages={"required": "Chọn tệp bảng điểm.", "empty": "Tệp này rỗng."},
        help_text="Các cột: Mã đơn vị, Mã tiêu chí, Điểm tự đánh giá, Điểm thẩm định; tùy chọn Điểm ĐTXHH, "
        "Không áp dụng.",
    )
    take_hidden = forms.BooleanField(label="Tính cả dòng, cột đang ẩn trong tệp", required=False)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE:
            raise forms.ValidationError("Tệp lớn hơn 1 MB: chia bảng điểm thành nhiều tệp theo đơn vị.")
        return upload
