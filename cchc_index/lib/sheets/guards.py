"""What a spreadsheet may be before any reader touches it: its zip directory, the places of its cells."""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from cchc_index.lib.faults import Fault, ImportRefused

MAX_MEMBERS = 2_000
MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 120
MAX_ROWS = 250_000
MAX_COLUMNS = 400
MAX_CELLS = 3_000_000
"""About 50 bytes each once read. Only ballots are more: BALLOT_CELLS."""
BALLOT_CELLS = 12_000_000
FREE_CELLS = 1_000_000
"""Room that a sheet may claim without filling it; beyond, one place in SPARSEST must hold a cell."""
SPARSEST = 10


def refuse(message: str, repair: str) -> ImportRefused:
    return ImportRefused([Fault(0, "", message, repair)])


# A reader guesses the format by what it finds; a binary workbook is none of ours.
_FOREIGN = {"xl/workbook.bin"}
_BROKEN = "hỏng hoặc không phải bảng tính .xlsx, .ods"


def _broken() -> ImportRefused:
    return refuse(_BROKEN, "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx")


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive. Whatever its parts raise when they are unpacked is one refusal: the library has no closed
    list (zlib's own errors, unknown compressions, impossible places and sizes)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except ImportRefused:
        raise
    except Exception as error:
        raise _broken() from error


def guard_directory(data: bytes) -> tuple[str, int]:
    """The kind of file an archive holds (`xlsx`, `ods` or `docx`) and its size unpacked. Raises ImportRefused."""
    with _opened(data) as archive:
        members = archive.infolist()
    names = {member.filename.lower() for member in members}
    total = sum(member.file_size for member in members)
    kind = _kind(names)
    if not kind or _FOREIGN & names or any(m.flag_bits & 1 or ".." in m.filename.split("/") for m in members):
        raise _broken()
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED or total > MAX_RATIO * max(len(data), 10_000):
        raise refuse("giải nén ra quá lớn", "xóa vùng trống, hình ảnh thừa rồi lưu lại")
    return kind, total


def _kind(names: Collection[str]) -> str:
    if "[content_types].xml" in names:
        if "word/document.xml" in names:
            return "docx"
        is_workbook = any(name.startswith("xl/worksheets/") for name in names)
        return "xlsx" if is_workbook and "content.xml" not in names else ""
    return "ods" if {"content.xml", "meta-inf/manifest.xml"} <= set(names) else ""


def guard_cells(data: bytes, max_cells: int) -> None:
    """Refuses a workbook with a far cell, or with more cells than `max_cells`. Raises ImportRefused."""
    with _opened(data) as archive:
        for member in archive.infolist():  # all of them: the workbook may name any part as its sheet
            _guard_cells(archive, member.filename, max_cells)


# Cells and rows alike, in every spelling a parser takes: either quote, spaces, lower case, leading zeros.
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
# What LibreOffice leaves behind the data: the last rows that a sheet can have, without a cell.
_EMPTY_END = re.compile(rb"(?:<(?:\w+:)?row\b[^<>]*(?:/>|></(?:\w+:)?row>)\s*){1,4}(?=</(?:\w+:)?sheetData)")
LONGEST_ELEMENT = 4 << 20
"""Bytes, with the text that follows it; a cell holds 32,767 characters at most."""


def _guard_cells(archive: zipfile.ZipFile, member: str, max_cells: int) -> None:
    """One streamed pass over the references. An element cut by a chunk's end is read again whole."""
    rows = columns = cells = 0
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(4 << 20):
            window = _EMPTY_END.sub(b"", tail + chunk)
            for letters, digits in _REFERENCE.findall(window):
                rows, columns = max(rows, int(digits[:20])), max(columns, column_number(letters[:10].upper()))
            if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > max_cells:
                raise too_far(rows, columns)
            start = max(window.rfind(b"<"), 0)
            # A cell need not name its place: those are counted, each once (the tail is read again).
            cells += len(_CELL.findall(window, 0, start))
            if cells > max_cells:
                raise too_many(columns, max_cells)
            tail = window[start:]
            if len(tail) > LONGEST_ELEMENT:
                raise zipfile.BadZipFile("an element or a text that long is no spreadsheet's")
    cells += len(_CELL.findall(tail))
    if rows * columns > max(FREE_CELLS, cells * SPARSEST):
        raise too_far(rows, columns)


def too_many(columns: int, max_cells: int) -> ImportRefused:
    """The refusal of a table of so many columns that holds more than may be read, with how to cut it."""
    most = min(MAX_ROWS, max_cells // max(columns, 1))
    wide = f"bỏ bớt cột, tối đa {MAX_COLUMNS} cột" if columns > MAX_COLUMNS else f"tệp {columns} cột tối đa {most} dòng"
    return refuse(
        f"có hơn {MAX_ROWS} dòng, {MAX_COLUMNS} cột hoặc {max_cells} ô",
        f"tách thành nhiều tệp nhỏ hơn, tệp nào cũng có dòng tiêu đề: {wide}",
    )


def too_far(rows: int, columns: int) -> ImportRefused:
    return refuse(
        f"có ô ở quá xa (dòng {rows}, cột {columns}), để lại vùng trống lớn; cho phép {MAX_ROWS} dòng và "
        f"{MAX_COLUMNS} cột",
        "xóa các dòng, cột trống ở cuối bảng rồi lưu lại",
    )


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


MAX_ELEMENTS = 500_000
"""Elements of a small workbook's parts: what a second reader can walk through in a second or two."""


def guard_small(data: bytes, max_unpacked: int) -> None:
    """Refuses a workbook of ours that grew beyond what one of ours can be. Raises ImportRefused."""
    with _opened(data) as archive:
        elements, members = 0, archive.infolist()
        if sum(member.file_size for member in members) > max_unpacked:
            raise refuse("giải nén ra quá lớn", "xóa vùng trống, hình ảnh thừa rồi lưu lại")
        for member in members:
            content = archive.read(member)
            elements += content.count(b"<")
            if b"<!DOCTYPE" in content:
                raise refuse("hỏng hoặc không phải bảng tính .xlsx", "mở bằng Excel hoặc LibreOffice và lưu lại")
        if elements > MAX_ELEMENTS:
            raise refuse("có quá nhiều ô", "xóa vùng trống và các trang thừa rồi lưu lại")
