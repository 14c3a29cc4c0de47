"""The analysis as files: a workbook of all its tables, one table as CSV. The same numbers give the same bytes."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import put_text, safe_cell
from cchc_index.lib.packed import same_bytes

from .tables import AnalysisTable, FileValue, facts, file_tables

BOLD = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")


def analysis_xlsx(told: Mapping[str, Any]) -> bytes:
    """What the numbers are first, then a sheet for each table."""
    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    first = book.create_sheet("Thông tin")
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 24, 110
    for row, line in enumerate(facts(told), start=1):
        _write(first, row, line)
        first.cell(row, 2).alignment = WRAPPED
    for table in file_tables(told):
        _fill(book.create_sheet(table.title), table)
    out = io.BytesIO()
    book.save(out)
    return same_bytes(out.getvalue())


def analysis_csv(told: Mapping[str, Any], key: str) -> bytes:
    """One table: UTF-8 with the mark by which Excel knows it, dots as decimal signs. Raises KeyError for a table that
    is not there."""
    table = {one.key: one for one in file_tables(told)}[key]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_text(value) for value in line] for line in (table.heads, *table.lines))
    return out.getvalue().encode("utf-8-sig")


def _text(value: FileValue) -> str:
    return safe_cell(value) if isinstance(value, str) else "" if value is None else str(value)


def _fill(sheet: Worksheet, table: AnalysisTable) -> None:
    for row, line in enumerate((table.heads, *table.lines), start=1):
        _write(sheet, row, line)
    sheet.freeze_panes = "C2"
    for column, head in enumerate(table.heads, start=1):
        sheet.cell(1, column).font, sheet.cell(1, column).alignment = BOLD, WRAPPED
        sheet.column_dimensions[get_column_letter(column)].width = 48 if head in table.wide else 16


def _write(sheet: Worksheet, row: int, values: Sequence[FileValue]) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            assert isinstance(cell, Cell)  # no cell of ours is merged
            put_text(cell, value)
        else:
            cell.value = value
