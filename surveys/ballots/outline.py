"""What a file of ballots holds before anybody has said how to read it: its sheets, its heading rows, and of each column
the distinct texts with their counts and a guess at its use. The guesses are proposals for a person to confirm."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
from openpyxl.utils import get_column_letter

from cchc_index.lib.sheets import headings
from cchc_index.lib.sheets.book import SheetBook
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.headings import HEADING_ROWS
from cchc_index.lib.sheets.page import Page
from cchc_index.lib.text import fold
from surveys.places import Leaf, Places
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from . import personal
from .headings import REASON, leaf_in, parts_of
from .layout import Candidate, chosen
from .mapping import MAX_HEADING_ROWS, TICKED, UNTICKED, BallotMapping

CODE, UNIT, FINISHED, QUESTION, PERSONAL, IGNORE = "code", "unit", "finished", "question", "personal", "ignore"
"""What a column may be."""
TICKS = TICKED | UNTICKED
EXAMPLES = 3
NEARLY = 0.85
"""How near a heading must come to a criterion's name to be proposed for it."""
SHORT = 12
"""Letters below which a heading names no criterion."""
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")
PAGES = 5
"""Sheets searched for headings that are known."""


@dataclass(slots=True)
class OutlineColumn:
    """A column: place (from 0), whole heading, text → cells without blanks, and what it seems to be. `tick`: the
    answer that a mark there stands for, 0 where cells hold answers."""

    position: int
    heading: str
    counts: Mapping[str, int]
    use: str = IGNORE
    leaf: Leaf | None = None
    tick: int = 0
    why: str = ""
    personal: bool = False

    @property
    def letter(self) -> str:
        return get_column_letter(self.position + 1)

    @property
    def may_tick(self) -> bool:
        """Whether the cells look like marks: then a level may be said for the whole column."""
        return bool(self.tick) or (bool(self.counts) and all(fold(text) in TICKS for text in self.counts))

    @property
    def examples(self) -> list[str]:
        return [] if self.personal else [text[:40] for text in list(self.counts)[:EXAMPLES]]


@dataclass(slots=True)
class Outline:
    """`first` is the first heading row as people count, `sheets` (name, rows, taken)."""

    first: int
    rows: int
    columns: list[OutlineColumn]
    shape: str
    sheets: list[tuple[str, int, bool]] = field(default_factory=list)

    def of_use(self, use: str) -> OutlineColumn | None:
        return next((column for column in self.columns if column.use == use), None)


def outline_of(
    book: SheetBook, mapping: BallotMapping, places: Places, scale: Scale, asked: Sequence[int] | None, first: int = 0
) -> Outline:
    """The outline of the sheets that `mapping` names. `first`: the heading row as people count, 0: found in the file.
    `asked`: criterion ids of the group's questionnaire. Raises ImportRefused for a sheet the file lacks."""
    taken = chosen(book, mapping)
    pages = taken.pages if book.is_text else taken.visible
    page, row, rows, candidate = _headings_of(pages, mapping, places, scale, first)
    texts = headings.texts(page, row, row + rows - 1, carried=rows > 1)
    sheets = [page] if book.is_text else [other for other in pages if other is page or _place_of(texts, other, rows)]
    columns = [
        OutlineColumn(at, text, counts)
        for at, text in enumerate(texts)
        if text and fold(text) != fold(REASON)
        for counts in [_counts(sheets, page, row, rows, at)]
    ]
    _Guesses(columns, mapping, places, scale, asked, candidate).make()
    names = {other.name for other in sheets}
    listed = [] if book.is_text else [(p.name, p.height, p.name in names) for p in book.pages]
    return Outline(row + 1, rows, columns, shape_of(page, row, rows), listed)


def is_table(book: SheetBook) -> bool:
    """Whether a sheet has two rows and two columns at least: something whose columns can be explained."""
    return any(
        page.height - int(page.blank_rows().sum()) > 1 and len(page.columns) > 1
        for page in (book.pages if book.is_text else book.visible)
    )


def _headings_of(
    pages: Sequence[Page], mapping: BallotMapping, places: Places, scale: Scale, first: int
) -> tuple[Page, int, int, Candidate]:
    """The page and the row of the headings, and how many rows they take."""
    known = scale.explained_by(mapping.answers)
    candidates = [
        Candidate(page, row, mapping, places, known)
        for page in pages
        for row in range(min(page.height, HEADING_ROWS))
        if not first or row == first - 1
    ]
    best = max(candidates, key=lambda candidate: candidate.score, default=None)
    if best is None or best.score == 0:
        best = max(candidates or [Candidate(pages[0], 0, mapping, places, known)], key=_words)
    rows = best.rows or (2 if headings.goes_on(best.page, best.row) else 1)
    return best.page, best.row, rows, best


