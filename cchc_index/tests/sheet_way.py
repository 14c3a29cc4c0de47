"""A way in of sheets: what it takes, what it stores, what it says. Each is used as a person uses it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cchc_index.lib.numbers import exact_text

from .sheet_writers import Rows, Sheet

Stored = dict[str, str]

"""Record → what is stored of it, as text."""
Bring = Callable[[bytes, str, bool], str]

"""Content, ending, whether hidden cells count → everything said about the file."""


@dataclass(slots=True)
class Outcome:
    """What became of a file: everything stored, and everything said about it."""

    stored: Stored
    said: str


@dataclass(slots=True)
class Way:
    """A way in. `records` are three good rows and a fourth for a second sheet; `bring` takes a file in, `read` tells
    what is stored.

    `code`, `number` and `words` are columns: the record's code, a number, stored text; `more_codes` are further
    columns of codes. `repeats` is a column of codes that may stand in several rows, `alike` spellings of the first
    record's code that look the same.
    """

    headings: list[str]
    records: Rows
    stored: list[tuple[str, str]]
    bring: Bring
    read: Callable[[], Stored]
    code: int
    more_codes: Sequence[int] = ()
    number: int | None = None
    words: int | None = None
    repeats: int | None = None
    above: Rows = field(default_factory=list)
    below_headings: Rows = field(default_factory=list)
    more: list[Sheet] = field(default_factory=list)
    name: str = "Trang 1"
    alike: Sequence[str] = ("a-1", "Ａ-１", "A–1", "А-1")
    printed: bool = False
    knows_all: bool = False
    """A column that nothing names is a fault."""
    refuses: frozenset[str] = frozenset()
    """Kinds that others take or word otherwise: here each is a fault by row and column, and nothing is stored."""

    def take(self, data: bytes, ending: str, take_hidden: bool) -> Outcome:
        """What became of a file. Whatever it was, each fault of a cell names its row and column and the repair."""
        said = self.bring(data, ending, take_hidden)
        assert not without_place(said), said
        return Outcome(self.read(), said)

    def rows(self) -> Rows:
        return [*self.above, [*self.headings], *self.below_headings, *[list(record) for record in self.records[:3]]]

    @property
    def heading_row(self) -> int:
        """From 0."""
        return len(self.above)

    @property
    def first(self) -> int:
        """The row of the first record, from 0."""
        return len(self.above) + 1 + len(self.below_headings)

    def expected(self, *which: int) -> Stored:
        return dict(self.stored[n] for n in (which or range(3)))


_OF_A_ROW = re.compile(r"Dòng \d+(?: trang “[^”]*”)?(?!\d|, cột [^ :])(?! trang)(?P<cause>.{0,90})", re.DOTALL)
_WHOLE_ROW = re.compile(r": (thiếu cột|không có \S+( \S+)* dưới|có dấu ngoặc kép)")
"""What is wrong with a row and with none of its cells."""


def without_place(said: str) -> list[str]:
    """What is said of a row and names no column."""
    return [found[0] for found in _OF_A_ROW.finditer(said) if not _WHOLE_ROW.match(found["cause"])]


def shown(value: Decimal | None) -> str:
    return exact_text(value) or ""
