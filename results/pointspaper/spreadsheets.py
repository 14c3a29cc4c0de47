"""The signed table as a workbook: every point exactly as signed, and in a second sheet who signed and received it."""

import io
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib import clock
from cchc_index.lib.cells import put_text
from cchc_index.lib.packed import same_bytes
from surveys.handover.digests import TableLine

from .tables import PrintedTable

BOLD = Font(bold=True)
POINTS, BALLOTS, SIGNED = "Bảng điểm", "Số phiếu", "Ký và tiếp nhận"

Value = str | Decimal | int | None


def table_xlsx(table: PrintedTable) -> bytes:
    """The same signature gives the same bytes."""
    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    heads: list[Value] = ["Mã đơn vị", "Đơn vị", *(leaf.code for leaf in table.leaves)]
    points, ballots, signed = (book.create_sheet(name) for name in (POINTS, BALLOTS, SIGNED))
    _write(points, 1, [*heads, "Tổng điểm"])
    _write(ballots, 1, heads)
    for row, (unit, lines) in enumerate(table.lines(table.leaves), start=2):
        named: list[Value] = [unit.code, unit.name]
        _write(points, row, [*named, *map(_points, lines), table.total(unit)])
        _write(ballots, row, [*named, *(line[4] if line else 0 for line in lines)])
    for sheet in (points, ballots):
        sheet.freeze_panes = "C2"
        sheet.column_dimensions["B"].width = 40
        for cell in sheet[1]:
            cell.font = BOLD
    signed.column_dimensions["A"].width, signed.column_dimensions["B"].width = 34, 90
    for row, (name, value) in enumerate(_facts(table), start=1):
        _write(signed, row, [name, value])
    out = io.BytesIO()
    book.save(out)
    return same_bytes(out.getvalue())


def _write(sheet: Worksheet, row: int, values: Sequence[Value]) -> None:
    for column, value in enumerate(values, start=1):
        if isinstance(value, str):
            cell = sheet.cell(row, column)
            assert isinstance(cell, Cell)  # no cell of ours is merged
            put_text(cell, value)
        else:
            sheet.cell(row, column, value)


def _points(line: TableLine | None) -> Value:
    if line is None:
        return "không có phiếu"
    return "không áp dụng" if line[3] else Decimal(line[2])


def _facts(table: PrintedTable) -> list[tuple[str, str]]:
    row = table.row
    block = row.round_group
    return [
        ("Năm", str(block.round.year)),
        ("Khối", block.group.name),
        ("Người ký (phụ trách điều tra)", str(row.signed_by)),
        ("Ký lúc", clock.in_words(row.signed_at)),
        ("Trạng thái", row.get_state_display()),
        ("Người xử lý", str(row.decided_by or "")),
        ("Xử lý lúc", clock.in_words(row.decided_at) if row.decided_at else ""),
        ("Lý do trả lại", row.reason),
        ("Hội đồng thẩm định", table.approval),
        ("Mã kiểm tra bảng điểm (SHA-256)", row.digest),
        ("Dữ liệu minh họa", "có" if block.round.illustrative else "không"),
    ]
