"""`manage.py check_year --year 2025`: what the year still lacks before its next stage."""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import REFUSED, OperatorCommand
from cchc_index.readiness.queries import Readiness, readiness


class Command(OperatorCommand):
    help = "Cho biết kỳ còn thiếu gì trước giai đoạn tiếp theo; đủ thì thoát với mã 0, còn thiếu với mã 2."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="text hoặc json")

    def run(self, **options: Any) -> None:
        state = readiness(options["year"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(state.as_json(), ensure_ascii=False, indent=1))
        else:
            self.tell(_sentences(state))
        if not state.ready:
            sys.exit(REFUSED)


def _sentences(state: Readiness) -> list[str]:
    if state.missing:
        lines = (f"- {state.sentence(one)}" for one in state.missing)
        return [f"Kỳ {state.year} còn thiếu {len(state.missing)} điều:", *lines]
    following = f" trước giai đoạn {state.following.title}" if state.following else "; mọi giai đoạn đã bắt đầu"
    return [f"Kỳ {state.year} không thiếu gì{following}."]
