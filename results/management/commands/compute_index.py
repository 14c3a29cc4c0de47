"""`manage.py compute_index --year 2024`: recompute, print one object per unit on standard output."""

import csv
import io
import json
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.commands import OperatorCommand
from criteria.models import RoundGroup
from results import queries
from results.bundle import Json
from results.computation.actions import recompute
from results.computation.queries import RESULT_KEYS, result_rows
from surveys.scores import actions as scores


class Command(OperatorCommand):
    help = "Tính lại chỉ số của một năm và in kết quả từng đơn vị (JSON hoặc CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--group", help="mã khối; bỏ trống là mọi khối")
        parser.add_argument("--format", choices=["json", "csv"], default="json")

    def run(self, **options: Any) -> None:
        round_ = queries.round_named(options["year"])
        groups = queries.groups_named(round_, options["group"])
        rows = [row for round_group in groups for row in _computed(round_group)]
        self.stdout.write(_csv(rows) if options["format"] == "csv" else _json(rows), ending="")


def _computed(round_group: RoundGroup) -> list[Json]:
    scores.refresh_scores(round_group)
    return result_rows(recompute(round_group_id=round_group.pk))


def _json(rows: list[Json]) -> str:
    """A JSON array with each unit on a line of its own."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n" if rows else "[]\n"


def _csv(rows: list[Json]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, RESULT_KEYS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "incomplete": " ".join(row["incomplete"])} for row in rows)
    return out.getvalue()
