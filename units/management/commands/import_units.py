"""`manage.py import_units FILE --group so`: the units of a block from a spreadsheet."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from units import actions


class Command(OperatorCommand):
    help = (
        "Nhập danh sách đơn vị của một khối từ bảng tính (.xlsx, .csv, .ods, .xls): Mã, Tên đơn vị; "
        "tùy chọn Hiệu lực từ, Hiệu lực đến, Thay cho."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        self.add_hidden(parser)

    def run(self, **options: Any) -> None:
        report = actions.import_units(
            actor=None,
            source=options["file"],
            group_code=options["group"],
            take_hidden=options["hidden"] == "take",
        )
        self.tell(report.said)
        if report.group_created:
            self.say(f"Đã tạo khối mới “{report.group.code}”; đặt tên khối ở trang Quản trị.")
        self.say(str(report))
