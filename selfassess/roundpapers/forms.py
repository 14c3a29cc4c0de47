"""What is typed of a document of the round."""

from typing import Any

from django import forms

from cchc_index.lib.moments import DayField
from criteria.models import Round
from selfassess.models import RoundPaper

from .queries import groups_of

EVERY_BLOCK = ""


class RoundPaperForm(forms.Form):
    """A document of the round; its lengths and its file are looked at by the action."""

    kind = forms.ChoiceField(
        label="Loại văn bản",
        choices=RoundPaper.Kind.choices,
        error_messages={"required": "Chọn loại văn bản.", "invalid_choice": "Chọn loại văn bản trong danh sách."},
    )
    number = forms.CharField(
        label="Số ký hiệu", required=False, help_text="Ghi như trên văn bản, ví dụ 227/KH-UBND. Biểu mẫu không cần số."
    )
    issued = DayField(
        label="Ngày ban hành",
        required=False,
        error_messages={"invalid": "Ngày không đọc được; ví dụ 17/11/2025."},
    )
    issuer = forms.CharField(label="Cơ quan ban hành", required=False, help_text="Không bắt buộc.")
    abstract = forms.CharField(label="Trích yếu", error_messages={"required": "Nhập trích yếu của văn bản."})
    audience = forms.ChoiceField(
        label="Đăng cho",
        choices=RoundPaper.Audience.choices,
        error_messages={"required": "Chọn đối tượng.", "invalid_choice": "Chọn đối tượng trong danh sách."},
    )
    group = forms.ChoiceField(
        label="Khối",
        required=False,
        help_text="Chỉ giới hạn các đơn vị; Hội đồng và người quản lý xem được mọi khối.",
        error_messages={"invalid_choice": "Chọn khối trong danh sách."},
    )
    file = forms.FileField(
        label="Tệp",
        required=False,
        help_text="PDF, Word, Excel hoặc ảnh.",
        error_messages={"empty": "Tệp này rỗng."},
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {group.code: group for group in groups_of(round_)}
        choices = [(EVERY_BLOCK, "mọi khối"), *((code, group.name) for code, group in self.groups.items())]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]

    @property
    def given(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        kept = {name: data[name] for name in ("kind", "number", "issuer", "abstract", "audience")}
        group = self.groups.get(data["group"])
        return {**kept, "issued_on": data["issued"], "group": group, "upload": data["file"]}
