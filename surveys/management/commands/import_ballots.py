"""`manage.py import_ballots FILE --year 2024 --group so --respondents CODE [--mapping FILE.json]
[--good-rows REST.xlsx]`: one row per ballot."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from criteria import queries
from surveys import validity
from surveys.ballots import mapping
from surveys.batches import actions as batches
from surveys.batches import jobs

from ._signed import add_signed, signed_of


class Command(OperatorCommand):
    help = "Nhập phiếu điều tra của một nhóm đối tượng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", help="bảng tính (.xlsx, .csv, .ods, .xls): Mã phiếu, Mã đơn vị, mỗi câu hỏi một cột"
        )
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        self.add_hidden(parser)
        add_signed(parser)
        parser.add_argument("--respondents", required=True, help="mã, số thứ tự hoặc tên nhóm đối tượng")
        parser.add_argument("--mapping", metavar="FILE.json", help="cột nào, câu trả lời nào là gì trong tệp")
        parser.add_argument(
            "--good-rows",
            metavar="REST.xlsx",
            help="nhập các phiếu không có lỗi; ghi các phiếu có lỗi kèm lý do ra tệp này",
        )

    def run(self, **options: Any) -> None:
        rest = _Rest(options["good_rows"])
        block = queries.round_group(options["year"], options["group"])
        signed = signed_of(options)
        given = self._mapping(options["mapping"])
        try:
            outcome = batches.import_ballots(
                actor=None,
                round_group_id=block.pk,
                respondents=options["respondents"],
                source=options["file"],
                take_hidden=options["hidden"] == "take",
                signed=signed,
                mapping=given,
                keep_rest=rest.write if rest.path else None,
                commit=jobs.commit_now,
            )
        except BaseException:
            rest.drop()
            raise
        rest.finish()
        self._report(outcome, rest)

    @staticmethod
    def _mapping(path: str | None) -> dict[str, Any]:
        return mapping.parse(Path(path).read_bytes())[1] if path else {}

    def _report(self, outcome: batches.BatchImport, rest: "_Rest") -> None:
        if not outcome.fresh:
            self.tell(outcome.notes)
            self.say("Không có phiếu mới, không thay đổi." if outcome.notes else "Tệp này đã nhập rồi, không thay đổi.")
        else:
            assert outcome.batch is not None
            self._report_batch(outcome.batch.counts)
        if outcome.refused:
            self.say(f"{outcome.refused} phiếu có lỗi chưa nhập, ghi kèm lý do vào {rest.path}: sửa rồi nhập tệp đó.")

    def _report_batch(self, counts: dict[str, Any]) -> None:
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


class _Rest:
    """The sheet of the rows that were not taken: written beside its place before the commit, put there after it."""

    def __init__(self, path: str | None):
        self.path = Path(path) if path else None
        self.written: Path | None = None
        if self.path and self.path.suffix.lower() != ".xlsx":
            raise Refused(f"--good-rows: “{self.path}” phải là tệp .xlsx.")

    def write(self, data: bytes) -> None:
        assert self.path is not None
        self.written = self.path.with_name(f".{self.path.name}.part")
        self.written.write_bytes(data)

    def finish(self) -> None:
        if self.written and self.path:
            os.replace(self.written, self.path)

    def drop(self) -> None:
        if self.written:
            self.written.unlink(missing_ok=True)
