"""`manage.py copy_year --from 2024 --to 2025 [--group so]`: last year as a proposal for this one."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.copying.actions import copy_year
from cchc_index.lib.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Chép kỳ trước làm đề xuất cho kỳ sau: bộ tiêu chí, nhóm đối tượng, mẫu phiếu, giai đoạn, phân công."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=int, required=True, dest="source", metavar="YEAR", help="kỳ đã có")
        parser.add_argument("--to", type=int, required=True, dest="target", metavar="YEAR", help="kỳ nhận")
        parser.add_argument("--group", default="", help="mã khối, ví dụ so; để trống: mọi khối")

    def run(self, **options: Any) -> None:
        report = copy_year(actor=None, source=options["source"], target=options["target"], group=options["group"] or "")
        self.tell(report.done or [f"Không có gì thay đổi: kỳ {options['target']} đã có những gì chép được."])
        self.tell(f"Không chép – {sentence}" for sentence in report.left)
        if report.done:
            self.say(
                "Bộ tiêu chí còn là đề xuất: người quản lý Chỉ số xác nhận ở Điều hành, hoặc nhập phụ lục mới "
                f"(import_criteria). Đặt giờ các giai đoạn, rồi chạy check_year --year {options['target']}."
            )
