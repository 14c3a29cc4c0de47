"""What the units' page takes: a list and the block it is for."""

from typing import Any

from django import forms

from cchc_index.lib.text import clean

from . import queries

MAX_FILE = 1024 * 1024
"""A list of thousands of units is smaller."""
NEW = ""


class UnitListForm(forms.Form):
    """A list of units for a block that is there, or for a new one."""

    group = forms.ChoiceField(
        label="Khối", required=False, error_messages={"invalid_choice": "Chọn khối trong danh sách."}
    )
    code = forms.CharField(
        label="Mã khối mới",
        required=False,
        max_length=30,
        help_text="Chỉ khi chọn khối mới: chữ không dấu, số, gạch nối; ví dụ so, xa.",
        error_messages={"max_length": "Mã khối dài nhất 30 ký tự."},
    )
    name = forms.CharField(
        label="Tên khối mới",
        required=False,
        max_length=200,
        help_text="Ví dụ Sở, cơ quan tương đương Sở; Xã, phường.",
        error_messages={"max_length": "Tên khối dài nhất 200 ký tự."},
    )
    file = forms.FileField(
        label="Danh sách đơn vị (.xlsx, .csv, .ods, .xls)",
        error_messages={"required": "Chọn tệp danh sách.", "empty": "Tệp này rỗng."},
        help_text="Các cột: Mã, Tên đơn vị; tùy chọn Hiệu lực từ, Hiệu lực đến, Thay cho (mã đơn vị cũ).",
    )
    take_hidden = forms.BooleanField(label="Tính cả dòng, cột đang ẩn trong tệp", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(row.code, f"{row.name} ({row.code})") for row in queries.blocks()]
        self.fields["group"].choices = [(NEW, "Khối mới"), *known]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE:
            raise forms.ValidationError("Tệp lớn hơn 1 MB, không phải danh sách đơn vị: kiểm tra lại tệp.")
        return upload

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("group") == NEW:
            if not clean(given.get("code", "")):
                self.add_error("code", "Nhập mã của khối mới, hoặc chọn một khối đã có.")
            elif queries.has_block(clean(given["code"])):
                self.add_error("code", "Khối có mã này đã có: chọn khối đó trong danh sách.")
            if not clean(given.get("name", "")):
                self.add_error("name", "Nhập tên của khối mới.")
        return given

    @property
    def block(self) -> dict[str, str]:
        """Code and name of the block that was chosen or is to be made."""
        given = self.cleaned_data
        chosen = given["group"]
        return {"group_code": chosen or clean(given["code"]), "group_name": "" if chosen else clean(given["name"])}