def _words(candidate: Candidate) -> int:
    """How many cells of a row hold words: the fullest row of words is likely the headings."""
    return sum(not text[0].isdigit() for text in candidate.upper if text)


def _place_of(texts: Sequence[str], page: Page, rows: int) -> bool:
    """Whether a page has the same headings."""
    same = {fold(text) for text in texts} - {""}
    for row in range(min(page.height, HEADING_ROWS)):
        if {fold(text) for text in headings.texts(page, row, row + rows - 1, carried=rows > 1)} - {""} == same:
            return True
    return False


def _counts(pages: Sequence[Page], main: Page, row: int, rows: int, at: int) -> dict[str, int]:
    """Text → cells of a column, the commonest first. Other pages of the same headings have the same columns."""
    counts: Counter[str] = Counter()
    for page in pages:
        if at >= len(page.columns):
            continue
        column, start = page.columns[at], row + rows
        index = column.index[start:]
        if page.hidden_rows:
            index = np.delete(index, [n - start for n in page.hidden_rows if start <= n < page.height])
        for number, times in zip(*np.unique(index, return_counts=True), strict=True):
            counts[cell_text(column.values[number])] += int(times)
    del counts[""]
    return dict(counts.most_common())


# --- the mark of a file's headings -----------------------------------------------------------------


def shape_of(page: Page, first: int, rows: int) -> str:
    """A digest of the texts in the heading rows, whatever their order: next week's file has the same."""
    return _digest(_row_words(page, row) for row in range(first, first + rows))


def shapes_in(book: SheetBook) -> set[str]:
    """The digests that any stretch of rows near the top of the first sheets would have as headings."""
    shapes = set()
    for page in (book.pages if book.is_text else book.visible)[:PAGES]:
        words = [_row_words(page, row) for row in range(min(page.height, HEADING_ROWS + MAX_HEADING_ROWS))]
        for first in range(min(len(words), HEADING_ROWS)):
            for rows in range(1, MAX_HEADING_ROWS + 1):
                shapes.add(_digest(words[first : first + rows]))
    return shapes


def _row_words(page: Page, row: int) -> set[str]:
    return {fold(cell_text(cell)) for cell in page.row(row)} - {"", fold(REASON)} if row < page.height else set()


def _digest(rows: Iterable[set[str]]) -> str:
    words: set[str] = set().union(*rows)
    return hashlib.sha256("\x1f".join(sorted(words)).encode()).hexdigest()


# --- what a column seems to be ---------------------------------------------------------------------


