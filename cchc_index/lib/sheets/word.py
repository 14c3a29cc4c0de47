"""The tables of a `.docx` as pages, each with its merged cells.

Called only in the bounded process of `child`. A table that Word breaks in two, with nothing but blank lines between, is
one; its heading, where it is repeated, stands once. What is deleted in tracked changes is not read.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from defusedxml.ElementTree import parse

from .guards import MAX_COLUMNS, MAX_ROWS, refuse
from .page import Merged, Page, columns_of

_WRAPPERS = {
    "sdt",
    "sdtContent",
    "ins",
    "customXml",
    "smartTag",
    "moveTo",
    "hyperlink",
    "r",
    "AlternateContent",
    "Choice",
}
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
WordCells = list[Any]


def read(data: bytes) -> list[Page]:
    """Every table in its order. Raises ImportRefused for a document without any."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as stream:
        body = next(iter(parse(stream, forbid_dtd=True).getroot()))
    tables = list(_tables(body))
    if not tables:
        raise refuse("không có bảng nào", "chọn tệp Word có phụ lục dạng bảng")
    return [table.page(f"Bảng {number}") for number, table in enumerate(tables, start=1)]


@dataclass(slots=True)
class _Table:
    """The rows of one table and its merged areas."""

    rows: list[WordCells] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    open: dict[int, Merged] = field(default_factory=dict)
    """The areas that may go on below, by their first column."""

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def take(self, row: Any) -> None:
        """One row: its cells in the columns of the table's grid."""
        cells: WordCells = [None] * _number(_property(row, "trPr", "gridBefore"))
        still: dict[int, Merged] = {}
        for cell in _children(row, "tc"):
            span = max(1, _number(_property(cell, "tcPr", "gridSpan"), 1))
            at, joined = len(cells), _property(cell, "tcPr", "vMerge")
            above = self.open.get(at) if joined is not None and _value(joined) != "restart" else None
            top = above.top if above else len(self.rows)
            area = Merged(top, at, len(self.rows), at + span - 1)
            if joined is not None:
                still[at] = area
            elif span > 1:
                self.merged.append(area)
            if at == 0 and _is_numbered(cell):
                raise refuse("có cột đầu do Word tự đánh số, không phải chữ", "chép bảng sang Excel rồi lưu dạng .xlsx")
            cells += [None if above else _text(cell) or None, *[None] * (span - 1)]
        self._end(still)
        self.rows.append(cells)
        if len(self.rows) > MAX_ROWS or len(cells) > MAX_COLUMNS:
            raise refuse(f"có hơn {MAX_ROWS} dòng hoặc {MAX_COLUMNS} cột", "tách thành nhiều tệp nhỏ hơn")

    def _end(self, still: dict[int, Merged]) -> None:
        """Keep the areas that go no further."""
        ended = [area for at, area in self.open.items() if at not in still or still[at].top != area.top]
        self.merged += [area for area in ended if area.bottom > area.top or area.right > area.left]
        self.open = still

    def append(self, other: "_Table") -> None:
        """What stands on the next page, without the heading that is repeated there."""
        alike = (mine == theirs for mine, theirs in zip(self.rows, other.rows, strict=False))
        skipped = next((number for number, same in enumerate(alike) if not same), min(len(self.rows), len(other.rows)))
        down = len(self.rows) - skipped
        areas = (area for area in other.merged if area.top >= skipped)
        self.merged += [Merged(a.top + down, a.left, a.bottom + down, a.right) for a in areas]
        self.rows += other.rows[skipped:]

    def page(self, name: str) -> Page:
        columns, height = columns_of(self.rows, self.width)
        return Page(name, columns, height, merged=tuple(sorted(self.merged)))


def _tables(body: Any) -> Iterator[_Table]:
    """The tables of the text, those that belong together as one."""
    last: _Table | None = None
    apart = False
    for element in _blocks(body):
        if _name(element) == "p":
            apart = apart or bool(_text(element).strip())
            continue
        table = _table(element)
        if last is not None and not apart and last.width == table.width:
            last.append(table)
            continue
        if last is not None:
            yield last
        last, apart = table, False
    if last is not None:
        yield last


def _table(element: Any) -> _Table:
    table = _Table()
    for row in _children(element, "tr"):
        table.take(row)
    table._end({})
    return table


def _blocks(element: Any) -> Iterator[Any]:
    """Paragraphs and tables in their order, out of whatever they are wrapped in."""
    for child in element:
        if _name(child) in ("p", "tbl"):
            yield child
        elif _name(child) in _WRAPPERS:
            yield from _blocks(child)


def _children(element: Any, name: str) -> Iterator[Any]:
    """Rows of a table, cells of a row, out of whatever they are wrapped in."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) in _WRAPPERS:
            yield from _children(child, name)


def _text(element: Any) -> str:
    """The text of a cell, its paragraphs as lines, or of a paragraph."""
    paragraphs = [element] if _name(element) == "p" else [one for one in _blocks(element) if _name(one) == "p"]
    return "\n".join("".join(_pieces(paragraph)) for paragraph in paragraphs).strip()


def _is_numbered(cell: Any) -> bool:
    """Whether a cell shows nothing but a number that Word counts by itself."""
    return not _text(cell) and any(_property(one, "pPr", "numPr") is not None for one in _blocks(cell))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name in _WRAPPERS:
            yield from _pieces(child)


def _name(element: Any) -> str:
    """A tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _property(element: Any, group: str, name: str) -> Any:
    """A property of a row or cell; None where it has none."""
    groups = (child for child in element if _name(child) == group)
    return next((one for properties in groups for one in properties if _name(one) == name), None)


def _value(element: Any) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "val"), "")


def _number(element: Any, default: int = 0) -> int:
    text = "" if element is None else _value(element)
    return min(int(text), MAX_COLUMNS + 1) if text.isascii() and text.isdigit() and len(text) < 6 else default
