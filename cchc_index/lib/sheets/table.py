"""A table: a page's headings found, its rows known by the spreadsheet's own numbers and letters, every cell guarded.

What a column holds is said once (`Column.holds`), and here alone it is checked that each of its cells can hold it.
What is left out of the file, or understood otherwise than it stands there, is said in `Table.said`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.text import fold

from . import asides, delimited, guarding, headings
from .book import MAX_BYTES, SheetBook, open_book
from .cells import cell_text, is_blank
from .guards import MAX_CELLS, refuse
from .headings import ADDRESS, BY_ROW, CODE, DAY, NUMBER, PRINTED, TEXT, Column, Headings
from .page import Merged, Page, RowColumn

__all__ = [
    "ADDRESS",
    "BY_ROW",
    "CODE",
    "DAY",
    "NUMBER",
    "PRINTED",
    "TEXT",
    "Column",
    "SheetRow",
    "Table",
    "numbered",
    "read_table",
    "table_of",
]
MAX_NAMED = 200
"""Faults of one kind named one by one; a file with more is wrong as a whole."""
MAX_SAID = 10
"""Rows left out that are named by number; more are counted."""


@dataclass(slots=True)
class SheetPart:
    """One sheet of a table: where its data begin and which of its columns is which of the table's."""

    page: Page
    headings: Headings
    places: dict[int, int]
    """The table's column → the page's."""
    filled: dict[RowColumn, Any] = field(default_factory=dict)
    """Cells of merged areas that stand for the area's first cell."""
    name: str = ""
    """The sheet's name, where a table has several sheets."""
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """The rows of the page that are data, from 0, in their order."""

    def cell(self, row: int, column: int) -> Any:
        place = self.places.get(column)
        if place is None:
            return None
        return self.filled[row, place] if (row, place) in self.filled else self.page.cell(row, place)


@dataclass(slots=True)
class SheetRow:
    """One row: `number` as the spreadsheet counts, values by column key."""

    number: int
    part: SheetPart
    table: "Table"

    def __getitem__(self, key: str) -> Any:
        """The cell's value; None where there is none, or none that can be used (the fault is in the table)."""
        index = self.table.index.get(key)
        return None if index is None or (self.part.name, self.number, index) in self.table.unusable else self.at(index)

    def at(self, column: int) -> Any:
        """The cell of a column of the table, whether anybody asked for it or not."""
        return self.part.cell(self.number - 1, column)

    @property
    def cells(self) -> list[Any]:
        return [self.at(column) for column in range(len(self.table.headings))]

    @property
    def place(self) -> str:
        """Where the row stands, inside a sentence: `dòng 5`, `dòng 5 trang “Đợt 2”`."""
        return f"dòng {self.number}" + (f" trang “{self.part.name}”" if self.part.name else "")

    def text(self, key: str) -> str:
        return cell_text(self[key])

    def column(self, key: str) -> str:
        """The column's letter and heading, for a fault: `C (Điểm tối đa)`."""
        return self.table.column_name(key)

    def fault(self, key: str, message: str, repair: str = "", *, repairable: bool = False) -> Fault:
        """A fault of this cell. Where the table already has one, that one: it is the cause."""
        index = self.table.index.get(key)
        known = self.table.unusable.get((self.part.name, self.number, index)) if index is not None else None
        return known or Fault(self.number, self.column(key) if key else "", message, repair, repairable, self.part.name)


