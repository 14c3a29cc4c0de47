"""An `.xls` (Excel 97–2003) as pages, read by xlrd, which knows formats, hidden rows and merged cells.

Called only in the bounded process of `child`: the format cannot be guarded beforehand.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import xlrd
from xlrd.sheet import Cell, Sheet

from .cells import ErrorCell, seen_under
from .guards import MAX_COLUMNS, refuse
from .page import Merged, Page, columns_of


def read(data: bytes) -> list[Page]:
    """Every sheet in its order. Raises ImportRefused for a locked file, xlrd's own errors for a broken one."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, on_demand=False, logfile=_Silent())
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).lower():
            raise refuse("có mật khẩu", "mở bằng Excel, bỏ mật khẩu, lưu lại dạng .xlsx") from None
        raise
    return [_page(book, sheet) for sheet in book.sheets()]


class _Silent:
    """xlrd writes warnings to a file; nobody reads them."""

    def write(self, text: str) -> None:
        return None


def _page(book: xlrd.Book, sheet: Sheet) -> Page:
    if sheet.ncols > MAX_COLUMNS:
        raise refuse(f"có hơn {MAX_COLUMNS} cột", "xóa các cột trống ở cuối bảng rồi lưu lại")
    columns, height = columns_of(_rows(book, sheet), sheet.ncols)
    hidden_rows = frozenset(n for n, info in sheet.rowinfo_map.items() if info.hidden or info.height == 0)
    hidden_columns = frozenset(n for n, info in sheet.colinfo_map.items() if info.hidden or info.width == 0)
    merged = tuple(sorted(Merged(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells))
    return Page(sheet.name, columns, height, sheet.visibility == 0, hidden_rows, hidden_columns, merged)


def _rows(book: xlrd.Book, sheet: Sheet) -> Iterator[list[Any]]:
    return ([_value(book, cell) for cell in sheet.row(number)] for number in range(sheet.nrows))


def _value(book: xlrd.Book, cell: Cell) -> Any:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ErrorCell(xlrd.error_text_from_code.get(cell.value, "lỗi"))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(cell.value, book.datemode)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        seen = seen_under(_format(book, cell), cell.value)
        return cell.value if seen is None else seen
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else cell.value


def _format(book: xlrd.Book, cell: Cell) -> str:
    return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)


def _moment(value: float, datemode: int) -> date | datetime | time | str:
    try:
        found = xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return str(value)
    return found.time() if value < 1 else found.date() if found.time() == time(0) else found  # type: ignore[no-any-return]
