"""A large `.xlsx`, read as the few different cells it holds: each of them stands once in a smaller workbook.

Two hundred thousand ballots of forty answers are eight million cells and perhaps two hundred thousand different ones,
the codes; only those need a parser. Here the text of a sheet's cells is cut apart by one pattern and numbered; the
readers of `xlsx` then see a sheet in which every text stands once, and what they say of it is put back in its places.
Whatever is spelt otherwise than spreadsheet programs spell it is left to them whole.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import marks, xlsx
from .cutting import NotCells, cut
from .guards import FREE_CELLS, LONGEST_ELEMENT, MAX_COLUMNS, MAX_ROWS, SPARSEST, too_far
from .page import Page, PageColumn, smallest

LARGE = 1 << 20
"""Unpacked bytes from which a sheet's part is worth it."""
_CHUNK = 1 << 20
_LONGEST = 16 << 20
"""Bytes of a head, a row or a tail: a row of 400 columns holds 32,767 characters in each at most."""
_WIDTH = 16
"""Columns of the smaller sheet: it may hold more different cells than a sheet has rows."""
_BETWEEN_ROWS = re.compile(rb"</row>\s*<row(?=[ >])[^<>]*>")
_ROW = re.compile(rb"</?row(?=[ />])[^<>]*>")
_CELL = re.compile(
    rb'(?: (?:s|t|cm|vm|ph)="\w*")* ?(?:/>|>'
    rb"(?:<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
    rb"(?:<v(?: [^<>]*)?>[^<]*</v>|<v/>|<is>(?:<t(?: [^<>]*)?>[^<]*</t>)?</is>)?</c>)\s*"
)
"""What stands between the place of a cell and that of the next, where nothing else does."""
_FILLED = re.compile(rb"<(?:f|v|is)\b")


class _Cells(dict[bytes, int]):
    """The text of a cell → its number; 0 for all that hold nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.different: list[bytes] = []

    def __missing__(self, text: bytes) -> int:
        if _CELL.fullmatch(text) is None:
            raise NotCells
        if _FILLED.search(text):
            self.different.append(text)
            self[text] = len(self.different)
        else:
            self[text] = 0
        return self[text]


@dataclass(slots=True)
class _Block:
    """The cells of some rows, by column: `cells[column, row - first]`."""

    first: int
    cells: NDArray[np.uint32]


@dataclass(slots=True)
class Folded:
    """One sheet: its different cells, where they stand, and what stands before and behind them in its part."""

    texts: _Cells = field(default_factory=_Cells)
    blocks: list[_Block] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    """The openings of rows that may be hidden."""
    height: int = 0
    width: int = 0
    count: int = 0

    def take(self, chunk: bytes) -> None:
        """Whole rows. Raises NotCells, ImportRefused for a far cell."""
        if marks.may_hide(chunk):
            self.heads += filter(marks.may_hide, _ROW.findall(chunk))
        rows, columns, ids = cut(_without_rows(chunk), self.texts)
        filled = ids > 0
        if filled.any():
            self._keep(rows[filled], columns[filled], ids[filled])

    def _keep(self, rows: NDArray[np.int64], columns: NDArray[np.int64], ids: NDArray[np.int64]) -> None:
        first, last, width = int(rows.min()), int(rows.max()), int(columns.max()) + 1
        if first < self.height:
            raise NotCells
        self.height, self.width, self.count = last + 1, max(self.width, width), self.count + len(ids)
        room = max(FREE_CELLS, self.count * SPARSEST)
        if self.height > MAX_ROWS or self.width > MAX_COLUMNS or self.height * self.width > room:
            raise too_far(self.height, self.width)
        cells = np.zeros((width, last - first + 1), dtype=np.uint32)
        cells[columns, rows - first] = ids
        self.blocks.append(_Block(first, cells))

    def sheet(self) -> Iterator[bytes]:
        """The rows of the smaller sheet."""
        different = self.texts.different
        for start in range(0, len(different), _WIDTH):
            row = start // _WIDTH + 1
            cells = zip(_LETTERS, different[start : start + _WIDTH], strict=False)
            yield b'<row r="%d">' % row + b"".join(b'<c r="%s%d"%s' % (a, row, text) for a, text in cells) + b"</row>"

    def unfolded(self, page: Page) -> Page:
        """The page in full, from the page of the smaller sheet."""
        values = self._values(page)
        hidden = marks.hidden_rows(self.heads)
        columns = [self._column(number, values) for number in range(self.width)]
        return Page(page.name, columns, self.height, page.visible, hidden, page.hidden_columns, page.merged)

    def _values(self, page: Page) -> list[Any]:
        """The value of each different cell; 0 is the blank one."""
        found: list[Any] = [""] * (-(-len(self.texts.different) // _WIDTH) * _WIDTH)
        for number, column in enumerate(page.columns[:_WIDTH]):
            found[number : page.height * _WIDTH : _WIDTH] = [column.values[at] for at in column.index]
        return ["", *found]

    def _column(self, number: int, values: list[Any]) -> PageColumn:
        ids = np.zeros(self.height, dtype=np.uint32)
        for block in self.blocks:
            if number < len(block.cells):
                ids[block.first : block.first + block.cells.shape[1]] = block.cells[number]
        present = np.zeros(len(values), dtype=bool)
        present[ids] = True
        renumbered = np.cumsum(present, dtype=np.uint32) - 1
        return smallest([values[at] for at in np.flatnonzero(present)], renumbered[ids])


def _without_rows(chunk: bytes) -> bytes:
    """Whole rows without their own tags."""
    cells = _BETWEEN_ROWS.sub(b"", chunk)
    opening = _ROW.match(cells)
    cells = cells[opening.end() if opening else 0 :].removesuffix(b"</row>")
    return _ROW.sub(b"", cells) if b"<row" in cells or b"</row" in cells else cells


_LETTERS = [bytes([letter]) for letter in b"ABCDEFGHIJKLMNOP"]


def read(data: bytes) -> list[Page]:
    """Every worksheet in its order. Raises what `xlsx.read` raises, ImportRefused for a far cell."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: part for name, part in marks.parts_by_name(archive).items() if part in archive.namelist()}
        large = sorted({part for part in parts.values() if archive.getinfo(part).file_size >= LARGE})
        try:
            folded = {part: fold(archive, part) for part in large}
        except NotCells:
            return xlsx.read(data)
        pages = xlsx.read(_written(archive, {part: sheet for part, (_, sheet) in folded.items()}))
    if folded.keys() - {parts.get(page.name) for page in pages}:  # two readers, two opinions which sheet is which
        return xlsx.read(data)
    return [folded[part][0].unfolded(page) if (part := parts.get(page.name, "")) in folded else page for page in pages]