@dataclass(slots=True)
class Table:
    """Sheets with their heading rows found. `extra` holds the headings nobody asked for, by column."""

    heading_row: int
    index: dict[str, int]
    headings: list[str]
    extra: dict[int, str]
    parts: list[SheetPart]
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    """Misspelt headings (repairable), rows with more cells than headings, cells that their column cannot hold."""
    said: list[str] = field(default_factory=list)
    """What was left out, or understood otherwise than it stands in the file: sentences for people."""
    unusable: dict[tuple[str, int, int], Fault] = field(default_factory=dict)
    """The faults of single cells by sheet, row number and column of the table."""

    def column_name(self, key: str) -> str:
        position = self.index.get(key)
        return key if position is None else self.name_of(position)

    def name_of(self, position: int) -> str:
        """A column's letter and heading: `C (Điểm tối đa)`."""
        return f"{get_column_letter(position + 1)} ({self.headings[position][:60]})"

    def said_with_columns(self) -> list[str]:
        """`said`, and the columns that hold something and that nobody asked for."""
        unread = [at for at in self._filled_columns() if at not in self.index.values()]
        names = ", ".join(
            self.name_of(at) if self._has_heading(at) else f"{get_column_letter(at + 1)} (không có tiêu đề)"
            for at in unread
        )
        return [*self.said, f"Không đọc cột: {names}."] if unread else self.said

    def _has_heading(self, position: int) -> bool:
        return position < len(self.headings) and bool(self.headings[position])

    def _filled_columns(self) -> list[int]:
        width = max(len(part.page.columns) for part in self.parts)
        return [at for at in range(width) if self._has_heading(at) or self.holds_something(at)]

    def leave_out(self, away: Collection[int]) -> None:
        """Take the rows at these positions of `rows` out of the table."""
        at = 0
        for part in self.parts:
            stay = np.array([at + n not in away for n in range(len(part.numbers))], dtype=bool)
            at += len(part.numbers)
            part.numbers = part.numbers[stay]
        self.rows = [row for number, row in enumerate(self.rows) if number not in away]

    def holds_something(self, position: int) -> bool:
        """Whether any row has a value in this column."""
        values, index = self.column(position)
        return any(not is_blank(values[number]) for number in np.unique(index))

    def column(self, position: int) -> tuple[list[Any], NDArray[np.uint32]]:
        """The cells of a column for `rows`, as distinct values and, for each row, the number of one of them."""
        values: list[Any] = []
        indexes = []
        for part in self.parts:
            place = part.places.get(position)
            column = None if place is None else part.page.columns[place]
            index = np.zeros(len(part.numbers), dtype=np.uint32) if column is None else column.index[part.numbers]
            indexes.append(index.astype(np.uint32) + len(values))
            values += [None] if column is None else column.values
            for at in np.flatnonzero(np.isin(part.numbers, [r for r, c in part.filled if c == place])):
                indexes[-1][at] = len(values)
                values.append(part.filled[int(part.numbers[at]), place or 0])
        return values, np.concatenate(indexes)


def read_table(
    source: str | Path | IO[bytes],
    columns: Sequence[Column],
    *,
    name: str = "",
    max_bytes: int = MAX_BYTES,
    max_cells: int = MAX_CELLS,
    take_hidden: bool = False,
    word: bool = False,
) -> Table:
    """Read a spreadsheet (`.xlsx`, `.csv`, `.ods`, `.xls`; with `word` also the tables of a `.docx`), find its
    headings, give its rows.

    Visible sheets with the same headings are read one after the other. Rows and columns that are hidden are left
    out unless `take_hidden`; either is said. Raises ImportRefused when the file is not a readable spreadsheet or
    lacks a required column.
    """
    book = open_book(source, name=name, max_bytes=max_bytes, max_cells=max_cells, word=word)
    return table_of(book, columns, take_hidden=take_hidden)


def table_of(
    book: SheetBook, columns: Sequence[Column], *, take_hidden: bool = False, rows: int | None = None,
    own_title: bool = False,
) -> Table:  # fmt: skip
    """`read_table` for an open file, whose headings take `rows` rows where that is known; `own_title`: what stands
    above them is our template's, nothing to tell."""
    page = _main_page(book, columns, rows)
    found = _checked(page, columns, take_hidden, rows)
    others = [] if book.is_text else [other for other in book.visible if other is not page]
    same = [other for other in others if _same_headings(other, columns, found, rows)]
    table = Table(found.first + 1, found.index, found.texts, found.extra, [], faults=list(found.faults))
    table.parts.append(_part(page, found, found, page.name if same else ""))
    for other in same:
        theirs = _checked(other, columns, take_hidden, rows)
        table.faults += theirs.faults
        table.parts.append(_part(other, theirs, found, other.name))
    if not book.is_text:
        table.said += _said_of_pages(book, page, same)
    for part in table.parts:
        _take_part(table, part, columns, take_hidden, own_title=own_title)
    return table


# --- which sheets ----------------------------------------------------------------------------------


def _main_page(book: SheetBook, columns: Sequence[Column], rows: int | None) -> Page:
    """The visible page whose headings name most of our columns: the first of them, of a text file the best cut."""
    pages = book.pages if book.is_text else book.visible
    if not pages:
        raise refuse("không có trang tính nào đang hiện", "bỏ ẩn trang có dữ liệu rồi lưu lại")
    best = max(pages, key=lambda page: headings.score(page, columns, rows))
    if headings.score(best, columns, rows) == 0:
        best = next((page for page in pages if page.broken_row), best)
    delimited.refuse_broken(best)
    return best


