"""Which row holds the headings, which heading is which column, in one row or in two.

Headings match without case, accents or extra spaces; one that nearly matches becomes a repairable fault.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, lru_cache

from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.text import fold

from . import letters
from .cells import cell_text
from .guards import refuse
from .page import Page

_SHORT = re.compile(r"(\w+(?:\[\w+\])*)\. (\S.*)")
HEADING_ROWS = 30
NEARLY = 0.85
"""Similarity above which an unknown heading is taken for a misspelt one (and named as a fault)."""
REMEMBERED = 300
"""Letters of the longest text that is kept with its answer."""
TEXT, CODE, NUMBER, DAY, PRINTED, ADDRESS, BY_ROW = "text", "code", "number", "day", "printed", "address", "by row"
"""What a column holds, so that every way in guards it alike: words; a code, which no program may have turned into a
number with a fraction or a date; a number; a day; a code as printed in an annex, whose repairs its own reader proposes;
an address of mail, by which a row is known where it has no code; what only the reader knows, row by row."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column we look for: `key` for the code, `heading` as the decisions call it, other names, what it holds."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = True
    holds: str = TEXT
    otherwise: str = ""
    """What may be done instead where the column is missing."""

    def names(self) -> tuple[str, ...]:
        return _folded(self.heading, *self.aliases)


@cache
def _folded(*names: str) -> tuple[str, ...]:
    return tuple(fold(name) for name in names)


@dataclass(slots=True)
class Headings:
    """The headings of a page. `first` and `last` are its rows from 0; `index` the places of our columns by key,
    `extra` the headings nobody asked for by place."""

    first: int
    last: int
    texts: list[str]
    index: dict[str, int]
    extra: dict[int, str]
    faults: list[Fault] = field(default_factory=list)

    def missing(self, columns: Sequence[Column]) -> list[Column]:
        return [c for c in columns if c.required and c.key not in self.index]


def find(page: Page, columns: Sequence[Column], rows: int | None = None) -> Headings:
    """The headings of `page` for `columns`, in one row or two, or in as many as `rows` says. Raises ImportRefused
    when no row names any of them."""
    position = _position(page, columns, rows)
    if rows is not None:
        return _headings(page, columns, position, position + rows - 1, carried=True)
    one = _headings(page, columns, position, position)
    if one.missing(columns) or goes_on(page, position):
        two = _headings(page, columns, position, position + 1)
        if len(two.missing(columns)) < len(one.missing(columns)) or (
            len(two.missing(columns)) == len(one.missing(columns)) and goes_on(page, position)
        ):
            return two
    if position and goes_on(page, position - 1):  # the lower row names more of them than the upper
        two = _headings(page, columns, position - 1, position)
        if len(two.index) > len(one.index):
            return two
    return one


def score(page: Page, columns: Sequence[Column], rows: int | None = None) -> int:
    """How many of `columns` the best row of `page` names."""
    return max(_scores(page, columns, rows), default=0)


def _position(page: Page, columns: Sequence[Column], rows: int | None) -> int:
    """The row among the first HEADING_ROWS that names most of our columns."""
    scores = _scores(page, columns, rows)
    best = max(scores, default=0)
    if best == 0:
        garbled(page, range(min(page.height, HEADING_ROWS)), least=2)
        names = ", ".join(f"“{c.heading}”" for c in columns if c.required)
        raise refuse("không có dòng tiêu đề", f"đặt ở dòng đầu các cột {names}")
    return scores.index(best)


def garbled(page: Page, rows: Iterable[int], *, least: int = 1) -> None:
    """Raises ImportRefused where one of `rows`, among which headings are missed, has so many texts in an encoding
    that is none of ours."""
    for row in rows:
        problems = [(at, problem) for at, cell in enumerate(page.row(row)) if (problem := letters.problem_of(cell))]
        if len(problems) >= least:
            raise ImportRefused([Fault(row + 1, get_column_letter(at + 1), *problem) for at, problem in problems])


def _scores(page: Page, columns: Sequence[Column], rows: int | None) -> list[int]:
    """For each row among the first HEADING_ROWS, how many of our columns it names, with those below it where a
    heading has several rows."""
    last = (rows or 1) - 1
    scores = []
    for row in range(min(page.height - last, HEADING_ROWS)):
        headings = {fold(text) for text in texts(page, row, row + last, carried=True)} - {""}
        scores.append(sum(is_named(column, headings) for column in columns))
    return scores


def goes_on(page: Page, row: int) -> bool:
    """Whether the heading row is merged with the one below, or spans columns that the one below names singly."""
    return row + 1 < page.height and any(
        m.top == row and (m.bottom == row + 1 or (m.bottom == row and m.right > m.left)) for m in page.merged
    )


def _headings(page: Page, columns: Sequence[Column], first: int, last: int, *, carried: bool = False) -> Headings:
    words = texts(page, first, last, carried=carried)
    index, extra, faults = _match(words, columns, first + 1)
    return Headings(first, last, words, index, extra, faults)


