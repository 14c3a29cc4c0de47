"""`manage.py import_figures FILE --year 2024 --group so`: finished survey figures with their source."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from criteria import queries
from surveys.batches import actions as batches

from ._signed import add_signed, signed_of


class Command(OperatorCommand):
    help = "Nhập số liệu SIPAS, PAPI và điều tra khác."

    def add_arguments(self, parser: CommandParser) -> None:
        columns = "Mã đơn vị, Mã tiêu chí, Điểm hoặc Tỷ lệ phần trăm, Nguồn số liệu"
        parser.add_argument("file", help=f"bảng tính (.xlsx, .csv, .ods, .xls): {columns}")
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        self.add_hidden(parser)
        add_signed(parser)

    def run(self, **options: Any) -> None:
        block = queries.round_group(options["year"], options["group"])
        outcome = batches.import_figures(
            actor=None,
            round_group_id=block.pk,
            source=options["file"],
            take_hidden=options["hidden"] == "take",
            signed=signed_of(options),
        )
        self.tell(outcome.notes)
        if not outcome.fresh:
            self.say("Số liệu này đã nhập rồi, không thay đổi.")
            return
        assert outcome.batch is not None
        counts = outcome.batch.counts
        if counts["ignored"]:
            self.tell([f"Không đọc cột: {', '.join(counts['ignored'])}."])
        self.say(
            f"Đã nhập {counts['rows']} số liệu của {counts['units']} đơn vị: {counts['new']} mới, "
            f"{counts['replacing']} thay số cũ, {counts['same']} giữ nguyên."
        )
        self.say(f"Điểm ĐTXHH thay đổi ở {counts['changed']} lượt tiêu chí.")
