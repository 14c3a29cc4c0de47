"""Spreadsheets in: hostile until proven.

Order of checks: size → zip directory (members, total, ratio, names) → a streamed pass over the
cell references (one far cell makes a reader allocate gigabytes) → calamine → headings.
`read_table` gives rows that know their spreadsheet row number and column letters.
"""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook  # noqa: TID251 (small guarded workbooks: calamine does not show formulas)
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .faults import Fault, ImportRefused
from .sheet_cells import unreadable_cells
from .sheet_guards import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, guard_small, guard_zip, refuse
from .text import clean, fold

MAX_BYTES = 30 * 1024 * 1024
HEADING_ROWS = 30
MAX_NAMED = 200
"""Faults of one kind named one by one; a file with more is wrong as a whole."""
NEARLY = 0.85
"""Similarity above which an unknown heading is taken for a misspelt one (and named as a fault)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column we look for: `key` for the code, `heading` as the decisions call it, other names."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = True

    def names(self) -> tuple[str, ...]:
        return _folded(self.heading, *self.aliases)


@cache
def _folded(*names: str) -> tuple[str, ...]:
    return tuple(fold(name) for name in names)


@dataclass(slots=True)
class SheetRow:
    """One row: `number` as the spreadsheet counts, values by column key."""

    number: int
    cells: Sequence[Any]
    table: "Table"

    def __getitem__(self, key: str) -> Any:
        index = self.table.index.get(key)
        return None if index is None or index >= len(self.cells) else self.cells[index]

    def text(self, key: str) -> str:
        return cell_text(self[key])

    def column(self, key: str) -> str:
        """The column's letter and heading, for a fault: `C (Điểm tối đa)`."""
        return self.table.column_name(key)

    def fault(self, key: str, message: str, repair: str = "", *, repairable: bool = False) -> Fault:
        return Fault(self.number, self.column(key) if key else "", message, repair, repairable)

    def is_blank(self) -> bool:
        return all(cell_text(cell) == "" for cell in self.cells)


@dataclass(slots=True)
class Table:
    """A sheet with its heading row found. `extra` holds the headings nobody asked for, by column."""

    rows: list[SheetRow]
    heading_row: int
    index: dict[str, int]
    headings: list[str]
    extra: dict[int, str]
    faults: list[Fault] = field(default_factory=list)
    """Misspelt headings read as the ones they resemble (repairable), rows with more cells than headings."""

    def column_name(self, key: str) -> str:
        position = self.index.get(key)
        if position is None:
            return key
        return f"{get_column_letter(position + 1)} ({self.headings[position]})"


