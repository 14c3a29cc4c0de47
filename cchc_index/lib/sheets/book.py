"""A file as pages of cells: which format it is, the guards in front of its reader, and the reader.

Order of checks: size → zip directory (members, total, ratio, names) → for a small workbook a pass over the cell
references (one far cell makes a reader allocate gigabytes), for every other the bounded process of `child`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cchc_index.lib.faults import ImportRefused

from . import child, delimited, xlsx
from .guards import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, guard_cells, guard_directory, guard_small, refuse, too_many
from .page import Page

MAX_BYTES = 30 * 1024 * 1024
SMALL = 4 * 1024 * 1024
"""Unpacked bytes up to which a workbook is searched for far cells and read in this process."""
_BASE_MEMORY, _MEMORY_PER_BYTE = 512 * 1024 * 1024, 3
ENDINGS = (".xlsx", ".csv", ".ods", ".xls")
ACCEPT = ",".join(ENDINGS)
FORMATS = "bảng tính .xlsx, .csv, .ods hoặc .xls"
_SAVE_AGAIN = "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx"


@dataclass(slots=True)
class SheetBook:
    """The pages of a file in its order. Of a text file each page is one way to cut it into cells."""

    pages: list[Page]
    is_text: bool = False

    @property
    def visible(self) -> list[Page]:
        return [page for page in self.pages if page.visible]


def open_book(
    source: str | Path | IO[bytes],
    *,
    name: str = "",
    max_bytes: int = MAX_BYTES,
    max_cells: int = MAX_CELLS,
    max_unpacked: int | None = None,
    word: bool = False,
) -> SheetBook:
    """Every sheet of a spreadsheet, hidden ones too, after all the guards; with `word` also every table of a `.docx`.
    `max_unpacked` is for the small workbooks that we hand out ourselves. Raises ImportRefused."""
    data, name = _load(source, name, max_bytes)
    if data[:2] == b"PK":
        return SheetBook(_of_archive(data, max_cells, max_unpacked, word))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        if word and name.lower().endswith(".doc"):
            raise refuse("là tệp Word dạng cũ (.doc)", "mở bằng Word hoặc LibreOffice và lưu lại dạng .docx")
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00i\x00o\x00n" in data:
            raise refuse("có mật khẩu", "mở bằng Excel, bỏ mật khẩu, lưu lại dạng .xlsx")
        return SheetBook(_bounded(child.read("xls", data, memory=_BASE_MEMORY + 40 * len(data)), max_cells))
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if name.lower().endswith((".xlsx", ".xlsm", ".ods", ".xls")) and not marked:
        raise refuse(f"không phải {FORMATS}", _SAVE_AGAIN)
    if b"\x00" in data[:4096] and not marked and not _is_wide(data):
        raise refuse(f"không phải {FORMATS}", _SAVE_AGAIN)
    return SheetBook(delimited.read(data, max_cells), is_text=True)


def _is_wide(data: bytes) -> bool:
    """UTF-16 without its mark: every second byte is zero."""
    return (
        min(data[0:200:2].count(0), data[1:200:2].count(0)) < 10 < max(data[0:200:2].count(0), data[1:200:2].count(0))
    )


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


def _of_archive(data: bytes, max_cells: int, max_unpacked: int | None, word: bool) -> list[Page]:
    kind, unpacked = guard_directory(data)
    if kind == "docx" and not word:
        raise refuse(
            f"là tệp Word, không phải {FORMATS}", "chép bảng sang Excel hoặc LibreOffice và lưu lại dạng .xlsx"
        )
    if max_unpacked is not None:
        guard_small(data, max_unpacked)
    if kind == "xlsx" and unpacked <= SMALL:
        guard_cells(data, max_cells)
        return _read_here(data)
    return _bounded(child.read(kind, data, memory=_BASE_MEMORY + _MEMORY_PER_BYTE * unpacked), max_cells)


def _bounded(pages: list[Page], max_cells: int) -> list[Page]:
    for page in pages:
        if page.height > MAX_ROWS or len(page.columns) > MAX_COLUMNS or page.height * len(page.columns) > max_cells:
            raise too_many(len(page.columns), max_cells)
    return _of_some_pages(pages).pages


def _of_some_pages(pages: list[Page]) -> SheetBook:
    if not pages:
        raise refuse("không có trang tính nào", _SAVE_AGAIN)
    return SheetBook(pages)


def _read_here(data: bytes) -> list[Page]:
    try:
        pages = xlsx.read(data)
    except BaseException as error:  # calamine's panics derive from BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | ImportRefused):
            raise
        raise refuse("không đọc được nội dung bảng tính", _SAVE_AGAIN) from error
    return _of_some_pages(pages).pages


def read_cells(
    source: str | Path | IO[bytes], *, name: str = "", max_bytes: int = MAX_BYTES, max_cells: int = MAX_CELLS
) -> list[list[Any]]:
    """Every row of the first visible sheet (of a text file: cut in the likeliest way), after all the guards."""
    book = open_book(source, name=name, max_bytes=max_bytes, max_cells=max_cells)
    page = next(iter(book.pages if book.is_text else book.visible), None)
    if page is None:
        raise refuse("không có trang tính nào đang hiện", "bỏ ẩn trang có dữ liệu rồi lưu lại")
    return list(page.rows())