def _checked(page: Page, columns: Sequence[Column], take_hidden: bool, rows: int | None) -> Headings:
    """The headings of a page. Raises ImportRefused for twins and for a required column that is missing or hidden."""
    found = headings.find(page, columns, rows)
    twins = headings.twins(found, columns)
    if twins:
        raise ImportRefused(twins)
    missing = found.missing(columns)
    if missing:
        headings.garbled(page, range(found.first, found.last + 1))
        raise ImportRefused([_missing(found, missing)])
    if not take_hidden:
        for at in page.hidden_columns & found.extra.keys():
            del found.extra[at]
    return found


def _missing(found: Headings, missing: Sequence[Column]) -> Fault:
    names = ", ".join(f"“{column.heading}”" for column in missing)
    merged = f"{found.first + 1}–{found.last + 1}" if found.last > found.first else str(found.first + 1)
    repair = "thêm cột với đúng tiêu đề đó ở dòng tiêu đề"
    if found.last > found.first:
        repair += "; nếu tiêu đề gồm hai dòng hoặc ô gộp, bỏ gộp và ghi mỗi cột một tiêu đề trên một dòng"
    repair = "; ".join([repair, *(column.otherwise for column in missing if column.otherwise)])
    return Fault(int(merged.partition("–")[0]), "", f"thiếu cột {names}", repair)


def _same_headings(page: Page, columns: Sequence[Column], main: Headings, rows: int | None) -> bool:
    """A further sheet is the same table when it has every column we found in the first."""
    if headings.score(page, columns, rows) == 0:
        return False
    theirs = headings.find(page, columns, rows)
    return main.index.keys() <= theirs.index.keys() and _folded(main.extra.values()) <= _folded(theirs.extra.values())


def _folded(texts: Iterable[str]) -> set[str]:
    return {fold(text) for text in texts}


def _part(page: Page, mine: Headings, main: Headings, name: str) -> SheetPart:
    places = {main.index[key]: at for key, at in mine.index.items() if key in main.index}
    by_text = {fold(text): at for at, text in mine.extra.items()}
    places |= {at: by_text[fold(text)] for at, text in main.extra.items() if fold(text) in by_text}
    if mine is main:
        places |= {at: at for at in range(len(page.columns)) if at not in places}
    return SheetPart(page, mine, places, name=name)


def _said_of_pages(book: SheetBook, main: Page, same: Sequence[Page]) -> list[str]:
    said = []
    if same:
        names = ", ".join(f"“{page.name}”" for page in (main, *same))
        said.append(f"Đọc {len(same) + 1} trang cùng tiêu đề: {names}.")
    for page in book.pages:
        if page is not main and page not in same and page.height:
            kind = "Trang" if page.visible else "Trang ẩn"
            said.append(f"{kind} “{page.name}” không được đọc: không phải trang hiện có các cột cần tìm.")
    return said


# --- which rows ------------------------------------------------------------------------------------


def _take_part(table: Table, part: SheetPart, columns: Sequence[Column], take_hidden: bool, *, own_title: bool) -> None:
    page, first = part.page, part.headings.last + 1
    where = f" ở trang “{part.name}”" if part.name else ""
    doubtful = _fill_merged(table, part, columns)
    table.faults += _overlong(part)
    above = np.flatnonzero(~page.blank_rows()[: part.headings.first]) + 1
    if len(above) and not own_title:
        table.said.append(f"Bỏ qua dòng nằm trên tiêu đề cột{where}: {numbered(above.tolist())}.")
    _say_hidden(table, part, take_hidden, where)
    left: dict[str, list[int]] = {}
    filled = (np.flatnonzero(~page.blank_rows()[first:]) + first).tolist()
    rows = filled if take_hidden or not page.hidden_rows else [n for n in filled if n not in page.hidden_rows]
    aside = _Asides(table, part, columns, rows)
    for number in sorted(aside.suspects):
        kind = aside.kind(number)
        if kind:
            left.setdefault(kind, []).append(number + 1)
    aways = {number - 1 for numbers in left.values() for number in numbers}
    kept = [number for number in rows if number not in aways] if aways else rows
    part.numbers = np.array(kept, dtype=np.int64)
    for area, touched in () if aside.printed else doubtful:
        if len(touched) > 1 and area.top in set(kept):
            _refuse_merged(table, part, area, touched)
    table.rows += [SheetRow(number + 1, part, table) for number in kept]
    table.said += [f"Bỏ qua {kind}{where}: {numbered(numbers)}." for kind, numbers in left.items()]
    guarding.guard(table, part, columns)


