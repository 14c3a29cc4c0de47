"""`manage.py createsuperuser`: an administrator, in the log; asks for what is not given, in Vietnamese."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from units.actions import record_account
from units.models import User

from ._password import ask_password, weakness

FIELDS = {"username": "Tên đăng nhập", "full_name": "Họ và tên", "email": "Thư điện tử (email)"}
PASSWORD = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105 - the name of Django's variable


class Command(OperatorCommand):
    help = "Tạo tài khoản quản trị. Mục nào chưa ghi thì lệnh hỏi; với --noinput thì phải ghi đủ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", metavar="USER", help="tên đăng nhập")
        parser.add_argument("--full_name", metavar="TÊN", help="họ và tên")
        parser.add_argument("--email", metavar="ĐỊA_CHỈ", help="thư điện tử")
        words = f"không hỏi gì; mật khẩu lấy ở biến {PASSWORD}, không có thì đặt lại bằng thư điện tử"
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive", help=words)

    def look_first(self, **options: Any) -> None:
        lacking = [f"--{name}" for name, text in _given(options).items() if text is None]
        if not options["interactive"] and lacking:
            raise Refused(f"Thiếu tham số: {', '.join(lacking)}; với --noinput phải ghi đủ.")
        if options["interactive"] and not sys.stdin.isatty():
            asked = " ".join(f"--{name}" for name in FIELDS)
            raise Refused(f"Không có cửa sổ dòng lệnh để hỏi: thêm --noinput cùng {asked}.")

    def run(self, **options: Any) -> None:
        """The entry follows the account: one transaction around both would hold the database while somebody types a
        password."""
        facts = {name: _asked(name) if text is None else text for name, text in _given(options).items()}
        user = User(**facts, is_staff=True, is_superuser=True)
        _require_sound(user)
        if options["interactive"]:
            password: str | None = ask_password(user)
        else:
            password = os.environ.get(PASSWORD)
            # The operator's own choice: told, not refused.
            if password is not None and (why := weakness(password, user)):
                self.say(f"Chú ý, mật khẩu trong {PASSWORD}: {why} Đổi ngay sau khi đăng nhập.")
        user = User.objects.create_superuser(**facts, password=password)
        record_account(actor=None, user=user)
        self.stdout.write(f"Đã tạo tài khoản quản trị “{user.username}”.")


def _given(options: Mapping[str, Any]) -> dict[str, str | None]:
    """What stands on the command line, or else in Django's own variables of the environment."""
    return {name: options[name] or os.environ.get(f"DJANGO_SUPERUSER_{name.upper()}") or None for name in FIELDS}


def _asked(name: str) -> str:
    return input(f"{FIELDS[name]}: ").strip()


def _require_sound(user: User) -> None:
    """Raises Refused with the option of each field that is wrong."""
    try:
        user.full_clean(exclude=["password"])
        if not user.email:
            raise ValidationError({"email": ["Nhập thư điện tử: mật khẩu được đặt lại qua địa chỉ này."]})
    except ValidationError as problem:
        wrong = [f"--{name}: {' '.join(said)}" for name, said in problem.message_dict.items()]
        raise Refused("\n".join(wrong)) from None