def cell_text(value: object) -> str:
    """A cell as text: 1.0 → "1", dates as dd/mm/yyyy, NFC, trimmed."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.strftime("%d/%m/%Y")
    return clean(value)


def is_date(value: object) -> bool:
    """Whether Excel turned the cell into a date or time (it does so to codes like 1.6.1)."""
    return isinstance(value, datetime | date | time)


def read_table(
    source: str | Path | IO[bytes],
    columns: Sequence[Column],
    *,
    name: str = "",
    max_bytes: int = MAX_BYTES,
    max_cells: int = MAX_CELLS,
    skip_numbering: bool = False,
) -> Table:
    """Read an `.xlsx` or `.csv`, find the heading row, give its rows.

    Headings match without case, accents or extra spaces; one that nearly matches becomes a
    repairable fault in `table.faults`. `skip_numbering` drops the row `1 | 2 | 3` that official
    annexes print under their heading. Raises ImportRefused when the file is not a readable
    spreadsheet or a required column is missing.
    """
    cells = read_cells(source, name=name, max_bytes=max_bytes, max_cells=max_cells)
    return _with_headings(cells, columns, skip_numbering)


def read_cells(
    source: str | Path | IO[bytes], *, name: str = "", max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS
) -> list[list[Any]]:
    """Every row of the first sheet as plain values, after all the guards."""
    data, name = _load(source, name, max_bytes)
    if data[:2] == b"PK":
        guard_zip(data, max_cells)
        _refuse_all(unreadable_cells(data))
        return _read_xlsx(data)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise refuse("là tệp Excel đời cũ (.xls) hoặc có mật khẩu", "mở bằng Excel, bỏ mật khẩu, lưu lại dạng .xlsx")
    is_binary = name.lower().endswith((".xlsx", ".xlsm")) or b"\x00" in data[:4096].replace(b"\xff\xfe", b"")
    if is_binary and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse("không phải bảng tính .xlsx hoặc .csv", "lưu lại bằng Excel hoặc LibreOffice dạng .xlsx")
    return _read_csv(data, max_cells)


@dataclass(slots=True)
class SheetBook:
    """Every sheet of a small workbook, in its order; `unvalued` holds the (row, column) places, from 0, of
    formulas that nobody has computed yet."""

    sheets: dict[str, list[list[Any]]]
    visible: list[str]
    unvalued: dict[str, set[tuple[int, int]]]


def read_book(
    source: str | Path | IO[bytes], *, name: str = "", max_bytes: int, max_unpacked: int, max_rows: int
) -> SheetBook:
    """Every sheet of an `.xlsx` by name, hidden ones too, after all the guards; for the workbooks we hand out.

    Much tighter than `read_cells`, since these are small: `max_unpacked` bytes in all, `max_rows` a sheet.
    Raises ImportRefused.
    """
    data, name = _load(source, name, max_bytes)
    if data[:2] != b"PK":
        raise refuse("không phải bảng tính .xlsx", "lưu lại bằng Excel hoặc LibreOffice dạng .xlsx")
    guard_zip(data, MAX_CELLS)
    guard_small(data, max_unpacked)
    try:
        return _read_book(data, max_rows)
    except BaseException as error:  # calamine panics derive from BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | ImportRefused):
            raise
        raise refuse(
            "không đọc được nội dung bảng tính", "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx"
        ) from error


def _read_book(data: bytes, max_rows: int) -> SheetBook:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    metas = [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    sheets = {}
    for meta in metas:
        sheet = workbook.get_sheet_by_name(meta.name)
        if sheet.total_height > max_rows:
            raise refuse(f"có hơn {max_rows} dòng ở trang “{meta.name[:40]}”", "xóa các dòng thừa rồi lưu lại")
        sheets[meta.name] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    visible = [meta.name for meta in metas if meta.visible == SheetVisibleEnum.Visible]
    return SheetBook(sheets, visible, _unvalued(data, sheets))


def _unvalued(data: bytes, sheets: Mapping[str, list[list[Any]]]) -> dict[str, set[tuple[int, int]]]:
    """Formulas without a cached value: calamine shows those as empty cells, so openpyxl names them."""
    book = load_workbook(io.BytesIO(data), read_only=True)
    found: dict[str, set[tuple[int, int]]] = {}
    for sheet in book.worksheets:
        values = sheets.get(sheet.title, [])
        sheet.reset_dimensions()
        formulas = (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
        places = ((int(cell.row or 1) - 1, int(cell.column or 1) - 1) for cell in formulas)
        found[sheet.title] = {place for place in places if _value_at(values, *place) in ("", None)}
    book.close()
    return found


def _value_at(values: list[list[Any]], row: int, column: int) -> Any:
    return values[row][column] if row < len(values) and column < len(values[row]) else None


def table_of(cells: list[list[Any]], columns: Sequence[Column]) -> Table:
    """`read_table` for rows already read."""
    return _with_headings(cells, columns, False)


def _load(source: str | Path | IO[bytes], name: str, max_bytes: int) -> tuple[bytes, str]:
    if isinstance(source, str | Path):
        path = Path(source)
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
        name = name or path.name
    else:
        source.seek(0)
        data = source.read(max_bytes + 1)
        name = name or str(getattr(source, "name", ""))
    if len(data) > max_bytes:
        raise refuse(f"lớn hơn {max_bytes // 1024 // 1024} MB", "tách thành nhiều tệp nhỏ hơn")
    if not data.strip():
        raise refuse("trống", "chọn đúng tệp rồi tải lại")
    return data, name


def _read_xlsx(data: bytes) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = next(
            workbook.get_sheet_by_index(i)
            for i, meta in enumerate(workbook.sheets_metadata)
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        )
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except BaseException as error:  # calamine panics derive from BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise refuse(
            "không đọc được nội dung bảng tính", "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx"
        ) from error


def _read_csv(data: bytes, max_cells: int) -> list[list[Any]]:
    text = _decode(data)
    # Title rows may hold no delimiter at all: the first line that holds one decides.
    line = next((line for line in text[:4096].splitlines() if any(mark in line for mark in ";\t,")), "")
    delimiter = max(";\t,", key=lambda mark: (line.count(mark), mark == ","))
    rows: list[list[Any]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS or cells > max_cells:
                raise refuse(f"có hơn {MAX_ROWS} dòng hoặc {MAX_COLUMNS} cột", "tách thành nhiều tệp nhỏ hơn")
            while row and not row[-1]:  # a file of nothing but delimiters must not fill the memory
                row.pop()
            rows.append(list(row))
    except csv.Error as error:
        raise refuse(f"CSV hỏng ở dòng {len(rows) + 1}", "lưu lại dạng CSV UTF-8 hoặc .xlsx") from error
    return rows


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("không phải chữ Unicode (UTF-8)", "lưu lại dạng CSV UTF-8 hoặc .xlsx") from None


def _refuse_all(faults: list[Fault]) -> None:
    """Faults after which the rest of the file cannot be trusted to mean what it seems to."""
    if faults:
        raise ImportRefused(faults)


def _with_headings(cells: list[list[Any]], columns: Sequence[Column], skip_numbering: bool) -> Table:
    position = _heading_position(cells, columns)
    headings = [cell_text(cell) for cell in cells[position]]
    index, extra, faults = _match(headings, columns, position + 1)
    table = Table([], position + 1, index, headings, extra, [*faults, *_overlong(cells, position)])
    _refuse_all(_twins(headings, index, extra, columns, position))
    missing = [c.heading for c in columns if c.required and c.key not in index]
    if missing:
        names = ", ".join(f"“{heading}”" for heading in missing)
        raise ImportRefused(
            [Fault(position + 1, "", f"thiếu cột {names}", "thêm cột với đúng tiêu đề đó ở dòng tiêu đề")]
        )
    for number, row in enumerate(cells[position + 1 :], start=position + 2):
        found = SheetRow(number, row, table)
        if not found.is_blank() and not (skip_numbering and _is_numbering(row, number, position)):
            table.rows.append(found)
    return table


def _twins(
    headings: Sequence[str],
    index: Mapping[str, int],
    extra: Mapping[int, str],
    columns: Sequence[Column],
    position: int,
) -> list[Fault]:
    """A second column under a heading already found: nobody can say which of the two is meant."""
    letters = {key: f"{get_column_letter(at + 1)} “{headings[at]}”" for key, at in index.items()}
    return [
        Fault(
            position + 1,
            get_column_letter(at + 1),
            f"cột “{heading}” trùng nghĩa với cột {letters[column.key]}",
            "giữ lại một cột, đổi tên hoặc xóa cột kia",
        )
        for at, heading in extra.items()
        for column in columns
        if column.key in index and fold(heading) in column.names()
    ]


def _overlong(cells: Sequence[Sequence[Any]], position: int) -> list[Fault]:
    """Rows with more cells than there are headings: in a CSV an unquoted decimal comma does that."""
    width = len(cells[position])
    return [
        Fault(
            number,
            get_column_letter(width + 1),
            f"có {len(row)} ô mà bảng chỉ có {width} cột, các ô có thể đã lệch cột",
            "đặt số có dấu phẩy trong ngoặc kép, hoặc lưu CSV ngăn cột bằng dấu chấm phẩy",
        )
        for number, row in enumerate(cells[position + 1 :], start=position + 2)
        if len(row) > width and any(cell_text(cell) for cell in row[width:])
    ][:MAX_NAMED]


def _heading_position(cells: list[list[Any]], columns: Sequence[Column]) -> int:
    """The row among the first HEADING_ROWS that names most of our columns."""
    best, best_score = 0, 0
    for position, row in enumerate(cells[:HEADING_ROWS]):
        headings = {fold(cell_text(cell)) for cell in row} - {""}
        score = sum(_named(column, headings) for column in columns)
        if score > best_score:
            best, best_score = position, score
    if best_score == 0:
        names = ", ".join(f"“{c.heading}”" for c in columns if c.required)
        raise refuse("không có dòng tiêu đề", f"đặt ở dòng đầu các cột {names}")
    return best


def _named(column: Column, headings: Collection[str]) -> bool:
    names = column.names()
    return any(test(heading, names) for heading in headings for test in (_same, _begins, _nearly))


def _match(
    headings: Sequence[str], columns: Sequence[Column], row: int
) -> tuple[dict[str, int], dict[int, str], list[Fault]]:
    index: dict[str, int] = {}
    faults: list[Fault] = []
    folded = [fold(heading) for heading in headings]
    free = {i for i, heading in enumerate(folded) if heading}
    for test in (_same, _begins):
        for column in columns:
            hit = next((i for i in sorted(free) if column.key not in index and test(folded[i], column.names())), None)
            if hit is not None:
                index[column.key] = hit
                free.discard(hit)
    for column in columns:
        hit = next((i for i in sorted(free) if column.key not in index and _nearly(folded[i], column.names())), None)
        if hit is not None:
            index[column.key] = hit
            free.discard(hit)
            letter = get_column_letter(hit + 1)
            faults.append(
                Fault(
                    row, letter, f"tiêu đề “{headings[hit]}” viết sai", f"sửa thành “{column.heading}”", repairable=True
                )
            )
    return index, {i: headings[i] for i in sorted(free)}, faults


def _same(heading: str, names: Sequence[str]) -> bool:
    return heading in names


def _begins(heading: str, names: Sequence[str]) -> bool:
    """`Nội dung/Tiêu chí/Tiêu chí thành phần` and `Điểm tối đa (điểm)` begin with a name we know."""
    return any(len(name) > 3 and re.match(re.escape(name) + r"\s*[/(:\[]", heading) for name in names)


def _nearly(heading: str, names: Sequence[str]) -> bool:
    """Lengths first: two texts are no nearer than 2·shorter ÷ (both), and comparing costs the most."""
    return any(
        len(name) > 5
        and 2 * min(len(name), len(heading)) >= NEARLY * (len(name) + len(heading))
        and SequenceMatcher(None, heading, name).ratio() >= NEARLY
        for name in names
    )


def _is_numbering(row: Sequence[Any], number: int, heading_position: int) -> bool:
    """The row `1 | 2 | 3` that official tables print under their heading."""
    filled = [cell_text(cell) for cell in row if cell_text(cell)]
    return number == heading_position + 2 and len(filled) > 1 and filled == [str(i) for i in range(1, len(filled) + 1)]
