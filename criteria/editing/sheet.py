"""What a correction touches as a workbook."""

import io
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cchc_index.lib.cells import put_text
from cchc_index.lib.packed import same_bytes

from .touching import TouchedCell

_HEADINGS = (
    ("Tiêu chí", 10),
    ("Kỳ", 8),
    ("Khối", 28),
    ("Mã đơn vị", 12),
    ("Đơn vị", 44),
    ("Bản tự đánh giá", 16),
    ("Điểm tự đánh giá", 16),
    ("Điểm tối đa mới", 16),
    ("Theo quy tắc mới", 16),
    ("Điểm thẩm định", 16),
    ("Xử lý", 34),
)


def touched_bytes(cells: Iterable[TouchedCell]) -> bytes:
    """One line for each unit; points as numbers, what is not there left blank."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "Đính chính"
    lines = [tuple(heading for heading, _ in _HEADINGS), *(_values(cell) for cell in cells)]
    for row, values in enumerate(lines, start=1):
        for column, value in enumerate(values, start=1):
            place = sheet.cell(row, column)
            assert isinstance(place, Cell)  # nothing is merged
            if isinstance(value, str):
                put_text(place, value)
            else:
                place.value = value
            if row == 1:
                place.font = Font(bold=True)
    for column, (_, width) in enumerate(_HEADINGS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return same_bytes(out.getvalue())


def _values(cell: TouchedCell) -> tuple[str | int | Decimal | None, ...]:
    block, state = cell.block, "đã nộp" if cell.submitted else "chưa nộp"
    place = (cell.criterion.code, block.round.year, str(block.group), cell.unit.code, cell.unit.name, state)
    return (*place, cell.own, cell.maximum, cell.by_rule, cell.council, cell.waits)
