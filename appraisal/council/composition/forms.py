"""What is typed of a council and of a seat. The actions check again."""

from typing import Any

from django import forms

from appraisal.models import Seat
from cchc_index.lib.moments import DayField
from units.models import Unit, User

from . import queries
from .actions import SeatEntry

DAY = {"invalid": "Ngày không đọc được; ví dụ 01/03/2025."}
DAY_FIELD = forms.DateInput(attrs={"placeholder": "31/12/2025", "inputmode": "numeric"}, format="%d/%m/%Y")


class CouncilForm(forms.Form):
    """The decision that sets the council up."""

    use_required_attribute = False

    number = forms.CharField(
        label="Số quyết định thành lập",
        max_length=60,
        help_text="Ghi như trên văn bản, ví dụ 1234/QĐ-UBND.",
        error_messages={"required": "Nhập số quyết định.", "max_length": "Số quyết định dài nhất 60 ký tự."},
    )
    dated = DayField(
        label="Ngày quyết định",
        widget=DAY_FIELD,
        error_messages={"required": "Nhập ngày quyết định.", **DAY},
    )
    issuer = forms.CharField(
        label="Cơ quan ban hành",
        max_length=200,
        initial="Ủy ban nhân dân thành phố Hà Nội",
        error_messages={"required": "Nhập cơ quan ban hành."},
    )
    comment = forms.CharField(
        label="Ghi chú",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ví dụ quyết định sửa đổi, hoặc quyết định thành lập Tổ công tác giúp việc.",
    )
    upload = forms.FileField(
        label="Tệp quyết định đã ký (PDF)",
        required=False,
        help_text="Thành viên Hội đồng, người quản lý và giám sát mở được tệp. Tệp tải lên trước được giữ lại.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"empty": "Tệp này rỗng."},
    )


class SeatForm(forms.Form):
    """Who sits on the council, as what, from which agency, from when to when."""

    use_required_attribute = False

    role = forms.ChoiceField(label="Tư cách", choices=Seat.Kind.choices)
    name = forms.CharField(label="Họ và tên", max_length=150, error_messages={"required": "Nhập họ và tên."})
    title = forms.CharField(label="Chức vụ", required=False, max_length=200, help_text="Ví dụ Giám đốc Sở Tư pháp.")
    unit: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(
        None,
        label="Cơ quan",
        required=False,
        empty_label="– không thuộc danh sách được đánh giá –",
        help_text="Không biểu quyết về cơ quan này, cơ quan mà nó thay thế hoặc thay thế nó; cũng không về đơn vị mà "
        "tài khoản dưới đây giữ vai trò hoặc đã khai xung đột lợi ích.",
        error_messages={"invalid_choice": "Chọn cơ quan trong danh sách."},
    )
    issuer = forms.CharField(
        label="Cơ quan khác",
        required=False,
        max_length=250,
        help_text="Nhập nếu cơ quan không thuộc danh sách, ví dụ Ủy ban nhân dân Thành phố.",
    )
    member: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        None,
        label="Tài khoản",
        required=False,
        empty_label="– không có tài khoản –",
        help_text="Có tài khoản thì tự biểu quyết trên hệ thống; nếu không, thư ký ghi lại ý kiến.",
        error_messages={"invalid_choice": "Chọn tài khoản trong danh sách."},
    )
    opens = DayField(label="Từ ngày", required=False, widget=DAY_FIELD, error_messages=DAY)
    closes = DayField(label="Đến ngày", required=False, widget=DAY_FIELD, error_messages=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.agencies()  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: f"{unit} ({unit.code})"  # type: ignore[attr-defined]
        self.fields["member"].queryset = queries.accounts()  # type: ignore[attr-defined]
        self.fields["member"].label_from_instance = lambda user: f"{user} ({user.username})"  # type: ignore[attr-defined]

    def entry(self) -> SeatEntry:
        data = self.cleaned_data
        return SeatEntry(
            kind=data["role"],
            name=data["name"],
            title=data["title"],
            agency=data["unit"],
            agency_name="" if data["unit"] else data["issuer"],
            user=data["member"],
            valid_from=data["opens"],
            valid_to=data["closes"],
        )


def initial_of(seat: Seat) -> dict[str, object]:
    """What the form of a seat shows of it."""
    return {
        "role": seat.kind,
        "name": seat.name,
        "title": seat.title,
        "unit": seat.agency_id,
        "issuer": seat.agency_name,
        "member": seat.user_id,
        "opens": seat.valid_from,
        "closes": seat.valid_to,
    }
