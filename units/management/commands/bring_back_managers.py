"""`manage.py bring_back_managers USER USER --reason TEXT`: two managers again, when none is left."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from units.roles.actions import bring_back_managers


class Command(OperatorCommand):
    help = (
        "Khi không còn người quản lý Chỉ số nào: đề nghị hai tài khoản; hai người đăng nhập và xác nhận cho nhau. "
        "Những người từng quản lý nhận thư báo."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("usernames", metavar="USER", nargs=2, help="tên đăng nhập")
        parser.add_argument("--reason", required=True, help="lý do, ghi vào nhật ký và thư")

    def run(self, **options: Any) -> None:
        for row in bring_back_managers(usernames=options["usernames"], reason=options["reason"]):
            self.say(f"Đã đề nghị: {row}.")
        self.say("Hai người đăng nhập và xác nhận cho nhau ở trang Vai trò chờ xác nhận.")
