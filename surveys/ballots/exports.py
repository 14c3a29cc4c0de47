"""The ballots that could not be taken, given back in the form of the file they came in: mended, it can be imported
as that file was."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import looks_like_formula, workbook_text
from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.table import SheetPart

from . import identity, personal
from .headings import REASON
from .sheet import BallotSheet

UNNAMED = "có ô không đọc được"
"""The reason of a row whose faults lie beyond those named one by one."""


def rest_of(sheet: BallotSheet) -> bytes:
    """An .xlsx with the sheets, headings and bad rows of the file, and a last column with the reasons. Every cell is
    text, so that nothing of a hostile file becomes a formula. Columns with people's data stay out, and so does a
    ballot's code that is a person."""
    reasons = _reasons(sheet.faults)
    book = Workbook()
    book.remove(book.worksheets[0])
    first, faulty = 0, np.zeros(len(sheet.table.rows), dtype=bool)
    faulty[sheet.in_table()[sheet.bad]] = True
    for part in sheet.table.parts:
        bad = faulty[first : first + len(part.numbers)]
        first += len(part.numbers)
        if bad.any():
            out: Worksheet = book.create_sheet((part.page.name or "Phiếu")[:31])
            _write_part(out, part, np.asarray(part.numbers)[bad].tolist(), reasons, _GivenColumns.of(sheet, part))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@dataclass(frozen=True, slots=True)
class _GivenColumns:
    """The columns of a page that are given back, and which of them is the ballot's code (-1: none)."""

    columns: list[int]
    code: int

    @classmethod
    def of(cls, sheet: BallotSheet, part: SheetPart) -> "_GivenColumns":
        """All columns but the reasons of before and people's data."""
        away = {at for at, text in enumerate(part.headings.texts) if text == REASON}
        asked = {part.places.get(at) for at in sheet.table.index.values()}
        for at, text in enumerate(part.headings.texts):
            if at not in asked and personal.is_column(text, _counts(part, at)):
                away.add(at)
        code = part.places.get(sheet.table.index.get("code", -1), -1)
        return cls([at for at in range(len(part.page.columns)) if at not in away], code)


def _counts(part: SheetPart, at: int) -> dict[str, int]:
    column = part.page.columns[at]
    numbers, times = np.unique(column.index[part.numbers], return_counts=True)
    counts: Counter[str] = Counter()
    for number, cells in zip(numbers, times, strict=True):
        counts[cell_text(column.values[number])] += int(cells)
    del counts[""]
    return counts


def _write_part(
    out: Worksheet,
    part: SheetPart,
    rows: Sequence[int],
    reasons: Mapping[tuple[str, int], list[str]],
    given: _GivenColumns,
) -> None:
    page, headings, columns, code = part.page, part.headings, given.columns, given.code
    for line, row in enumerate(range(headings.first, headings.last + 1), start=1):
        _write_row(out, line, [cell_text(page.cell(row, at)) for at in columns], bold=True)
    _write_cell(out, 1, len(columns) + 1, REASON, bold=True)
    for area in page.merged:
        if headings.first <= area.top <= area.bottom <= headings.last:
            top, bottom = area.top - headings.first + 1, area.bottom - headings.first + 1
            places = [place for place, at in enumerate(columns, start=1) if area.left <= at <= area.right]
            if places:
                out.merge_cells(start_row=top, end_row=bottom, start_column=places[0], end_column=places[-1])
    for line, row in enumerate(rows, start=headings.last - headings.first + 2):
        why = "; ".join(reasons.get((part.name, row + 1), [UNNAMED]))
        texts = {at: cell_text(_value(part, row, at)) for at in columns}
        if identity.is_personal(texts.get(code, "")):
            texts[code] = ""
        _write_row(out, line, [*texts.values(), why])
    out.column_dimensions[get_column_letter(len(columns) + 1)].width = 60


def _value(part: SheetPart, row: int, at: int) -> object:
    return part.filled[row, at] if (row, at) in part.filled else part.page.cell(row, at)


def _write_row(out: Worksheet, line: int, texts: Sequence[str], *, bold: bool = False) -> None:
    for column, text in enumerate(texts, start=1):
        if text:
            _write_cell(out, line, column, text, bold=bold)


def _write_cell(out: Worksheet, line: int, column: int, text: str, *, bold: bool = False) -> None:
    cell = out.cell(line, column, workbook_text(text))
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", looks_like_formula(text)
    if bold:
        cell.font = Font(bold=True)


def _reasons(faults: Sequence[Fault]) -> dict[tuple[str, int], list[str]]:
    reasons: dict[tuple[str, int], list[str]] = {}
    for fault in faults:
        told = f"{fault.column}: {fault.message}" if fault.column else fault.message
        reasons.setdefault((fault.sheet, fault.row), []).append(told)
    return reasons
