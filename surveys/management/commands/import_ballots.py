"""`manage.py import_ballots FILE --year 2024 --group so --respondents CODE`: one row per ballot."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from criteria import queries
from surveys import validity
from surveys.batches import actions as batches


class Command(OperatorCommand):
    help = "Nhập phiếu điều tra của một nhóm đối tượng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", help="bảng tính (.xlsx, .csv, .ods, .xls): Mã phiếu, Mã đơn vị, mỗi câu hỏi một cột"
        )
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        self.add_hidden(parser)
        parser.add_argument("--respondents", required=True, help="mã, số thứ tự hoặc tên nhóm đối tượng")

    def run(self, **options: Any) -> None:
        block = queries.round_group(options["year"], options["group"])
        outcome = batches.import_ballots(
            actor=None,
            round_group_id=block.pk,
            respondents=options["respondents"],
            source=options["file"],
            take_hidden=options["hidden"] == "take",
        )
        if not outcome.fresh:
            self.say("Tệp này đã nhập rồi, không thay đổi.")
            return
        assert outcome.batch is not None
        self._report(outcome.batch.counts)

    def _report(self, counts: dict[str, Any]) -> None:
        self.tell(counts["notes"])
        if counts["ignored"]:
            self.tell([f"Bỏ qua {len(counts['ignored'])} cột không phải mã tiêu chí: {', '.join(counts['ignored'])}."])
        self.say(
            f"Đã nhập {counts['rows']} phiếu của {counts['units']} đơn vị, {len(counts['questions'])} câu hỏi: "
            f"{counts['valid']} phiếu hợp lệ, {counts['rows'] - counts['valid']} phiếu không hợp lệ."
        )
        for reason, number in counts["invalid"].items():
            self.say(f"Không hợp lệ – {validity.LABELS[reason]}: {number} phiếu.")
        self.say(f"Điểm ĐTXHH thay đổi ở {counts['changed']} lượt tiêu chí.")
