"""The same sheets as files of every format: what a test says does not depend on the program that wrote them."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlwt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Rows = list[list[object]]


@dataclass(frozen=True, slots=True)
class Percent:
    """A number under the format 0%: 0.01 is shown as 1%."""

    value: float


@dataclass(frozen=True, slots=True)
class Error:
    """An error constant, as a cell holds it after "paste values"."""

    shown: str = "#N/A"


@dataclass(frozen=True, slots=True)
class Under:
    """A number under a format of its own, and how LibreOffice shows it."""

    value: Any
    code: str
    shown: str = ""


@dataclass(slots=True)
class Sheet:
    """Rows and columns count from 0; a merged area is (top, left, bottom, right)."""

    rows: Rows
    name: str = "Trang 1"
    visible: bool = True
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    filtered: bool = False
    merged: Sequence[tuple[int, int, int, int]] = field(default_factory=list)


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    page.sheet_state = "visible" if sheet.visible else "hidden"
    for number, row in enumerate(sheet.rows, start=1):
        column: int
        value: Any
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column)
            if isinstance(value, Percent):
                cell.value, cell.number_format = value.value, "0%"
            elif isinstance(value, Under):
                cell.value, cell.number_format = value.value, value.code
            elif isinstance(value, Error):
                cell.value = value.shown
                cell.data_type = "e"
            else:
                cell.value = value
                if isinstance(value, str) and not value.startswith("="):
                    cell.data_type = "s"
    if sheet.filtered:
        page.auto_filter.ref = page.dimensions
    for number in sheet.hidden_rows:
        page.row_dimensions[number + 1].hidden = True
    for column in sheet.hidden_columns:
        page.column_dimensions["ABCDEFGHIJKLMNOP"[column]].hidden = True
    for top, left, bottom, right in sheet.merged:
        page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def xls(sheets: Sequence[Sheet]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    styles = {
        "percent": xlwt.easyxf(num_format_str="0%"),
        "date": xlwt.easyxf(num_format_str="DD/MM/YYYY"),
        "plain": xlwt.easyxf(),
    }
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        page.visibility = 0 if sheet.visible else 1
        covered = {
            (r, c) for t, left, b, right in sheet.merged for r in range(t, b + 1) for c in range(left, right + 1)
        }
        for number, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                if (number, column) not in covered:
                    _xls_cell(page, number, column, value, styles)
        for top, left, bottom, right in sheet.merged:
            page.write_merge(top, bottom, left, right, sheet.rows[top][left])
        for number in sheet.hidden_rows:
            page.row(number).hidden = True
        for column in sheet.hidden_columns:
            page.col(column).hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_CODES_OF_XLS = {"#N/A": 0x2A, "#REF!": 0x17}


def _xls_cell(page: xlwt.Worksheet, row: int, column: int, value: object, styles: Mapping[str, xlwt.XFStyle]) -> None:
    if isinstance(value, Percent):
        page.write(row, column, value.value, styles["percent"])
    elif isinstance(value, Under):
        page.write(row, column, value.value, xlwt.easyxf(num_format_str=value.code))
    elif isinstance(value, Error):
        page.row(row).set_cell_error(column, _CODES_OF_XLS[value.shown], styles["plain"])
    elif isinstance(value, date):
        page.write(row, column, value, styles["date"])
    elif value is not None:
        page.write(row, column, value, styles["plain"])


_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def ods(sheets: Sequence[Sheet]) -> bytes:
    """As LibreOffice writes it, without what carries no content."""
    hidden = '<style:style style:name="an"><style:table-properties table:display="false"/></style:style>'
    tables = "".join(map(_ods_table, sheets))
    content = (
        f'<?xml version="1.0"?><office:document-content {_NAMES}><office:automatic-styles>{hidden}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def _ods_table(sheet: Sheet) -> str:
    width = max(map(len, sheet.rows))
    columns = "".join(f"<table:table-column{_collapsed(n in sheet.hidden_columns)}/>" for n in range(width))
    rows = "".join(
        f"<table:table-row{_collapsed(n in sheet.hidden_rows, filtered=sheet.filtered)}>"
        + "".join(_ods_cell(sheet, n, column, value) for column, value in enumerate(row))
        + "</table:table-row>"
        for n, row in enumerate(sheet.rows)
    )
    style = "" if sheet.visible else ' table:style-name="an"'
    return f"<table:table table:name={quoteattr(sheet.name)}{style}>{columns}{rows}</table:table>"


def _collapsed(hidden: bool, *, filtered: bool = False) -> str:
    return f' table:visibility="{"filter" if filtered else "collapse"}"' if hidden else ""


def _ods_cell(sheet: Sheet, row: int, column: int, value: object) -> str:
    span = ""
    for top, left, bottom, right in sheet.merged:
        if (row, column) == (top, left):
            span = f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        elif top <= row <= bottom and left <= column <= right:
            return "<table:covered-table-cell/>"
    kind, shown = _ods_value(value)
    return f"<table:table-cell{span}{kind}>{shown}</table:table-cell>"


def _ods_value(value: object) -> tuple[str, str]:
    if value is None or value == "":
        return "", ""
    if isinstance(value, Percent):
        kind = f' office:value-type="percentage" office:value="{value.value}"'
        return kind, f"<text:p>{value.value * 100:g}%</text:p>"
    if isinstance(value, Under):
        return f' office:value-type="float" office:value="{value.value}"', f"<text:p>{value.shown}</text:p>"
    if isinstance(value, Error):
        return ' office:value-type="string" office:string-value=""', f"<text:p>{value.shown}</text:p>"
    if isinstance(value, date):
        return (
            f' office:value-type="date" office:date-value="{value.isoformat()}"',
            f"<text:p>{value:%d/%m/%Y}</text:p>",
        )
    if isinstance(value, int | float):
        return f' office:value-type="float" office:value="{value!r}"', f"<text:p>{value:g}</text:p>"
    if str(value).startswith("="):
        return f" table:formula={quoteattr(f'of:{value}')}", ""
    return ' office:value-type="string"', f"<text:p>{escape(str(value))}</text:p>"


def delimited(rows: Iterable[Sequence[object]], *, mark: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows([list(map(_as_text, row)) for row in rows])
    return out.getvalue().encode(encoding)


def _as_text(value: object) -> str:
    if isinstance(value, Percent):
        return f"{value.value * 100:g}%"
    if isinstance(value, Error):
        return value.shown
    return "" if value is None else f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


WRITERS: dict[str, Callable[[Sequence[Sheet]], bytes]] = {
    "xlsx": xlsx,
    "ods": ods,
    "xls": xls,
    "csv": lambda sheets: delimited(sheets[0].rows),
}