def texts(page: Page, first: int, last: int, *, carried: bool = False) -> list[str]:
    """The headings of the rows `first` to `last`, the filled parts of a column joined by " / "; a heading over
    several columns stands over each of them. `carried`: it also stands over the blank cells at its right under
    which a heading stands, as forms export it without merging."""
    parts = [[cell_text(cell) for cell in page.row(row)] for row in range(first, min(last + 1, page.height))]
    if last > first:
        for area in page.merged:
            if first <= area.top < last and area.right > area.left:
                _spread(parts[area.top - first], area.left, area.right)
    for upper, lower in zip(parts, parts[1:] if carried else ()):  # noqa: B905 – the last has nothing below
        for at in range(1, len(upper)):
            if not upper[at] and lower[at] and lower[at - 1]:
                upper[at] = upper[at - 1]
    return [" / ".join(part for part in column if part) for column in zip(*parts, strict=True)]


def words_of(heading: str) -> set[str]:
    """What a heading may be called by, folded: itself, each of its rows, and of LimeSurvey's "id. Response ID" either
    part."""
    words = {fold(heading)}
    for row in heading.split(" / "):
        short = _SHORT.fullmatch(row)
        words |= {fold(row), *((fold(short[1]), fold(short[2])) if short else ())}
    return words - {""}


def _spread(row: list[str], left: int, right: int) -> None:
    row[left + 1 : right + 1] = [row[left]] * (min(right, len(row) - 1) - left)


def is_named(column: Column, headings: Iterable[str]) -> bool:
    """Whether one of the folded `headings` is a name of the column, begins with one or nearly is one."""
    names = column.names()
    return any((_is_name_again if len(heading) <= REMEMBERED else _is_name)(heading, names) for heading in headings)


def _is_name(heading: str, names: tuple[str, ...]) -> bool:
    return _same(heading, names) or _begins(heading, names) or _nearly(heading, names)


# The rows of a sheet's head are compared with the same few names several times.
_is_name_again = lru_cache(maxsize=4096)(_is_name)


def _match(
    texts: Sequence[str], columns: Sequence[Column], row: int
) -> tuple[dict[str, int], dict[int, str], list[Fault]]:
    index: dict[str, int] = {}
    faults: list[Fault] = []
    folded = [fold(heading) for heading in texts]
    free = {i for i, heading in enumerate(folded) if heading}
    for test in (_same, _begins, _ends):
        for column in columns:
            hit = next((i for i in sorted(free) if column.key not in index and test(folded[i], column.names())), None)
            if hit is not None:
                index[column.key] = hit
                free.discard(hit)
    for column in columns:
        hit = next((i for i in sorted(free) if column.key not in index and _nearly(folded[i], column.names())), None)
        if hit is not None:
            index[column.key] = hit
            free.discard(hit)
            words, repair = f"tiêu đề “{texts[hit]}” viết sai", f"sửa thành “{column.heading}”"
            faults.append(Fault(row, get_column_letter(hit + 1), words, repair, repairable=True))
    return index, {i: texts[i] for i in sorted(free)}, faults


def _same(heading: str, names: Sequence[str]) -> bool:
    return heading in names


def _begins(heading: str, names: Sequence[str]) -> bool:
    """`Nội dung/Tiêu chí/Tiêu chí thành phần` and `Điểm tối đa (điểm)` begin with a name we know."""
    return any(
        heading.startswith(name)
        and heading[len(name) :].lstrip().startswith(("/", "(", ":", "[") if len(name) > 3 else "(")
        for name in names
    )


def _ends(heading: str, names: Sequence[str]) -> bool:
    """The lower part of a heading of two rows, alone or as the end of the upper: `Điểm / Tự đánh giá`."""
    upper, slash, lower = heading.partition(" / ")
    return bool(slash) and (lower in names or f"{upper} {lower}" in names)


def _nearly(heading: str, names: Sequence[str]) -> bool:
    """Lengths first: two texts are no nearer than 2·shorter ÷ (both), and comparing costs the most."""
    return any(
        len(name) > 5
        and 2 * min(len(name), len(heading)) >= NEARLY * (len(name) + len(heading))
        and _alike(heading, name)
        for name in names
    )


def _alike(heading: str, name: str) -> bool:
    matcher = SequenceMatcher(None, heading, name)
    return matcher.quick_ratio() >= NEARLY and matcher.ratio() >= NEARLY


def twins(headings: Headings, columns: Sequence[Column]) -> list[Fault]:
    """A second column under a heading already found: nobody can say which of the two is meant."""
    names = {key: f"{get_column_letter(at + 1)} “{headings.texts[at]}”" for key, at in headings.index.items()}
    return [
        Fault(
            headings.first + 1,
            get_column_letter(at + 1),
            f"cột “{text}” trùng nghĩa với cột {names[column.key]}",
            "giữ lại một cột, đổi tên hoặc xóa cột kia",
        )
        for at, text in headings.extra.items()
        for column in columns
        if column.key in names and fold(text) in column.names()
    ]
