"""The state of a year on paper and as a workbook."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib import clock
from cchc_index.lib.cells import put_text
from cchc_index.lib.packed import same_bytes
from criteria.models import Round
from results.files.paper import laid_out, written

from .tables import SteeredUnit, totals

WIDE = "@page { size: A4 landscape }"


def state_pdf(round_: Round, lines: Sequence[SteeredUnit]) -> bytes:
    """A line for each unit, the most urgent first; the numbers of the blocks above."""
    context = {
        "title": f"Tiến độ xác định Chỉ số cải cách hành chính năm {round_.year}",
        "year": round_.year,
        "illustrative": round_.illustrative,
        "at": clock.now(),
        "blocks": list(totals(lines).values()),
        "lines": lines,
    }
    return written(laid_out("results/steering/state.html", context, WIDE, FontConfiguration()))


HEADINGS = (
    ("Khối", 28),
    ("Mã đơn vị", 12),
    ("Đơn vị", 44),
    ("Trạng thái", 24),
    ("Bản tự đánh giá", 22),
    ("Điểm tự đánh giá", 12),
    ("Đã thẩm định", 12),
    ("Số tiêu chí", 12),
    ("Đã có điểm ĐTXHH", 12),
    ("Số tiêu chí ĐTXHH", 12),
    ("Chờ giải trình", 12),
    ("Câu hỏi chưa trả lời", 12),
    ("Thay đổi cuối", 18),
    ("Việc đang chờ", 60),
)


def state_bytes(lines: Sequence[SteeredUnit]) -> bytes:
    """One line for each unit, the most urgent first."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "Tiến độ"
    for column, (heading, width) in enumerate(HEADINGS, start=1):
        _put(sheet, 1, column, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, line in enumerate(lines, start=2):
        for column, value in enumerate(_values(line), start=1):
            _put(sheet, row, column, value)
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return same_bytes(out.getvalue())


def _put(sheet: Worksheet, row: int, column: int, value: str | int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # nothing is merged
    if isinstance(value, str):
        return put_text(cell, value)
    cell.value = value
    return cell


def _values(line: SteeredUnit) -> tuple[str | int, ...]:
    last = f"{clock.hanoi(line.last):%d/%m/%Y %H:%M}" if line.last else ""
    counted = (line.scored, line.appraised, line.leaves, line.surveyed, line.survey_leaves, line.adjusted, line.asked)
    names = (line.block_name, line.code, line.name, line.words, line.state)
    return (*names, *counted, last, "; ".join(line.waits))
