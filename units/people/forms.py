"""What the people's pages take: a file, a person, a role, its end, a first password."""

from typing import IO, Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm as DjangoSetPasswordForm

from cchc_index.lib import held_files
from cchc_index.lib.moments import DayField
from units.models import DECIDING, Role, Unit, User
from units.queries import account_named

from . import queries
from .sheet import USERNAME

MAX_FILE = 1024 * 1024
"""A list of thousands of people is smaller."""
SALT = "units.people.list"
WRONG_ADDRESS = {"invalid": "Địa chỉ không đúng, ví dụ nguyenvana@hanoi.gov.vn."}
WRONG_DAY = {"invalid": "Ngày không đọc được; ví dụ 01/03/2025."}


def _day(label: str, hint: str = "") -> DayField:
    return DayField(label=label, required=False, help_text=hint, error_messages=WRONG_DAY)


class UploadForm(forms.Form):
    """A list of people."""

    file = forms.FileField(
        label="Danh sách người dùng (.xlsx, .csv, .ods, .xls)",
        error_messages={"required": "Chọn tệp danh sách.", "empty": "Tệp này rỗng."},
        help_text="Các cột: Họ tên, Thư điện tử, Vai trò, Mã đơn vị, Khối; tùy chọn Từ ngày, Đến ngày, Tên đăng nhập.",
    )
    take_hidden = forms.BooleanField(label="Tính cả dòng, cột đang ẩn trong tệp", required=False)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE:
            raise forms.ValidationError("Tệp lớn hơn 1 MB, không phải danh sách người dùng: kiểm tra lại tệp.")
        return upload


def hold(user: User, name: str, content: bytes, *, take_hidden: bool) -> str:
    """The ticket of a list that was looked at."""
    return held_files.hold(SALT, user.pk, name, content, {"hidden": take_hidden})


def held(user: User, ticket: str) -> tuple[str, IO[bytes], bool] | None:
    """Name, content and choice of a list that was held; None where its ticket is none."""
    file = held_files.held(SALT, user.pk, ticket)
    return (file.name, file.open(), file.choices["hidden"]) if file else None


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit with its block and, where it has one, its end."""

    def label_from_instance(self, obj: Unit) -> str:
        end = f", đến {obj.valid_to:%d/%m/%Y}" if obj.valid_to else ""
        return f"{obj.name} – {obj.group.name}{end}"


class RoleForm(forms.Form):
    """A role for a person; one that decides is proposed with the reason."""

    role = forms.ChoiceField(
        label="Vai trò",
        choices=[("", "Chọn vai trò"), *Role.choices],
        error_messages={"required": "Chọn vai trò.", "invalid_choice": "Không có vai trò này."},
    )
    unit = UnitChoice(
        label="Đơn vị công tác",
        queryset=None,
        required=False,
        empty_label="Không chọn",
        help_text="Bắt buộc với công chức phụ trách, thủ trưởng; vai trò khác: nơi công tác, không được thẩm định.",
        error_messages={"invalid_choice": "Không có đơn vị này."},
    )
    valid_from = _day("Từ ngày", "Để trống nếu có hiệu lực ngay.")
    valid_to = _day("Đến ngày", "Để trống nếu chưa biết.")
    reason = forms.CharField(
        label="Lý do",
        max_length=1000,
        help_text="Ví dụ: Quyết định phân công số, ngày.",
        error_messages={"required": "Nhập lý do giao vai trò."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units_to_choose()  # type: ignore[attr-defined]

    @property
    def decides(self) -> bool:
        return self.cleaned_data.get("role") in DECIDING


class PersonForm(RoleForm):
    """A person by hand, with a first role."""

    full_name = forms.CharField(label="Họ tên", max_length=150, error_messages={"required": "Nhập họ tên."})
    email = forms.EmailField(
        label="Thư điện tử",
        required=False,
        help_text="Để trống nếu người này không có thư: vào hệ thống bằng phiếu mã in trên giấy.",
        error_messages=WRONG_ADDRESS,
    )
    user_name = forms.RegexField(
        label="Tên đăng nhập",
        regex=rf"^{USERNAME.pattern}$",
        max_length=150,
        required=False,
        help_text="Để trống thì đặt theo thư hoặc họ tên. Chỉ cần ghi khi trùng họ tên mà không có thư.",
        error_messages={"invalid": "Chỉ dùng chữ không dấu, số và . - _ @, ví dụ nguyen-van-an."},
    )
    field_order = ["full_name", "email", "user_name", "role", "unit", "valid_from", "valid_to", "reason"]


class AddressForm(forms.Form):
    """The address of mail of an account."""

    email = forms.EmailField(label="Địa chỉ", error_messages={"required": "Nhập thư điện tử.", **WRONG_ADDRESS})


class EndForm(forms.Form):
    """The last day of a role."""

    on = DayField(
        label="Ngày cuối giữ vai trò",
        error_messages={"required": "Nhập ngày cuối giữ vai trò.", **WRONG_DAY},
    )
    reason = forms.CharField(
        label="Lý do", max_length=1000, error_messages={"required": "Nhập lý do kết thúc vai trò."}
    )


class ReasonForm(forms.Form):
    """Why something is done to somebody's account."""

    reason = forms.CharField(label="Lý do", max_length=1000, error_messages={"required": "Nhập lý do."})


class LeavingForm(forms.Form):
    """Somebody leaves: until when, who follows, why."""

    on = DayField(
        label="Ngày cuối giữ vai trò",
        help_text="Ngày/tháng/năm.",
        error_messages={"required": "Nhập ngày cuối giữ vai trò.", **WRONG_DAY},
    )
    heir = forms.CharField(
        label="Tên đăng nhập của người nhận việc",
        max_length=150,
        required=False,
        help_text="Để trống nếu chưa có. Vai trò có quyền quyết định thành đề nghị, chờ người thứ hai xác nhận.",
    )
    reason = forms.CharField(
        label="Lý do",
        max_length=1000,
        help_text="Ví dụ: quyết định điều động số, ngày.",
        error_messages={"required": "Nhập lý do bàn giao."},
    )
    close = forms.BooleanField(label="Đóng tài khoản ngay, kết thúc mọi phiên đăng nhập", required=False)

    def clean_heir(self) -> User | None:
        """The open account of this name."""
        name = self.cleaned_data["heir"].strip()
        account = account_named(name) if name else None
        if name and account is None:
            raise forms.ValidationError("Không có tài khoản đang mở mang tên đăng nhập này.")
        return account


class ForgottenForm(forms.Form):
    """Who forgot the password."""

    name = forms.CharField(
        label="Tên đăng nhập hoặc thư điện tử",
        max_length=254,
        error_messages={"required": "Nhập tên đăng nhập hoặc thư điện tử."},
    )


class FirstPasswordForm(DjangoSetPasswordForm):  # type: ignore[type-arg]
    """A password that only its owner knows, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, missing in (
            ("new_password1", "Mật khẩu mới", "Hãy gõ mật khẩu mới."),
            ("new_password2", "Gõ lại mật khẩu mới", "Hãy gõ lại mật khẩu mới."),
        ):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].error_messages["required"] = missing
        self.fields[
            "new_password1"
        ].help_text = (
            "Ít nhất 10 ký tự; không chỉ gồm tên địa phương, cơ quan, họ tên và chữ số; không phải mật khẩu hay gặp."
        )
