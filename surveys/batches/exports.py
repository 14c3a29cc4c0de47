"""Failed rows given back as a spreadsheet with the reasons beside them."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.sheet_guards import BALLOT_CELLS
from cchc_index.lib.sheets import cell_text, read_cells
from cchc_index.lib.text import clean
from surveys.models import ImportBatch

from .faults import unpack

FAULT_HEADINGS = ("Dòng", "Cột", "Lỗi", "Cách sửa")


def failed_rows(batch: ImportBatch) -> bytes:
    """An .xlsx of two sheets: the failed rows as they came with a column of reasons; every fault by cell.

    Every cell is text, so that nothing of a hostile file becomes a formula. Raises ImportRefused when the
    kept file cannot be read any more."""
    faults = unpack(batch.faults)
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {fault.message}" if fault.column else fault.message)
    with batch.file.open("rb") as stream:
        rows = read_cells(stream, name=batch.file_name, max_cells=BALLOT_CELLS)
    book = Workbook(write_only=True)
    _write(book, "Dòng lỗi", _rows_with_reasons(rows, batch.counts.get("heading_row", 1), reasons))
    _write(book, "Các lỗi", [FAULT_HEADINGS, *[(str(f.row or ""), f.column, f.message, f.repair) for f in faults]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows_with_reasons(rows: list[list[Any]], heading: int, reasons: dict[int, list[str]]) -> list[list[str]]:
    """The heading row, then the failed rows."""
    found = [["Lỗi", "Dòng", *map(cell_text, rows[heading - 1])]]
    for number in sorted(reasons):
        if heading < number <= len(rows):
            found.append(["; ".join(reasons[number]), str(number), *map(cell_text, rows[number - 1])])
    return found


def _write(book: Workbook, title: str, rows: Any) -> None:
    sheet: Worksheet = book.create_sheet(title)
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, value, bold=number == 0) for value in row])


def _cell(sheet: Worksheet, value: object, *, bold: bool) -> Cell:
    cell = WriteOnlyCell(sheet, value=clean(value))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
