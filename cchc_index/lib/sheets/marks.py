"""What the XML of an `.xlsx` says of its cells that calamine does not.

Errors and formulas that nobody computed look empty to calamine, percentages look like fractions, hidden rows and
columns like others. The XML is searched for such things only where its bytes hold the words for them.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import IO, Any

from defusedxml.ElementTree import fromstring

from .cells import ErrorCell, Uncomputed, seen_under, tells_more
from .guards import MAX_COLUMNS, MAX_ROWS, column_number, refuse, too_far
from .page import RowColumn

_CHUNK = 1 << 20
_LONGEST_CELL = 4 << 20
_OPENING = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_STYLE = re.compile(rb"""\bs\s*=\s*["'](\d+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_HIDES = re.compile(rb"""hidden\s*=\s*["'](?:1|true)|ht\s*=\s*["']0""")
_ATTRIBUTE = re.compile(rb"""\b(\w+)\s*=\s*["']([^"']*)["']""")
_TELLING = (
    b't="e"',
    b"<f>",
    b"<f ",
    b"<f/",
    b":f>",
    b":f ",
    b":f/",
    b"hidden=",
    b'ht="0',
    b'width="0',
    b"='",
    b'= "',
    b' ="',
)
"""An error, a formula, something hidden, or a spelling in which these words would look otherwise."""


@dataclass(frozen=True, slots=True)
class TellingFormat:
    """A number format under which a number may be seen as something else: `0%`, `000`, `"P-"00`, `[<1]0%;0`, `;;;`."""

    code: str


_OF_EVERY_WORKBOOK = {
    **dict.fromkeys((9, 10), TellingFormat("0%")),
    **dict.fromkeys((2, 4, 39, 40, 43, 44), TellingFormat("0.00")),
}
"""0%, 0.00, #,##0.00 and their kin, which no workbook lists in its styles."""


@dataclass(slots=True)
class Marks:
    """What the XML of one sheet says beyond the values."""

    odd: dict[RowColumn, object] = field(default_factory=dict)
    """ErrorCell, Uncomputed, TellingFormat for a number under one."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def seen(mark: object, value: object) -> object:
    """What a person sees of a value under a mark; None where it is the value itself."""
    return seen_under(mark.code, value) if isinstance(mark, TellingFormat) else mark


def read(source: str | IO[bytes]) -> dict[str, Marks]:
    """The marks of every sheet by its name. Raises whatever the archive raises, ImportRefused for a cell without
    a place; `book` puts the others into words."""
    with zipfile.ZipFile(source) as archive:
        styles = _telling_styles(archive)
        return {name: _marks_of(archive, part, styles) for name, part in parts_by_name(archive).items()}


def _marks_of(archive: zipfile.ZipFile, part: str, styles: Mapping[str, object]) -> Marks:
    """One streamed pass over a sheet's part; stretches that hold no telling word are passed over unread."""
    marks = Marks()
    if part not in archive.namelist():
        return marks
    words = [*_TELLING, *(f's="{style}"'.encode() for style in styles)]
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            cut = max(window.rfind(b"<c "), window.rfind(b":c "), 0)
            if any(word in window for word in words):
                _read_stretch(marks, window[:cut], styles)
            tail = window[cut:]
            if len(tail) > _LONGEST_CELL:
                raise zipfile.BadZipFile("no cell is that long")
    _read_stretch(marks, tail, styles)
    return marks


def _read_stretch(marks: Marks, stretch: bytes, styles: Mapping[str, object]) -> None:
    """A stretch of whole cells, with the heads of rows and columns between them."""
    for cell in _OPENING.split(stretch)[1:]:
        attributes, _, rest = cell.partition(b">")
        _read_cell(marks, attributes, b"" if attributes.endswith(b"/") else rest, styles)
    if b"hidden" in stretch or b'"0' in stretch or b"'0" in stretch:
        _read_hidden(marks, stretch)


def _read_cell(marks: Marks, attributes: bytes, content: bytes, styles: Mapping[str, object]) -> None:
    kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
    value = _VALUE.search(content)
    what: object = None
    if kind and kind[1] == b"e":
        what = ErrorCell(value[1].decode(errors="replace")[:20] if value else "lỗi")
    elif value is None and _FORMULA.search(content) and not (kind and kind[1] in (b"str", b"inlineStr")):
        what = Uncomputed()
    elif style and not (kind and kind[1] != b"n"):
        what = styles.get(style[1].decode())
    if what is not None:
        marks.odd[_place(attributes)] = what


def _place(attributes: bytes) -> RowColumn:
    found = _PLACE.search(attributes)
    if found is not None and (int(found[2]) > MAX_ROWS or column_number(found[1].upper()) > MAX_COLUMNS):
        raise too_far(int(found[2]), column_number(found[1].upper()))
    if found is None:
        raise refuse("không ghi vị trí của ô", "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx")
    return int(found[2]) - 1, column_number(found[1].upper()) - 1


def may_hide(stretch: bytes) -> bool:
    """Whether the openings of rows in a stretch are worth a look."""
    return (b"hidden" in stretch or b"ht" in stretch) and _HIDES.search(stretch) is not None


def hidden_rows(openings: Iterable[bytes]) -> frozenset[int]:
    """Of the openings of rows (`<row …>`), those hidden by hand, by a filter, or by giving them no height."""
    found = set()
    for opening in openings:
        said = _attributes(opening)
        if _is_on(said.get("hidden")) or _is_zero(said.get("ht")):
            if not said.get("r", "").isdigit():
                raise refuse("có dòng ẩn không ghi số dòng", "mở bằng Excel, bỏ ẩn và lưu lại dạng .xlsx")
            found.add(int(said["r"]) - 1)
    return frozenset(found)


def _read_hidden(marks: Marks, stretch: bytes) -> None:
    marks.hidden_rows |= hidden_rows(_ROW.findall(stretch))
    for column in _COLUMN.findall(stretch):
        said = _attributes(column)
        if (_is_on(said.get("hidden")) or _is_zero(said.get("width"))) and said.get("min", "").isdigit():
            last = min(int(said.get("max", said["min"])), MAX_COLUMNS)
            marks.hidden_columns.update(range(int(said["min"]) - 1, last))


def _attributes(tag: bytes) -> dict[str, str]:
    return {key.decode(): value.decode(errors="replace") for key, value in _ATTRIBUTE.findall(tag)}


def _is_on(value: str | None) -> bool:
    return value in ("1", "true")


def _is_zero(value: str | None) -> bool:
    return value is not None and bool(value) and not value.strip("0.")


def _telling_styles(archive: zipfile.ZipFile) -> dict[str, object]:
    """The numbers of the cell styles that show a number as something else → TellingFormat."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = fromstring(archive.read("xl/styles.xml"), forbid_dtd=True)
    formats: dict[int, object] = dict(_OF_EVERY_WORKBOOK)
    for form in _children(styles, "numFmts"):
        code, number = form.get("formatCode", ""), form.get("numFmtId", "")
        if number.isdigit() and tells_more(code):
            formats[int(number)] = TellingFormat(code)
    used = [style.get("numFmtId", "0") for style in _children(styles, "cellXfs")]
    return {str(n): formats[int(form)] for n, form in enumerate(used) if form.isdigit() and int(form) in formats}


def _children(root: Any, name: str) -> list[Any]:
    return [child for group in root if group.tag.rpartition("}")[2] == name for child in group]


def parts_by_name(archive: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' parts in the archive by the name of the sheet."""
    book = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links if "worksheet" in link.get("Type", "")}
    found = {}
    for sheet in _children(book, "sheets"):
        target = targets.get(next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None), "")
        if target:
            found[sheet.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            )
    return found
