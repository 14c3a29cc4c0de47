"""`manage.py load_official`: units, decisions, criteria sets, rounds, respondent groups from `fixtures/`."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from cchc_index.official import actions, files, queries


class Command(OperatorCommand):
    help = "Nạp đơn vị, quyết định, bộ tiêu chí, kỳ đánh giá, nhóm đối tượng chính thức; chạy lại không đổi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--year", type=int, help="thêm khung của một năm sau sắp xếp, như 2025 (15 Sở, 126 phường, xã)"
        )

    def run(self, **options: Any) -> None:
        year, known = options["year"], files.years()
        if year is not None and year not in known:
            raise Refused(
                f"Không có khung chính thức của năm {year}. Các năm có: {', '.join(map(str, sorted(known)))}."
            )
        report = actions.load_official(folder=files.FOLDER if year is None else known[year])
        for line in (*report.lines(), *queries.summary()):
            self.stdout.write(line)
