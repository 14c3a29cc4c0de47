"""An `.xlsx` as pages: values from calamine, and what `marks` finds in the XML put over them."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from . import marks
from .marks import Marks, seen
from .page import Merged, Page, PageColumn, columns_of


def read(data: bytes) -> list[Page]:
    """Every worksheet in its order. Raises whatever calamine and the archive raise; `book` puts it into words."""
    return marked(values(io.BytesIO(data)), marks.read(io.BytesIO(data)))


def values(source: str | IO[bytes]) -> list[Page]:
    """The pages as calamine sees them; errors that it does not know yet stand for those that it does."""
    try:
        return _values(source)
    except CalamineError:
        known = _with_known_errors(source)
        if known is None:
            raise
        return _values(io.BytesIO(known))


_NEWER_ERROR = re.compile(rb">#(?!N/A<|NAME\?<|DIV/0!<|REF!<|VALUE!<|NULL!<|NUM!<)[A-Z_/!?]{2,20}<")


def _with_known_errors(source: str | IO[bytes]) -> bytes | None:
    """The workbook with `#SPILL!` and its kin as `#N/A`: `marks` says what stands there. None where it has none."""
    out, changed = io.BytesIO(), 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content, count = _NEWER_ERROR.subn(b">#N/A<", content)
                changed += count
            new.writestr(name, content)
    return out.getvalue() if changed else None


def _values(source: str | IO[bytes]) -> list[Page]:
    opened = CalamineWorkbook.from_path(source) if isinstance(source, str) else CalamineWorkbook.from_filelike(source)
    metas = [meta for meta in opened.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    return [
        _page(opened.get_sheet_by_name(meta.name), visible=meta.visible == SheetVisibleEnum.Visible) for meta in metas
    ]


def _page(sheet: CalamineSheet, *, visible: bool) -> Page:
    columns, height = columns_of(_rows(sheet), sheet.end[1] + 1 if sheet.end else 0)
    merged = tuple(sorted(Merged(*start, *end) for start, end in sheet.merged_cell_ranges or ()))
    return Page(sheet.name, columns, height, visible, merged=merged)


def _rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Rows from the sheet's first, whatever column its cells begin in."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    return ([*before, *cells] for cells in sheet.iter_rows()) if before else iter(sheet.iter_rows())


def marked(pages: list[Page], found: Mapping[str, Marks]) -> list[Page]:
    """The pages with errors, formulas nobody computed, percentages and codes in their places, and what is hidden."""
    return [_marked(page, found.get(page.name, Marks())) for page in pages]


def _marked(page: Page, found: Marks) -> Page:
    page.hidden_rows, page.hidden_columns = frozenset(found.hidden_rows), frozenset(found.hidden_columns)
    by_column: dict[int, dict[int, object]] = {}
    for (row, column), what in found.odd.items():
        by_column.setdefault(column, {})[row] = what
    height = max([page.height, *(max(cells) + 1 for cells in by_column.values())])
    width = max([len(page.columns), *(column + 1 for column in by_column)])
    page.columns += [PageColumn([""], np.zeros(page.height, dtype=np.uint8)) for _ in range(width - len(page.columns))]
    if height > page.height:
        page.columns = [_longer(column, height) for column in page.columns]
        page.height = height
    for place, cells in by_column.items():
        page.columns[place] = _with_odd(page.columns[place], cells)
    return page


def _longer(column: PageColumn, height: int) -> PageColumn:
    """A column with blank cells below; calamine leaves out rows that hold errors alone."""
    blank = column.values.index("") if "" in column.values else len(column.values)
    index = np.full(height, blank, dtype=np.uint32)
    index[: len(column.index)] = column.index
    return PageColumn(column.values if blank < len(column.values) else [*column.values, ""], index)


def _with_odd(column: PageColumn, cells: Mapping[int, object]) -> PageColumn:
    index, known = column.index.astype(np.uint32), list(column.values)
    numbers: dict[tuple[object, int], int] = {}
    for row, mark in cells.items():
        place = (mark, int(index[row]))
        if place not in numbers:
            value = seen(mark, known[place[1]])
            numbers[place] = place[1] if value is None else len(known)
            known.extend([] if value is None else [value])
        index[row] = numbers[place]
    return PageColumn(known, index)
