"""Text files of cells: which encoding, and every way to cut them that makes sense."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from cchc_index.lib import vietnamese
from cchc_index.lib.faults import Fault, ImportRefused

from .guards import MAX_COLUMNS, MAX_ROWS, refuse, too_many
from .page import Page, columns_of

DELIMITERS = ";\t,|"
_TEXT_BY_FORMULA = re.compile(r'^="([^"]*)"$')
_SAVE_AGAIN = "lưu lại dạng CSV UTF-8 hoặc .xlsx"
_CLOSE = "bỏ hoặc đóng dấu ngoặc kép ở dòng đó, hoặc lưu lại dạng .xlsx"


def read(data: bytes, max_cells: int) -> list[Page]:
    """The file cut by each delimiter it holds, the likeliest first; the caller takes the one whose headings fit."""
    text = decode(data)
    found = [mark for mark in DELIMITERS if mark in text] or [","]
    pages = [_page(text, mark, max_cells) for mark in found]
    return sorted(pages, key=_regularity, reverse=True)


def decode(data: bytes) -> str:
    """UTF-8 or UTF-16 with or without mark, else cp1258 where that makes Vietnamese words. Raises ImportRefused."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decoded(data, "utf-16")
    if data[1:200:2].count(0) > 40 or data[0:200:2].count(0) > 40:
        return _decoded(data, "utf-16-le" if data[1] == 0 else "utf-16-be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _of_single_bytes(data)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise refuse("không phải chữ Unicode", _SAVE_AGAIN) from None


def _of_single_bytes(data: bytes) -> str:
    """cp1258 is what Windows once wrote in Vietnam; its tones stand behind their letters."""
    as_read = data.decode("cp1252", errors="replace")
    problem = next(filter(None, map(vietnamese.foreign_encoding, as_read.splitlines())), "")
    try:
        text = vietnamese.composed(data.decode("cp1258"))
    except UnicodeDecodeError:
        text = ""
    if text and vietnamese.is_plausible(text):
        return text
    if problem in (vietnamese.READ_AS_1252, vietnamese.BROKEN):  # good UTF-8, but for some bytes of something else
        problem = f"có chữ không phải Unicode (UTF-8) ở dòng {_first_broken_line(data)}"
    raise refuse(problem or "không phải chữ Unicode (UTF-8)", _SAVE_AGAIN)


def _first_broken_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def _page(text: str, delimiter: str, max_cells: int) -> Page:
    rows: list[list[str]] = []
    broken = 0
    try:
        for row in _rows(text, delimiter, max_cells):
            rows.append(row)
    except csv.Error:  # a quotation mark that nothing closes would swallow the rows below it
        broken = len(rows) + 1
    columns, height = columns_of(rows, max(map(len, rows), default=0))
    return Page("", columns, height, broken_row=broken)


def _rows(text: str, delimiter: str, max_cells: int) -> Iterator[list[str]]:
    """Raises csv.Error where the quotation marks do not fit, ImportRefused beyond what a table may hold."""
    cells = rows = 0
    has_formulas = '="' in text
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        if has_formulas:  # `="007"` keeps a program from taking a code for a number
            row = [_TEXT_BY_FORMULA.sub(r"\1", cell) for cell in row]
        rows, cells = rows + 1, cells + len(row)
        if rows > MAX_ROWS or len(row) > MAX_COLUMNS or cells > max_cells:
            raise too_many(len(row), max_cells)
        while row and not row[-1]:  # a file of nothing but delimiters must not fill the memory
            row.pop()
        yield row


def refuse_broken(page: Page) -> None:
    """Raises ImportRefused for a page whose quotation marks do not fit: the rows behind are lost in one cell."""
    if page.broken_row:
        raise ImportRefused(
            [Fault(page.broken_row, "", "có dấu ngoặc kép mở hoặc đóng sai chỗ, không rõ ô kết thúc ở đâu", _CLOSE)]
        )


def _regularity(page: Page) -> tuple[bool, float]:
    """Several columns rather than one, then how many rows are as wide as most."""
    widths = Counter(sum(1 for cell in row if cell is not None) for row in _first(page))
    usual, count = widths.most_common(1)[0] if widths else (0, 0)
    return usual > 1, count / max(1, sum(widths.values()))


def _first(page: Page) -> list[list[object]]:
    return [page.row(number) for number in range(min(page.height, 200))]
