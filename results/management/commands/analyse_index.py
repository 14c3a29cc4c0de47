"""`manage.py analyse_index --year 2024 --group so [--draws 10000] [--seed 1] --format json`: what a ranking is
worth."""

import json
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from results import queries
from results.analysis.queries import NOT_YET, analysis
from surveys.scores.queries import tells_nothing_yet

MOST_DRAWS = 1_000_000


class Command(OperatorCommand):
    help = "Phân tích kết quả một khối: khoảng hạng, ảnh hưởng của tiêu chí, điểm mất, chênh lệch cảm nhận."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", required=True, help="mã khối, ví dụ so")
        parser.add_argument("--draws", type=int, default=10_000, help="số lần xếp hạng mô phỏng")
        parser.add_argument("--seed", type=int, default=1, help="số gieo; cùng số gieo cho cùng kết quả")
        parser.add_argument("--format", choices=["json"], default="json")

    def look_first(self, **options: Any) -> None:
        if not 1 <= options["draws"] <= MOST_DRAWS:
            raise Refused(f"--draws: từ 1 đến {MOST_DRAWS}.")
        if options["seed"] < 0:
            raise Refused("--seed: số nguyên không âm.")

    def run(self, **options: Any) -> None:
        round_ = queries.round_named(options["year"])
        (block,) = queries.groups_named(round_, options["group"])
        if tells_nothing_yet(block):
            raise Refused(NOT_YET)
        told = analysis(block, draws=options["draws"], seed=options["seed"])
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
