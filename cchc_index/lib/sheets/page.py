"""A sheet once read: every cell, what is hidden, what is merged. Places are counted from 0.

A column is held as its distinct values and, row by row, the number of one of them: eight million answers are
eight million small numbers, and what has to be looked at is looked at once per distinct value.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cells import is_blank

RowColumn = tuple[int, int]
"""(row, column)"""
_CHUNK = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Merged:
    """A merged area; both corners belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class PageColumn:
    """The cells of one column: `values[index[row]]`."""

    values: list[Any]
    index: NDArray[np.unsignedinteger[Any]]

    def __getitem__(self, row: int) -> Any:
        return self.values[self.index[row]]

    def blanks(self) -> NDArray[np.bool_]:
        """For each row, whether the cell is blank."""
        blank = [number for number, value in enumerate(self.values) if is_blank(value)]
        if len(blank) == 1:
            return np.asarray(self.index == blank[0])
        return np.isin(self.index, blank) if blank else np.zeros(len(self.index), dtype=bool)


@dataclass(slots=True)
class Page:
    """One sheet. `visible` is False for a hidden one."""

    name: str
    columns: list[PageColumn]
    height: int
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Merged, ...] = ()
    broken_row: int = 0
    """Of a text file, the row behind which the cuts cannot be trusted; 0 where all can."""
    _blank: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)

    def cell(self, row: int, column: int) -> Any:
        return self.columns[column][row] if column < len(self.columns) and row < self.height else None

    def row(self, row: int) -> list[Any]:
        return [column[row] for column in self.columns]

    def rows(self) -> Iterator[list[Any]]:
        return (self.row(number) for number in range(self.height))

    def blank_rows(self) -> NDArray[np.bool_]:
        """For each row, whether all its cells are blank."""
        if self._blank is None:
            self._blank = np.ones(self.height, dtype=bool)
            for column in self.columns:
                self._blank &= column.blanks()
        return self._blank


class _Numbered(dict[Any, int]):
    """Value → its number, in the order of first sight. True and 1 are two values."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def columns_of(rows: Iterable[Sequence[Any]], width: int) -> tuple[list[PageColumn], int]:
    """Rows of at most `width` cells as columns, and their count. Rows are taken a few thousand at a time."""
    known = [_Numbered() for _ in range(width)]
    parts: list[list[NDArray[np.uint32]]] = [[] for _ in range(width)]
    height, stream = 0, iter(rows)
    while chunk := list(islice(stream, _CHUNK)):
        height += len(chunk)
        for number, cells in enumerate(_turned(chunk, width)):
            keys = map(known[number].__getitem__, _told_apart(cells))
            parts[number].append(np.fromiter(keys, dtype=np.uint32, count=len(chunk)))
    return [_column(values, part) for values, part in zip(known, parts, strict=True)], height


def _turned(chunk: list[Sequence[Any]], width: int) -> Iterator[tuple[Any, ...]]:
    if any(len(row) != width for row in chunk):
        chunk = [[*row[:width], *[None] * (width - len(row))] for row in chunk]
    return zip(*chunk, strict=True)


def _told_apart(cells: tuple[Any, ...]) -> Iterable[Any]:
    """True equals 1 as a key: booleans travel wrapped, once any is there."""
    if bool in set(map(type, cells)):
        return [(cell,) if isinstance(cell, bool) else cell for cell in cells]
    return cells


def _column(known: _Numbered, parts: list[NDArray[np.uint32]]) -> PageColumn:
    values = [value[0] if isinstance(value, tuple) else value for value in known]
    return smallest(values, np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint32))


def smallest(values: list[Any], index: NDArray[np.uint32]) -> PageColumn:
    """A column whose index takes no more bytes than its values need."""
    kind = np.uint8 if len(values) < 256 else np.uint16 if len(values) < 65_536 else np.uint32
    return PageColumn(values, index.astype(kind))