class _Guesses:
    """Gives each column a use: what the mapping says, else what headings and cells suggest."""

    def __init__(
        self,
        columns: list[OutlineColumn],
        mapping: BallotMapping,
        places: Places,
        scale: Scale,
        asked: Sequence[int] | None,
        candidate: Candidate,
    ):
        self.columns, self.mapping, self.places, self.scale, self.candidate = columns, mapping, places, scale, candidate
        self.leaves = [leaf for leaf in places.leaves if leaf.source == "survey"]
        if asked is not None:
            by_id = {leaf.id: leaf for leaf in self.leaves}
            self.leaves = [by_id[pk] for pk in asked if pk in by_id]
        self.open = list(columns)

    def make(self) -> None:
        self._told()
        self._singles()
        self._personal()
        self._by_codes()
        self._by_names()
        self._by_order()

    def _take(self, column: OutlineColumn, use: str, why: str, leaf: Leaf | None = None, tick: int = 0) -> None:
        column.use, column.why, column.leaf, column.tick = use, why, leaf, tick
        self.open.remove(column)

    def _of(self, heading: str) -> OutlineColumn | None:
        """The open column that a heading of the mapping names: whole, else by its lower, else by its upper part, else
        by what else it is called."""
        word = fold(heading)
        for at in range(3):
            for column in self.open:
                upper, _, lower = column.heading.rpartition(" / ")
                if fold((column.heading, lower, upper)[at]) == word:
                    return column
        return next((column for column in self.open if word in headings.words_of(column.heading)), None)

    def _told(self) -> None:
        """What the mapping says."""
        why = "theo cách đọc đã lưu"
        singles = ((CODE, self.mapping.ballot), (UNIT, self.mapping.unit), (FINISHED, self.mapping.finished))
        for use, heading in singles:
            if heading and (column := self._of(heading)):
                self._take(column, use, why)
        for heading, code in self.mapping.questions.items():
            leaf = self.places.leaf(code)
            if leaf and (column := self._of(heading)):
                self._take(column, QUESTION, why, leaf)
        for code, ticks in self.mapping.ticks.items():
            leaf = self.places.leaf(code)
            for heading, value in ticks.items():
                if leaf and (column := self._of(heading)):
                    self._take(column, QUESTION, why, leaf, max(0, Scale(self.scale.labels).read(value)))
        for heading in self.mapping.ignore:
            if column := self._of(heading):
                column.personal = personal.is_column(column.heading, column.counts)
                self._take(column, PERSONAL if column.personal else IGNORE, why)

    def _singles(self) -> None:
        """The ballot's code, the unit and the mark of sending, where the layout finds them by itself."""
        guessed = {
            CODE: None if self.mapping.without_code else self.candidate.code([]),
            UNIT: self.candidate.unit([]),
            FINISHED: self.candidate.finished(),
        }
        taken = {column.use for column in self.columns}
        for use, guess in guessed.items():
            if guess is None or use in taken:
                continue
            names = guess.names()
            column = next((c for c in self.open if fold(c.heading) in names), None)
            if column is None and use == UNIT:
                column = self._like_units()
            if column is not None:
                self._take(column, use, "theo tiêu đề" if fold(column.heading) in names else "theo nội dung")

    def _like_units(self) -> OutlineColumn | None:
        """The column most of whose texts are, or nearly are, units."""
        for column in self.open:
            texts = list(column.counts)[:200]
            near = sum(self.places.unit(text) is not None or bool(self.places.nearest_units(text)) for text in texts)
            if texts and near > personal.MOSTLY * len(texts):
                return column
        return None

    def _personal(self) -> None:
        for column in list(self.open):
            if personal.is_column(column.heading, column.counts):
                column.personal = True
                self._take(column, PERSONAL, "có vẻ là thông tin cá nhân")

    def _by_codes(self) -> None:
        found: dict[int, list[OutlineColumn]] = {}
        for column in list(self.open):
            leaf = leaf_in(column.heading, self.places)
            if leaf is not None and leaf.source == "survey":
                found.setdefault(leaf.id, []).append(column)
                self._take(column, QUESTION, "theo mã hoặc tên trong tiêu đề", leaf)
        for columns in found.values():
            values = [self.scale.read(column.heading.rpartition(" / ")[2]) for column in columns]
            if len(columns) > 1 and len(set(values)) == len(values) and min(values) > 0:
                for column, value in zip(columns, values, strict=True):
                    column.tick = value

    def _by_names(self) -> None:
        by_name = {fold(leaf.name): leaf for leaf in self.leaves}
        for column in list(self.open):
            for part in _parts(column.heading):
                near = get_close_matches(part, by_name, n=1, cutoff=NEARLY) if len(part) >= SHORT else []
                leaf = by_name[near[0]] if near else None
                if leaf is not None and all(other.leaf != leaf for other in self.columns):
                    self._take(column, QUESTION, "theo tên tiêu chí", leaf)
                    break

    def _by_order(self) -> None:
        """A row of headings numbered alike, as many as there are criteria: likely these in their order."""
        if any(column.use == QUESTION for column in self.columns):
            return
        alike: dict[tuple[str, str], list[OutlineColumn]] = {}
        for column in self.open:
            if match := _NUMBERED.fullmatch(column.heading):
                alike.setdefault((match[1], match[3]), []).append(column)
        for columns in alike.values():
            if len(columns) == len(self.leaves) > 1:
                for column, leaf in zip(columns, self.leaves, strict=True):
                    self._take(column, QUESTION, "theo thứ tự, cần xem lại", leaf)
                return


def _parts(heading: str) -> list[str]:
    """What of a heading may be a criterion's name, folded."""
    return list(dict.fromkeys(map(fold, parts_of(heading))))


def names_differ(heading: str, leaf: Leaf, *, ticked: bool = False) -> bool:
    """Whether a heading has words of its own that are not nearly the name of `leaf`: a form's own number 4.1 need not
    be criterion 4.1. What a ticked column says last is its answer."""
    asked = heading.rpartition(" / ")[0] if ticked else ""
    words = [re.sub(r"^[\W\d_]+", "", part) for part in _parts(asked or heading)]
    long = [word for word in words if len(word) >= SHORT // 2]
    return bool(long) and not any(get_close_matches(word, [fold(leaf.name)], cutoff=0.6) for word in long)


def unknown_answers(columns: Iterable[OutlineColumn], scale: Scale) -> dict[str, int]:
    """Text → cells, of the answers that the scale does not know."""
    counts: Counter[str] = Counter()
    for column in columns:
        if column.use == QUESTION and not column.tick:
            for text, times in column.counts.items():
                if scale.read(text) == NOT_AN_ANSWER:
                    counts[text] += times
    return dict(counts.most_common())
