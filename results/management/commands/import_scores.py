"""`manage.py import_scores FILE --year 2024 --group so`: finished scores of an archive, all or nothing.

Into a published year two named index managers bring them: `--proposed-by`, `--approved-by`, `--reason`.
"""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from criteria import queries as criteria
from results import queries
from results.archive.actions import import_archive
from results.archive.sheet import read
from surveys.management.commands._signed import add_signed, signed_of


class Command(OperatorCommand):
    help = "Nhập điểm đã có (tự đánh giá, thẩm định, ĐTXHH) của một khối từ bảng tính (.xlsx, .csv, .ods, .xls)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        self.add_hidden(parser)
        add_signed(parser)

    def run(self, **options: Any) -> None:
        round_group = queries.groups_named(queries.round_named(options["year"]), options["group"])[0]
        signed = signed_of(options)
        units = list(criteria.units_of(round_group))
        leaves = criteria.tree(round_group.criteria_set_id)
        archived = read(options["file"], units, leaves, take_hidden=options["hidden"] == "take")
        own, appraised, surveyed = import_archive(actor=None, round_group=round_group, archived=archived, signed=signed)
        self.tell(archived.said)
        self.say(
            f"{own + appraised + surveyed} thay đổi: {own} điểm tự đánh giá, {appraised} điểm thẩm định, "
            f"{surveyed} điểm ĐTXHH."
        )
