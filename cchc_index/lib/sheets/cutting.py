"""The cells of a stretch of a sheet's XML, cut apart by arithmetic on its bytes: no object is made for each cell.

`<c r="B7" s="3"><v>5</v></c>` is a place (row 6, column 1) and a text (` s="3"><v>5</v></c>`). Texts are numbered in
the order of first sight. Equal texts are found by comparing their bytes as whole numbers; long ones, of which there
are few, one by one.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPENING = b'<c r="'
SHORT = 32
"""Bytes of a text up to which it is compared as SHORT ÷ 8 numbers: all answers and numbers, most codes."""
_LETTERS, _DIGITS = 3, 7
_SPREAD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)

Numbers = NDArray[np.int64]


class NotCells(ValueError):
    """The stretch is spelt otherwise than spreadsheet programs spell it."""


def cut(stretch: bytes, numbers: Mapping[bytes, int]) -> tuple[Numbers, Numbers, Numbers]:
    """Row, column and number of the text of every cell; rows and columns from 0. `numbers[text]` gives the number
    of a text, and refuses what is none. Raises NotCells."""
    data = np.frombuffer(stretch + bytes(SHORT + len(OPENING) + _LETTERS + _DIGITS + 1), dtype=np.uint8)
    starts = _starts(data, len(stretch))
    if stretch[: starts[0] if len(starts) else len(stretch)].strip():
        raise NotCells
    at = starts + len(OPENING)
    columns, at = _read(data, at, _LETTERS, lambda byte: byte - 64, 65, 90, 26)
    rows, at = _read(data, at, _DIGITS, lambda byte: byte - 48, 48, 57, 10)
    if (data[at] != ord('"')).any():
        raise NotCells
    at += 1
    ends = np.append(starts[1:], len(stretch))
    return rows - 1, columns - 1, _numbered(stretch, data, at, ends - at, numbers)


def _starts(data: NDArray[np.uint8], length: int) -> Numbers:
    """Where cells open: `<c r="`."""
    found = np.flatnonzero((data[:-2] == ord("<")) & (data[1:-1] == ord("c")) & (data[2:] == ord(" ")))
    found = found[found < length]
    for offset in (3, 4, 5):
        if (data[found + offset] != OPENING[offset]).any():
            raise NotCells
    return found


def _read(
    data: NDArray[np.uint8], at: Numbers, most: int, worth: Callable[[Any], Any], low: int, high: int, base: int
) -> tuple[Numbers, Numbers]:
    """The number that stands at each place, in letters or digits, and where it ends. One of them at least."""
    value = np.zeros(len(at), dtype=np.int64)
    going = np.ones(len(at), dtype=bool)
    for _ in range(most):
        byte = data[at].astype(np.int64)
        going &= (byte >= low) & (byte <= high)
        if not going.any():
            break
        value = np.where(going, value * base + worth(byte), value)
        at = at + going
    if (value == 0).any():
        raise NotCells
    return value, at


def _numbered(
    stretch: bytes, data: NDArray[np.uint8], at: Numbers, lengths: Numbers, numbers: Mapping[bytes, int]
) -> Numbers:
    ids = np.empty(len(at), dtype=np.int64)
    is_short = lengths <= SHORT
    short = np.flatnonzero(is_short)
    if len(short):
        first, which = _different(data, at[short], lengths[short])
        texts = (stretch[start : start + length] for start, length in _pairs(at[short[first]], lengths[short[first]]))
        ids[short] = np.fromiter((numbers[text] for text in texts), dtype=np.int64, count=len(first))[which]
    for cell in np.flatnonzero(~is_short).tolist():
        ids[cell] = numbers[stretch[at[cell] : at[cell] + lengths[cell]]]
    return ids


def _pairs(one: Numbers, other: Numbers) -> "zip[tuple[int, int]]":
    return zip(one.tolist(), other.tolist(), strict=True)


def _different(data: NDArray[np.uint8], at: Numbers, lengths: Numbers) -> tuple[Numbers, Numbers]:
    """The first of each different text, and for every text which of those it is."""
    bytes_ = np.lib.stride_tricks.sliding_window_view(data, SHORT)[at]
    bytes_[np.arange(SHORT) >= lengths[:, None]] = 0
    words = bytes_.view(np.uint64)
    _, first, which = np.unique((words * _SPREAD).sum(axis=1), return_index=True, return_inverse=True)
    if (words != words[first][which]).any() or (lengths != lengths[first][which]).any():
        raise NotCells  # two texts of one sum: this sheet is left to the parser
    return first, which
