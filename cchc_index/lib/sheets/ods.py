"""An `.ods` (LibreOffice) as pages: a stream over its one part of content.

Called only in the bounded process of `child`. Repeated cells and rows are counted before they are written out:
a file of a few bytes may claim a million of them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from defusedxml.ElementTree import iterparse

from .cells import ErrorCell, StyledNumber, Uncomputed, percent
from .guards import BALLOT_CELLS, MAX_COLUMNS, MAX_ROWS, refuse, too_many
from .page import Merged, Page, columns_of

_CELLS = {"table-cell", "covered-table-cell"}
_SHOWN_AS_CODE = re.compile(r"(?:[^\W\d_][^\d\s]*)?(\d+)")
"""A whole number whose format puts zeros or letters before it: 007, P-07."""
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "Err:")


def read(data: bytes) -> list[Page]:
    """Every sheet in its order. Raises ImportRefused for a locked or oversized file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise refuse("có mật khẩu", "mở bằng LibreOffice, bỏ mật khẩu rồi lưu lại")
        with archive.open("content.xml") as stream:
            return list(_Reader().pages(stream))


class _Reader:
    """Takes the elements as they end; an element once read is thrown away."""

    def __init__(self) -> None:
        self.hidden_styles: set[str] = set()
        self.written_out = 0
        self._begin("")

    def _begin(self, name: str) -> None:
        self.name, self.rows, self.merged = name, list[list[Any]](), list[Merged]()
        self.hidden_rows, self.hidden_columns = set[int](), set[int]()
        self.cells, self.column = list[Any](), 0

    def pages(self, stream: Any) -> Iterator[Page]:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                if tag == "table":
                    self._begin(_get(element, "name"))
                    self.visible = _get(element, "style-name") not in self.hidden_styles
                continue
            if tag == "style":
                self._read_style(element)
            elif tag == "table-column":
                self._read_column(element)
            elif tag in _CELLS:
                self._read_cell(element, tag)
            elif tag == "table-row":
                self._end_row(element)
            elif tag == "table":
                yield self._page()
            if tag in _CELLS or tag in ("table-row", "table", "style"):
                element.clear()

    def _read_style(self, element: Any) -> None:
        for child in element:
            if _get(child, "display") == "false":
                self.hidden_styles.add(_get(element, "name"))

    def _read_column(self, element: Any) -> None:
        repeated = _count(element, "number-columns-repeated", MAX_COLUMNS)
        if _get(element, "visibility") in ("collapse", "filter"):
            self.hidden_columns.update(range(self.column, self.column + repeated))
        self.column += repeated

    def _read_cell(self, element: Any, tag: str) -> None:
        value = None if tag == "covered-table-cell" else _value(element)
        right, down = _count(element, "number-columns-spanned"), _count(element, "number-rows-spanned")
        if right > 1 or down > 1:
            top, left = len(self.rows), len(self.cells)
            self.merged.append(Merged(top, left, top + down - 1, left + right - 1))
        repeated = _count(element, "number-columns-repeated", 1 << 20)
        if value is not None and len(self.cells) + repeated > MAX_COLUMNS:
            raise refuse(f"có hơn {MAX_COLUMNS} cột", "xóa các cột thừa ở cuối bảng rồi lưu lại")
        self.cells += [value] * min(repeated, MAX_COLUMNS)

    def _end_row(self, element: Any) -> None:
        while self.cells and self.cells[-1] is None:
            self.cells.pop()
        repeated = _count(element, "number-rows-repeated", 1 << 21)
        if self.cells and len(self.rows) + repeated > MAX_ROWS:
            raise refuse(f"có hơn {MAX_ROWS} dòng", "xóa các dòng thừa ở cuối bảng rồi lưu lại")
        repeated = min(repeated, MAX_ROWS + 1 - len(self.rows))
        self.written_out += repeated * len(self.cells)
        if self.written_out > BALLOT_CELLS:
            raise too_many(len(self.cells), BALLOT_CELLS)
        if _get(element, "visibility") in ("collapse", "filter"):
            self.hidden_rows.update(range(len(self.rows), len(self.rows) + repeated))
        self.rows += [self.cells] * max(0, repeated)
        self.cells = []

    def _page(self) -> Page:
        while self.rows and not self.rows[-1]:
            self.rows.pop()
        columns, height = columns_of(self.rows, max(map(len, self.rows), default=0))
        hidden = frozenset(row for row in self.hidden_rows if row < height)
        return Page(
            self.name, columns, height, self.visible, hidden, frozenset(self.hidden_columns), tuple(self.merged)
        )


def _get(element: Any, name: str) -> str:
    """An attribute by its name without the namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _count(element: Any, name: str, most: int = 1 << 20) -> int:
    text = _get(element, name)
    return min(int(text), most) if text.isdigit() and len(text) < 12 else 1


def _value(element: Any) -> Any:
    kind, shown = _get(element, "value-type"), _shown(element)
    if shown.startswith(_ERRORS) and (_get(element, "formula") or kind == "string"):
        return ErrorCell(shown[:20])
    if kind in ("float", "currency", "percentage"):
        number = float(_get(element, "value"))
        if kind == "percentage":
            return percent(number)
        return shown if _is_code(kind, shown, number) else StyledNumber(number) if _is_split(shown, number) else number
    if kind == "boolean":
        return _get(element, "boolean-value") == "true"
    if kind == "date":
        return _date(_get(element, "date-value")) or shown
    if kind == "time":
        return _time(_get(element, "time-value"))
    if not kind and _get(element, "formula"):
        return Uncomputed()
    return shown or None


def _is_code(kind: str, shown: str, number: float) -> bool:
    found = _SHOWN_AS_CODE.fullmatch(shown) if kind == "float" else None
    return found is not None and shown != f"{number:.0f}" and float(found[1]) == number


def _is_split(shown: str, number: float) -> bool:
    """Whether a whole number is shown with a fraction or a sign within it that is none between thousands."""
    digits = re.search(r"\d.*\d", shown)
    within = digits is not None and not digits[0].isdigit() and not _THOUSANDS.fullmatch(digits[0])
    return number.is_integer() and within


_THOUSANDS = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+")


def _shown(element: Any) -> str:
    """The text of a cell, its paragraphs as lines; notes on the cell are no part of it."""
    lines = [child for child in element if child.tag.rpartition("}")[2] == "p"]
    return "\n".join("".join(_pieces(line)) for line in lines)


def _pieces(element: Any) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    if tag == "s":
        yield " " * _count(element, "c", 1_000)
    elif tag in ("tab", "line-break"):
        yield "\t" if tag == "tab" else "\n"
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""


def _date(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> time | timedelta | str:
    """`PT13H05M00S`, as LibreOffice writes hours and durations."""
    numbers = text.removeprefix("PT").replace("H", ":").replace("M", ":").rstrip("S").split(":")
    try:
        hours, minutes, seconds = (int(float(part.replace(",", "."))) for part in numbers)
    except ValueError:
        return text
    whole = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return time(hours, minutes, seconds) if hours < 24 else whole
