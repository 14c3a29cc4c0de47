"""`manage.py load_demo`: a complete illustrative year and one open for practice."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.demo import actions
from cchc_index.lib.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Nạp một năm trình diễn trọn vẹn (mọi điểm số là minh họa) và tài khoản của từng vai trò."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, default=2024, help="năm đủ dữ liệu, đã công bố")
        parser.add_argument("--practice", type=int, default=2020, help="năm đang mở để thực hành; 0 là không có")

    def run(self, **options: Any) -> None:
        for sentence in actions.load(year=options["year"], practice=options["practice"] or None):
            self.stdout.write(sentence)
