"""Failed rows given back as a spreadsheet with the reasons beside them."""

import io
from collections.abc import Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import workbook_cell
from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.table import Table, read_table
from cchc_index.lib.text import clean
from surveys.ballots import mapping
from surveys.ballots import sheet as ballots
from surveys.figures import sheet as figures
from surveys.models import ImportBatch
from surveys.plan import queries as plan

from .faults import unpack

FAULT_HEADINGS = ("Dòng", "Cột", "Lỗi", "Cách sửa")


def failed_rows(batch: ImportBatch) -> bytes:
    """An .xlsx of two sheets: the failed rows as they came with a column of reasons; every fault by cell.

    Every cell is text, so that nothing of a hostile file becomes a formula. Raises ImportRefused when the
    kept file cannot be read any more."""
    faults = unpack(batch.faults)
    with batch.file.open("rb") as stream:
        table = _table(batch, stream)
    book = Workbook(write_only=True)
    _write(book, "Dòng lỗi", _rows_with_reasons(table, faults))
    _write(book, "Các lỗi", [FAULT_HEADINGS, *[(_place(f), f.column, f.message, f.repair) for f in faults]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(batch: ImportBatch, stream: IO[bytes]) -> Table:
    """The file of a batch, read as it was when it was checked."""
    if batch.kind == ImportBatch.Kind.FIGURES:
        return read_table(stream, figures.COLUMNS, name=batch.file_name, take_hidden=batch.take_hidden)
    group = batch.respondent_group
    respondents = group.code if group else batch.counts["respondents"]
    return ballots.open_ballots(
        stream,
        name=batch.file_name,
        places=plan.places(batch.round_group),
        scale=plan.plan_for(batch.round_group, respondents).scale,
        mapping=mapping.of(batch.mapping),
        take_hidden=batch.take_hidden,
    )


def _place(fault: Fault) -> str:
    """The row's number, with the sheet's name where the file has several of them."""
    number = str(fault.row or "")
    return f"{fault.sheet}: {number}" if fault.sheet else number


def _rows_with_reasons(table: Table, faults: Sequence[Fault]) -> list[list[str]]:
    """The heading row, then the failed rows."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for fault in faults:
        reason = f"{fault.column}: {fault.message}" if fault.column else fault.message
        reasons.setdefault((fault.sheet, fault.row), []).append(reason)
    lines = [["Lỗi", "Dòng", *table.headings]]
    for row in table.rows:
        why = reasons.get((row.part.name, row.number))
        if why:
            number = f"{row.part.name}: {row.number}" if row.part.name else str(row.number)
            lines.append(["; ".join(why), number, *map(cell_text, row.cells)])
    return lines


def _write(book: Workbook, title: str, rows: Any) -> None:
    sheet: Worksheet = book.create_sheet(title)
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, value, bold=number == 0) for value in row])


def _cell(sheet: Worksheet, value: object, *, bold: bool) -> Cell:
    cell = WriteOnlyCell(sheet, value=workbook_cell(clean(value)))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
