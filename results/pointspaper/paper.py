"""The signed table on paper."""

from collections.abc import Iterator
from typing import Any

from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib.numbers import vn
from results.files.paper import laid_out, written
from surveys.handover.digests import TableLine

from .tables import PrintedTable

PAPER = "results/pointspaper/paper.html"
WIDE = 8
"""How many criteria stand beside each other on a page."""


def table_pdf(table: PrintedTable) -> bytes:
    return written(laid_out(PAPER, context_of(table), "", FontConfiguration()))


def context_of(table: PrintedTable) -> dict[str, Any]:
    """What the paper is rendered with."""
    block = table.row.round_group
    mark = " – DỮ LIỆU MINH HỌA" if block.round.illustrative else ""
    subject = f"năm {block.round.year}, {block.group.name}"
    return {
        "title": f"Bảng điểm điều tra xã hội học {subject}{mark}",
        "subject": f"{subject[0].upper()}{subject[1:]}",
        "illustrative": block.round.illustrative,
        "row": table.row,
        "approval": table.approval,
        "totals": [(unit, vn(table.total(unit)) or "không có phiếu") for unit in table.units],
        "parts": list(_parts(table)),
    }


def _parts(table: PrintedTable) -> Iterator[dict[str, Any]]:
    for start in range(0, len(table.leaves), WIDE):
        leaves = table.leaves[start : start + WIDE]
        yield {
            "leaves": leaves,
            "rows": [(unit, [_points(line) for line in lines]) for unit, lines in table.lines(leaves)],
        }


def _points(line: TableLine | None) -> str:
    if line is None:
        return "KP"
    return "KAD" if line[3] else vn(line[2])
