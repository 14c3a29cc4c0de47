"""A criteria set as a spreadsheet under the headings that `reading` reads, every rule in words: importing it changes
nothing."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import put_text
from criteria import scoring, tree
from criteria.models import Criterion, Provenance

from .reading import COLUMNS
from .words import KIND_WORDS, NORMAL, SOURCE_WORDS, guidance_parts

NORMAL_WORD = "Thường"
LEFT_OUT = ("number",)
"""Columns that say what another says."""
WIDTHS = {"name": 60, "rule": 48, "guidance": 48, "evidence": 48}


def xlsx_bytes(rows: Sequence[Criterion], *, own_last_year: bool = False) -> bytes:
    """The rows of a set (with their `previous`) as one sheet, in the order of their codes. `own_last_year`: the set
    measured last year too, so that each criterion's code of last year is its own."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Bộ tiêu chí"
    columns = [column for column in COLUMNS if column.key not in LEFT_OUT]
    for place, column in enumerate(columns, start=1):
        _cell(sheet, 1, place, column.heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column.key, 16)
    ordered = sorted(rows, key=lambda row: tree.natural_key(row.code))
    stand_out = _among_others(ordered)
    for line, row in enumerate(ordered, start=2):
        values = _values(row, stands_out=row.code in stand_out)
        if own_last_year:
            values["previous"] = row.code
        for place, column in enumerate(columns, start=1):
            _cell(sheet, line, place, values[column.key])
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _values(row: Criterion, *, stands_out: bool) -> dict[str, str | Decimal]:
    guidance, evidence = guidance_parts(row.guidance)
    return {
        "code": row.code,
        "name": row.name,
        "points": row.max_points,
        "source": SOURCE_WORDS.get(row.source, ""),
        "kind": NORMAL_WORD if row.kind == NORMAL and stands_out else KIND_WORDS[row.kind],
        "rule": scoring.in_words(row.rule) if row.is_leaf else "",
        "guidance": guidance,
        "evidence": evidence,
        "previous": row.previous.code if row.previous else row.previous_code,
        "provenance": Provenance(row.provenance).label,
        "printed_code": row.printed_code,
        "printed_points": row.printed_max,
    }


def _among_others(rows: Iterable[Criterion]) -> set[str]:
    """The normal rows above or below rows of bonus or deduction: a blank cell there would be read as theirs."""
    extra = {row.code for row in rows if row.kind != NORMAL}
    above = {prefix for code in extra for prefix in tree.prefixes(code)}
    return above | {row.code for row in rows if extra.intersection(tree.prefixes(row.code))}


def _cell(sheet: Worksheet, line: int, place: int, value: str | Decimal) -> Cell:
    cell = sheet.cell(line, place)
    assert isinstance(cell, Cell)  # no cell of ours is merged
    if isinstance(value, Decimal):
        cell.value, cell.number_format = value, "0.####"
    else:
        put_text(cell, value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