def fold(archive: zipfile.ZipFile, part: str) -> tuple[Folded, bytes]:
    """A sheet's part folded, and the smaller part to read in its place. Raises NotCells, ImportRefused."""
    folded = Folded()
    with archive.open(part) as stream:
        head, rest = _until(stream, b"", b"<sheetData>")
        while (end := rest.find(b"</sheetData>")) < 0:
            cut_at = rest.rfind(b"</row>") + len(b"</row>")
            if cut_at >= len(b"</row>"):
                folded.take(rest[:cut_at])
                rest = rest[cut_at:]
            chunk = stream.read(_CHUNK)
            if not chunk or len(rest) > _LONGEST:
                raise NotCells
            rest += chunk
        folded.take(rest[:end])
        tail = rest[end:] + stream.read(_LONGEST)
        if stream.read(1) or b"<sheetData" in tail:
            raise NotCells
    return folded, b"".join([head, *folded.sheet(), tail])


def _until(stream: Any, known: bytes, mark: bytes) -> tuple[bytes, bytes]:
    """What stands up to and with `mark`, and what was read beyond it."""
    while (at := known.find(mark)) < 0:
        chunk = stream.read(_CHUNK)
        if not chunk or len(known) > _LONGEST:
            raise NotCells
        known += chunk
    return known[: at + len(mark)], known[at + len(mark) :]


def _written(archive: zipfile.ZipFile, smaller: Mapping[str, bytes]) -> bytes:
    """The workbook with these parts in the place of its own, and without what holds no cell (pictures, programs)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as written:
        for name in dict.fromkeys(archive.namelist()):
            if name in smaller:
                written.writestr(name, smaller[name])
            elif name.lower().endswith((".xml", ".rels")):
                _copy(archive, name, written)
    return out.getvalue()


def _copy(archive: zipfile.ZipFile, name: str, written: zipfile.ZipFile) -> None:
    """Raises BadZipFile for a text longer than any element of a spreadsheet."""
    with archive.open(name) as source, written.open(name, "w") as target:
        while chunk := source.read(LONGEST_ELEMENT):
            if len(chunk) == LONGEST_ELEMENT and b"<" not in chunk:
                raise zipfile.BadZipFile("an element or a text that long is no spreadsheet's")
            target.write(chunk)
