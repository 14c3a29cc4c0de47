"""`manage.py changepassword`: somebody's password from the command line, with its mark in the log."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from units.actions import password_set_by_operator
from units.models import User

from ._password import ask_password


class Command(OperatorCommand):
    help = "Đặt mật khẩu dùng một lần cho một tài khoản: người giữ tài khoản phải đổi ngay khi đăng nhập."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USER", help="tên đăng nhập")

    def run(self, **options: Any) -> None:
        """The entry follows the change: one transaction around both would hold the database while somebody types."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise Refused(f"Không có tài khoản “{options['username']}”; kiểm tra lại tên đăng nhập.")
        user.set_password(ask_password(user))
        user.save(update_fields=["password"])
        password_set_by_operator(user=user)
        self.stdout.write(f"Đã đặt mật khẩu dùng một lần cho “{user.username}”.")
