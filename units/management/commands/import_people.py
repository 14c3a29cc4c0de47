"""`manage.py import_people FILE`: people and their roles from a spreadsheet; each gets an invitation by mail."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from units.people import actions


class Command(OperatorCommand):
    help = (
        "Nhập danh sách người dùng từ bảng tính (.xlsx, .csv, .ods, .xls): Họ tên, Thư điện tử, Vai trò, "
        "Mã đơn vị, Khối; tùy chọn Từ ngày, Đến ngày, Tên đăng nhập. Mỗi người mới nhận thư mời đặt mật khẩu; ai không "
        "có thư (để trống Thư điện tử) thì được in phiếu mã ở Điều hành › Người dùng."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        self.add_hidden(parser)

    def run(self, **options: Any) -> None:
        plan = actions.import_people(actor=None, source=options["file"], take_hidden=options["hidden"] == "take")
        self.tell(plan.said)
        if plan.proposed:
            self.say("Vai trò có quyền quyết định được xác nhận ở trang Điều hành › Người dùng.")
        if plan.without_address:
            self.say(f"{plan.without_address} người không có thư điện tử: in phiếu mã ở trang Điều hành › Người dùng.")
        self.say(str(plan))
