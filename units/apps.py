from typing import ClassVar

from django.apps import AppConfig


class Config(AppConfig):
    name = "units"
    verbose_name = "Đơn vị và người dùng"
    log_words: ClassVar[dict[str, str]] = {
        "create_account": "Tạo tài khoản",
        "change_password": "Đổi mật khẩu",
        "import_units": "Nhập danh sách đơn vị",
        "grant_role": "Giao vai trò",
        "revoke_role": "Thu hồi vai trò",
        "propose_role": "Đề nghị giao vai trò",
        "confirm_role": "Xác nhận vai trò",
        "refuse_role": "Không xác nhận vai trò",
        "end_role": "Kết thúc vai trò",
        "set_address": "Ghi thư điện tử của tài khoản",
        "invite": "Gửi thư mời đặt mật khẩu",
        "set_password": "Đặt mật khẩu theo thư mời",
        "make_code": "In mã đặt mật khẩu",
        "use_code": "Dùng mã đặt mật khẩu",
        "close_account": "Đóng tài khoản khi bàn giao",
        "view_as": "Xem trang như người khác thấy",
        "view_page": "Xem một trang như người khác thấy",
        "sign_in": "Đăng nhập",
        "guesses_limited": "Gõ sai mật khẩu quá nhiều lần",
        "second_factor_on": "Bật xác thực hai lớp",
        "second_factor_off": "Tắt xác thực hai lớp",
        "security_key_added": "Thêm khóa bảo mật",
        "security_key_removed": "Bỏ khóa bảo mật",
        "recovery_codes": "Tạo mã dự phòng",
        "drop_second_factor": "Bỏ xác thực hai lớp của người khác",
        "admin_add": "Thêm trong quản trị",
        "admin_change": "Sửa trong quản trị",
        "admin_delete": "Xóa trong quản trị",
        "admin_import": "Nhập tệp trong quản trị",
        "admin_password": "Đặt lại mật khẩu",
        "renew_hash": "Băm lại mật khẩu theo cách mới",
        "begin_proofs": "Nhận dòng có từ trước vào sổ",
        "mark_store": "Để dấu trong nơi lưu tệp",
    }
    """What people read for the verbs of this app's entries in the log."""

    def import_models(self) -> None:
        """The models of the packages belong to this app too."""
        super().import_models()
        from .auditlog import models as auditlog  # noqa: F401  # inline: registration
        from .mail import models as mail  # noqa: F401  # inline: registration
        from .people import models as people  # noqa: F401  # inline: registration
        from .signin import models as signin  # noqa: F401  # inline: registration

    def ready(self) -> None:
        from .ledger import register_marks  # inline: registration

        register_marks()