def numbered(numbers: Sequence[int]) -> str:
    """Rows by their numbers, for a sentence: `dòng 5, 6`; beyond MAX_SAID they are counted."""
    named = ", ".join(map(str, numbers[:MAX_SAID]))
    more = f" và {len(numbers) - MAX_SAID} dòng nữa" if len(numbers) > MAX_SAID else ""
    return f"dòng {named}{more}"


def _say_hidden(table: Table, part: SheetPart, take_hidden: bool, where: str) -> None:
    page = part.page
    blank = page.blank_rows()
    rows = sorted(n + 1 for n in page.hidden_rows if part.headings.last < n < page.height and not blank[n])
    done = "Vẫn tính" if take_hidden else "Không tính"
    if rows:
        table.said.append(f"{done} {len(rows)} dòng đang ẩn{where}: {numbered(rows)}.")
    columns = [n for n in sorted(page.hidden_columns) if n < len(page.columns) and not page.columns[n].blanks().all()]
    needed = {part.places.get(at) for at in table.index.values()}
    for kept, said in ((True, "Vẫn đọc vì cần các"), (False, done)):
        names = [
            f"{get_column_letter(n + 1)} ({part.headings.texts[n][:40]})" for n in columns if (n in needed) is kept
        ]
        if names:
            table.said.append(f"{said} cột đang ẩn{where}: {', '.join(names)}.")


def _overlong(part: SheetPart) -> list[Fault]:
    """Rows with more cells than there are headings: in a CSV an unquoted decimal comma does that."""
    texts = part.headings.texts
    width = max((n + 1 for n, text in enumerate(texts) if text), default=0)
    if part.page.name or width >= len(part.page.columns):  # a sheet shows its cells in their columns
        return []
    beyond = part.page.columns[width:]
    over = [n for n in range(part.headings.last + 1, part.page.height) if any(not is_blank(c[n]) for c in beyond)]
    return [
        Fault(
            n + 1,
            get_column_letter(width + 1),
            f"có {_filled_to(part.page, n)} ô mà bảng chỉ có {width} cột, các ô có thể đã lệch cột",
            "đặt số có dấu phẩy trong ngoặc kép, hoặc lưu CSV ngăn cột bằng dấu chấm phẩy",
        )
        for n in over[:MAX_NAMED]
    ]


def _filled_to(page: Page, row: int) -> int:
    return max(n + 1 for n, cell in enumerate(page.row(row)) if not is_blank(cell))


def _fill_merged(table: Table, part: SheetPart, columns: Sequence[Column]) -> list[tuple[Merged, list[int]]]:
    """A merged area of one column says its value for each of its rows; one of one row says it for its first
    column where the others could not hold it; any other over our columns is a fault. Gives those that are one
    where their row, in which nothing else stands, proves to be data."""
    asked = {column.key: column.holds for column in columns}
    holds = {part.places.get(at): asked[key] for key, at in table.index.items()}
    filled, doubtful = [], []
    for area in part.page.merged:
        if not part.headings.last < area.top < part.page.height:
            continue
        touched = [n for n in range(area.left, area.right + 1) if n in holds]
        if not touched:
            continue
        if _is_told(part.page, area, touched, holds):
            doubtful += [(area, touched)] if _is_aside(part.page.row(area.top)) else []
            continue
        if area.left == area.right and holds[area.left] in (TEXT, CODE, ADDRESS):
            _fill(part, area)
            filled.append(_named(area))
        else:
            _refuse_merged(table, part, area, touched)
    if filled:
        table.said.append(f"Ô gộp được hiểu là cùng một giá trị cho từng dòng: {', '.join(filled[:MAX_SAID])}.")
    return doubtful


def _is_told(page: Page, area: Merged, touched: Sequence[int], holds: Mapping[int | None, str]) -> bool:
    """Whether a merged area within one row leaves no doubt: nothing else stands there, or only its first column
    can hold its value."""
    if area.top != area.bottom:
        return False
    if _is_aside(page.row(area.top)):
        return True
    return touched[0] == area.left and all(holds[n] == NUMBER != holds[area.left] for n in touched[1:])


def _named(area: Merged) -> str:
    """As a spreadsheet names it: `A2:A7`."""
    first = f"{get_column_letter(area.left + 1)}{area.top + 1}"
    return f"{first}:{get_column_letter(area.right + 1)}{area.bottom + 1}"


