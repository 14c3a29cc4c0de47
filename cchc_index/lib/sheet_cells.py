"""Cells of an `.xlsx` that hold no value a reader could give: errors, and formulas nobody has computed.

Readers show both as empty. One streamed pass over the part of the first visible sheet names them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath

from defusedxml.ElementTree import fromstring

from .faults import Fault

MAX_NAMED = 200
CHUNK = 1 << 20
LONGEST_CELL = 4 << 20
_OPENING = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_SUSPECT = re.compile(rb"""\bt\s*=\s*["']e["']|<(?:\w+:)?f[\s>/]""")


def unreadable_cells(data: bytes) -> list[Fault]:
    """A fault for every such cell of the first visible sheet, at most MAX_NAMED; none for a workbook whose
    parts cannot be told (the reader itself refuses those)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _first_visible_part(archive)
            return list(_faults(archive, part)) if part else []
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError, RuntimeError, EOFError):
        return []


def _first_visible_part(archive: zipfile.ZipFile) -> str | None:
    book = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links if "worksheet" in link.get("Type", "")}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet" or sheet.get("state", "visible") != "visible":
            continue
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        if link in targets:
            target = targets[link]
            return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    return None


def _faults(archive: zipfile.ZipFile, part: str) -> Iterator[Fault]:
    found = 0
    for attributes, content in _cells(archive, part):
        fault = _fault(attributes, content)
        if fault is not None:
            yield fault
            found += 1
            if found == MAX_NAMED:
                return


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Attributes and content of the cells in stretches that hold an error or a formula at all. What lies
    between two cell openings belongs to the first: linear whatever a hostile file does."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            window = tail + chunk
            *whole, tail = _OPENING.split(window)
            if len(tail) > LONGEST_CELL:
                return
            if whole and _SUSPECT.search(window):
                yield from (_parts(cell) for cell in whole[1:])
            tail = b"<c" + tail if whole else tail
    yield _parts(tail[2:])


def _parts(cell: bytes) -> tuple[bytes, bytes]:
    attributes, _, rest = cell.partition(b">")
    return attributes, b"" if attributes.endswith(b"/") else rest


def _fault(attributes: bytes, content: bytes) -> Fault | None:
    place = _PLACE.search(attributes)
    row, column = (int(place[2]), place[1].decode().upper()) if place else (0, "")
    kind = _TYPE.search(attributes)
    value = _VALUE.search(content)
    if kind and kind[1] == b"e":
        shown = value[1].decode(errors="replace")[:20] if value else "lỗi"
        return Fault(row, column, f"ô đang báo lỗi {shown}", "sửa công thức hoặc gõ lại giá trị")
    if _FORMULA.search(content) and value is None and not (kind and kind[1] in (b"str", b"inlineStr")):
        words = "ô là công thức chưa có kết quả tính"
        return Fault(row, column, words, "mở bằng Excel hoặc LibreOffice, lưu lại; hoặc gõ thẳng giá trị")
    return None
