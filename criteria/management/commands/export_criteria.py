"""`manage.py export_criteria --year 2024 --group so --out FILE.xlsx`: the block's set, every rule in words."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from cchc_index.lib.outfiles import write_whole
from criteria import queries
from criteria.models import CriteriaSet


class Command(OperatorCommand):
    help = "Ghi bộ tiêu chí của một khối ra bảng tính (.xlsx), quy tắc chấm viết thành chữ; nhập lại không đổi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        parser.add_argument("--out", required=True, metavar="FILE.xlsx", help="tệp sẽ ghi")

    def run(self, **options: Any) -> None:
        from criteria.annex import writing  # inline: start-up cost

        path = Path(options["out"])
        if path.suffix.lower() != ".xlsx":
            raise Refused(f"“{path.name}” không phải tệp .xlsx: ghi tên tệp có đuôi .xlsx cho --out.")
        block = queries.round_group(options["year"], options["group"])
        rows = queries.printed_tree(block.criteria_set_id)
        if not rows:
            raise Refused(f"{block} chưa có tiêu chí nào: nhập bộ tiêu chí trước (import_criteria).")
        write_whole(path, writing.xlsx_bytes(rows, own_last_year=queries.is_last_years_set(block)))
        leaves = sum(row.is_leaf for row in rows)
        self.stdout.write(f"{path}: {len(rows)} dòng, {leaves} tiêu chí chấm điểm.")
        self.say(f"Nhập lại vào hệ thống khác: {_way_back(options, block.criteria_set)}")


def _way_back(options: dict[str, Any], criteria_set: CriteriaSet) -> str:
    """The command that brings the file in elsewhere, with what stands beside the rows."""
    file, year, group = (options[name] for name in ("out", "year", "group"))
    where = f'--year {year} --group {group} --decision "{criteria_set.decision}"'
    return f"import_criteria {file} {where} --na-policy {criteria_set.na_policy} --ties {criteria_set.ties}"
