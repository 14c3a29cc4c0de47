"""What makes two rows one ballot: the code people see, or where a file has none the whole row."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from cchc_index.lib import codes
from cchc_index.lib.sheets.cells import cell_text, day_of
from cchc_index.lib.sheets.table import Table
from cchc_index.lib.text import fold

from . import hours, personal
from .headings import REASON

_NUMBER = re.compile(r"0*(\d+?)(?:[.,]0+)?")
_TELEPHONE = re.compile(r"(\+?84|0)[35789]\d{8}")
_HOUR = re.compile(r"[\d/:. T-]{12,}( ?(AM|PM|SA|CH))?( ?(Z|GMT|UTC)?[+-]?[\d:]*)?", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+)+")
_DAY = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}")
_DIALLED = frozenset("0+8(")
_NO_PART = frozenset({fold(REASON), "stt", "tt", "so tt", "so thu tu", "no", "no.", "#", "_index", "_parent_index"})
"""Headings, folded, of what a row is not known by: a fault's reason, its number in the file."""
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


def of_rows(table: Table, asked: Mapping[int, str]) -> list[str]:
    """A code for each row of a file without codes: the digest of all its filled cells under their headings, and which
    of the rows alike it is. `asked`: place → what a column is for us, whatever its heading. Never a row's place, nor a
    column's: the same row in next week's file is the same ballot, though columns moved or came in that are blank in it.
    Columns that are headed as people's data are no part of it: a digest of a telephone number gives the number away to
    whoever tries them all."""
    width = max(len(part.page.columns) for part in table.parts)
    heads = [*table.headings, *[""] * width][:width]
    away = {at for at, text in enumerate(heads) if fold(text) in _NO_PART or personal.is_heading(text)}
    places = sorted((asked.get(at) or fold(heads[at]), at) for at in range(width) if at not in away)
    columns = [_texts_of(table, at, head) for head, at in places]
    times: Counter[str] = Counter()
    made = []
    for cells in zip(*columns, strict=True):
        digest = hashlib.sha256("\x1f".join(filter(None, cells)).encode()).hexdigest()[:_DIGEST]
        times[digest] += 1
        made.append(f"{digest}-{times[digest]}")
    return made


def _texts_of(table: Table, at: int, head: str) -> Iterable[str]:
    """The filled cells of a column with its heading before each; "" for a blank one."""
    values, index = table.column(at)
    texts = [f"{head}\x1e{text}" if text else "" for text in map(_text_of, values)]
    return map(texts.__getitem__, index.tolist())


def _text_of(value: object) -> str:
    """A cell as its row is known by it: case, accents and spaces are nobody's answer, a number is one however it is
    written, an hour and a day are one in a workbook and in a text file. What a mapping makes of a word is no part of
    it: explained otherwise next week, the row is still the same ballot, and shown beside what is in."""
    text = cell_text(value)
    hour = hours.moment(value) if isinstance(value, datetime) or _HOUR.fullmatch(text) else math.nan
    if not math.isnan(hour):
        return f"{hour:.0f}"
    if isinstance(value, date) or _DAY.fullmatch(text):
        with suppress(ValueError):
            day = day_of(value)
            return f"{day.toordinal() * 86_400}" if day else ""
    number = _NUMBER.fullmatch(text)
    return number[1] if number else fold(text)


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
