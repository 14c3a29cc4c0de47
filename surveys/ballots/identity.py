"""What makes two rows one ballot: the code people see, or where a file has none the whole row."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cchc_index.lib import codes
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.table import Table
from cchc_index.lib.text import fold

from . import personal
from .headings import REASON

_NUMBER = re.compile(r"0*(\d+?)(?:[.,]0+)?")
_TELEPHONE = re.compile(r"(\+?84|0)[35789]\d{8}")
_NAME = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+)+")
_DIALLED = frozenset("0+8(")
_DIGEST = 24
"""Hexadecimal digits of a row's digest: 96 bits."""


@dataclass(frozen=True, slots=True)
class Known:
    """A ballot of the survey that is in already."""

    group_id: int
    unit_id: int
    answers: bytes


def key(code: str) -> str:
    """What the spellings of one ballot code share: P1, p1 and P 1 are one; so are 001, 1 and 1.0."""
    plain = codes.key(code)
    number = _NUMBER.fullmatch(plain) if plain[:1].isdigit() else None
    return number[1] if number else plain


def is_personal(code: str) -> bool:
    """Whether a ballot's code is a telephone number or a person's name: words of letters alone."""
    if code[:1] in _DIALLED and _TELEPHONE.fullmatch(re.sub(r"[\s.()-]", "", code)):
        return True
    return " " in code and _NAME.fullmatch(code) is not None


def of_rows(table: Table) -> list[str]:
    """A code for each row of a file without codes: the digest of all its cells, and which of the rows alike it is.
    Never its place: the same row in next week's file is the same ballot. Columns that are headed as people's data are
    no part of it: a digest of a telephone number gives the number away to whoever tries them all."""
    away = {at for at, text in enumerate(table.headings) if fold(text) == fold(REASON) or personal.is_heading(text)}
    width = max(len(part.page.columns) for part in table.parts)
    columns = [_texts_of(table, at) for at in range(width) if at not in away]
    times: Counter[str] = Counter()
    made = []
    for cells in zip(*columns, strict=True):
        digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:_DIGEST]
        times[digest] += 1
        made.append(f"{digest}-{times[digest]}")
    return made


def _texts_of(table: Table, at: int) -> Iterable[str]:
    values, index = table.column(at)
    texts = [cell_text(value) for value in values]
    return map(texts.__getitem__, index.tolist())


def differences(answers: bytes, before: Known, unit_id: int, asked: Mapping[int, str]) -> str:
    """How a ballot differs from the one that is in under the same code, side by side; "" where it does not. `asked`:
    place in the answers → criterion code."""
    told = [] if unit_id == before.unit_id else ["đơn vị khác"]
    told += [
        f"{asked.get(at, at)}: đã nhập {old or 'trống'}, tệp ghi {new or 'trống'}"
        for at, (old, new) in enumerate(zip(before.answers, answers, strict=False))
        if old != new
    ]
    return "; ".join(told)