def _fill(part: SheetPart, area: Merged) -> None:
    value = part.page.cell(area.top, area.left)
    part.filled |= {(row, area.left): value for row in range(area.top + 1, min(area.bottom + 1, part.page.height))}


def _refuse_merged(table: Table, part: SheetPart, area: Merged, touched: Sequence[int]) -> None:
    places = {at: position for position, at in part.places.items()}
    fault = Fault(
        area.top + 1,
        table.name_of(places[touched[0]]),
        f"ô gộp {_named(area)}, không rõ giá trị thuộc ô nào",
        "bỏ gộp ô (Merge & Center) rồi ghi giá trị vào từng ô",
        False,
        part.name,
    )
    table.unusable[part.name, area.top + 1, places[touched[0]]] = fault
    table.faults.append(fault)


def _is_aside(row: Sequence[Any]) -> bool:
    return sum(not is_blank(cell) for cell in row) <= 1


class _Asides:
    """Tells the rows that are no data. A row that might be data is never one: it stays, and its faults are named."""

    def __init__(self, table: Table, part: SheetPart, columns: Sequence[Column], rows: Sequence[int]):
        self.page, self.part, self.first = part.page, part, part.headings.last + 1
        keys = (CODE, PRINTED, ADDRESS)
        self.keys = [table.index[c.key] for c in columns if c.key in table.index and c.holds in keys]
        self.numbers = [table.index[c.key] for c in columns if c.key in table.index and c.holds == NUMBER]
        self.printed = any(c.holds == PRINTED for c in columns)
        self.headings = [fold(text) for text in part.headings.texts]
        self.suspects = self._suspects(table, rows)

    def _suspects(self, table: Table, rows: Sequence[int]) -> frozenset[int]:
        """Rows worth a look: the first, those without one of their codes, those whose code is a word of totals."""
        found = set(rows[:1])
        for key in self.keys:
            place = self.part.places.get(key)
            if place is not None:
                column = self.page.columns[place]
                odd = [n for n, value in enumerate(column.values) if self._is_odd(value, place)]
                found.update(np.flatnonzero(np.isin(column.index, odd)).tolist() if odd else ())
        return frozenset(found & set(rows))

    def _is_odd(self, value: Any, place: int) -> bool:
        """Blank, a word of totals, the heading again, a note. Codes mostly hold a digit and no space."""
        if isinstance(value, str) and (" " in value or not any(map(str.isdigit, value))):
            words = asides.is_total(value) or asides.is_note([value]) or asides.is_group([value])
            words = words or asides.is_signing([value, value])
            return is_blank(value) or words or fold(value) == self.headings[place]
        return value is None

    def kind(self, number: int) -> str:
        """What a row is, in words for people; "" for data."""
        if number not in self.suspects:
            return ""
        row = self.page.row(number)
        if number == self.first and asides.is_numbering(row) and len(self.headings) > 1:
            return "dòng đánh số cột"
        if all(fold(cell_text(c)) == h for c, h in zip(row, self.headings, strict=False) if h and not is_blank(c)):
            return "dòng lặp lại tiêu đề"
        keyed = [key for key in self.keys if not is_blank(self.part.cell(number, key))]
        if self.printed:
            return ""  # an annex reads its totals and footnotes itself
        words = [cell_text(cell) for cell in row if isinstance(cell, str) and not is_blank(cell)]
        if len(keyed) < max(1, len(self.keys)) or asides.is_total(words[0] if words else ""):
            if any(asides.is_total(word) for word in words[:2]):
                return "dòng tổng, trung bình"
            if not keyed or len(words) == 1:
                return self._of_words(number, row)
        if asides.is_signing(row):
            return "dòng ghi chú, chữ ký"
        return self._of_words(number, row) if len(words) == 1 else ""

    def _of_words(self, number: int, row: Sequence[Any]) -> str:
        has_number = any(not is_blank(self.part.cell(number, at)) for at in self.numbers)
        if asides.is_note(row) and not has_number:
            return "dòng ghi chú, chữ ký"
        wide = any(m.top == number == m.bottom and m.right > m.left for m in self.page.merged)
        at_key = any(not is_blank(self.part.cell(number, key)) for key in self.keys)
        return "dòng tiêu đề nhóm" if _is_aside(row) and (wide or (at_key and asides.is_group(row))) else ""
