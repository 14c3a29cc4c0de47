"""manage.py import_criteria: the annex of a decision into the set of a year's block."""

from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import NumberProblem, parse_decimal, vn_short
from criteria import queries
from criteria.annex import actions
from criteria.annex.importing import AnnexImport
from criteria.annex.totals import Expected, by_part, counted
from criteria.models import Source

PARTS = {**{source.value: str(source.label) for source in Source}, "bonus": "thưởng", "penalty": "trừ"}


class Command(OperatorCommand):
    help = "Nhập bộ tiêu chí từ bảng tính (.xlsx, .csv, .ods, .xls) hoặc tệp Word (.docx) cho một khối trong một năm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", help="bảng tính, hoặc bảng trong tệp Word, có các cột Mã (hoặc TT, STT), Nội dung, Điểm tối đa"
        )
        parser.add_argument("--year", required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        parser.add_argument("--decision", required=True, help="số quyết định, ví dụ 3598/QĐ-UBND")
        parser.add_argument("--source", default="", help="nguồn điểm của các tiêu chí không ghi nguồn")
        parser.add_argument("--accept-repairs", action="store_true", help="sửa các lỗi sửa được như đã đề nghị")
        parser.add_argument("--na-policy", default="", help="rescale, shrink hoặc full")
        parser.add_argument("--ties", default="", help="competition hoặc dense")
        parser.add_argument("--expect", default="", help="tổng điểm theo quyết định, không kể thưởng, trừ")
        parser.add_argument("--expect-self", default="", help="điểm phần tự đánh giá theo quyết định")
        parser.add_argument("--expect-survey", default="", help="điểm phần điều tra xã hội học theo quyết định")
        self.add_hidden(parser)

    def run(self, **options: Any) -> None:
        outcome = actions.import_criteria(
            actor=None,
            file=options["file"],
            year=_year(str(options["year"])),
            group=options["group"],
            decision=options["decision"],
            source=options["source"] or "",
            accept_repairs=options["accept_repairs"],
            na_policy=options["na_policy"] or "",
            ties=options["ties"] or "",
            take_hidden=options["hidden"] == "take",
            expected=Expected(*(_points_asked(options, name) for name in ("expect", "expect_self", "expect_survey"))),
        )
        self.tell(outcome.said)
        for sentence in (*(f"Đã sửa – {fault}" for fault in outcome.repairs), *outcome.notices):
            self.say(sentence)
        self._summarise(outcome)

    def _summarise(self, outcome: AnnexImport) -> None:
        self.stdout.write(f"Tệp: {outcome.rows} dòng, {outcome.leaves} tiêu chí chấm điểm. {_points(outcome.points)}")
        rows = queries.tree(outcome.round_group.criteria_set_id)
        self.stdout.write(
            f"Bộ tiêu chí: {len(rows)} dòng, {sum(row.is_leaf for row in rows)} tiêu chí chấm điểm. "
            f"{_points(by_part(rows))}"
        )
        added, changed, removed = len(outcome.added), len(outcome.changed), len(outcome.removed)
        self.stdout.write(f"{outcome.changes} thay đổi: thêm {added}, sửa {changed}, bỏ {removed}.")


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused(f"Năm chỉ số “{text[:20]}” không đúng; gõ năm gồm bốn chữ số, ví dụ 2024.")
    return int(text[:9])


def _points_asked(options: dict[str, Any], name: str) -> Decimal | None:
    try:
        return parse_decimal(options[name])
    except NumberProblem as problem:
        raise Refused(f"Tham số --{name.replace('_', '-')}: {problem}.") from None


def _points(points: dict[str, Decimal]) -> str:
    """`Tổng 100 điểm (Tự đánh giá 69, ĐTXHH 31); thưởng 3.`"""
    beside = [f"{PARTS[part]} {vn_short(points[part])}" for part in ("bonus", "penalty") if part in points]
    whole = counted(points)
    shown = ", ".join(f"{PARTS[part]} {vn_short(whole[part])}" for part in PARTS if part in whole)
    total = vn_short(sum(whole.values(), Decimal(0)))
    return "; ".join([f"Tổng {total} điểm ({shown})", *beside]) + "."
