"""Which columns of a ballot file are the ballot's code, the unit and the mark of a sent response, and how many rows
its headings take: what the mapping says, else what can be told from the file itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets import headings
from cchc_index.lib.sheets.book import SheetBook
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.headings import HEADING_ROWS
from cchc_index.lib.sheets.page import Page
from cchc_index.lib.sheets.table import BY_ROW, Column
from cchc_index.lib.sheets.table import CODE as CODES
from cchc_index.lib.text import fold
from surveys.places import Places
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from .headings import leaf_in
from .mapping import BallotMapping, fault_of

CODE = Column(
    "code",
    "Mã phiếu",
    ("Mã số phiếu",),
    holds=CODES,
    otherwise="phiếu không có mã thì khai như vậy ở cách đọc tệp (tệp ánh xạ: “ballot”: null)",
)
UNIT = Column("unit", "Mã đơn vị", ("Mã cơ quan, đơn vị",), holds=CODES)
TOOL_CODES = (
    *("Response ID", "Mã phản hồi", "Respondent ID", "ResponseId", "Submission ID"),
    *("_uuid", "_id", "_submission__uuid", "_submission__id", "ID"),
)
"""How the tools head a response's own number, the surest first."""
TOOL_FINISHED = ("submitdate", "Date submitted", "Ngày gửi", "Finished")
"""LimeSurvey's moment of sending, blank in a response that was never finished; Qualtrics says False there."""
IMPORT_ID = '{"ImportId"'
MOSTLY = 0.5
"""The share of a column's cells that must name units before it is taken for the column of units."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`rows` None: one heading row, or two where they are merged. `notes`: what was told from the file."""

    columns: tuple[Column, ...]
    rows: int | None
    notes: list[str] = field(default_factory=list)


def chosen(book: SheetBook, mapping: BallotMapping) -> SheetBook:
    """The sheets that the mapping names, hidden ones too; all where it names none. Raises ImportRefused."""
    if not mapping.sheets or book.is_text:
        return book
    by_name = {fold(page.name): page for page in book.pages}
    unknown = [name for name in mapping.sheets if fold(name) not in by_name]
    if unknown:
        present = ", ".join(f"“{page.name}”" for page in book.pages)
        raise ImportRefused(
            [fault_of("sheets", f"tệp không có trang “{name}”", f"các trang của tệp: {present}") for name in unknown]
        )
    return replace(book, pages=[replace(by_name[fold(name)], visible=True) for name in mapping.sheets])


def layout_of(book: SheetBook, mapping: BallotMapping, places: Places, scale: Scale) -> Layout:
    """The layout of a file's sheets. Raises ImportRefused for a heading of the mapping that the file lacks."""
    pages = book.pages if book.is_text else book.visible
    candidates = [Candidate(page, row, mapping, places, scale) for page in pages for row in _rows_of(page)]
    best = max(candidates, key=lambda candidate: candidate.score, default=None)
    if best is None or best.score == 0:
        return Layout((CODE, UNIT), mapping.heading_rows)  # the table says what is missing
    told: list[str] = []
    columns = [best.code(told), best.unit(told), best.finished()]
    return Layout(tuple(column for column in columns if column), best.rows, told)


def _rows_of(page: Page) -> range:
    return range(min(page.height, HEADING_ROWS))


class Candidate:
    """A row of a page as the first row of headings."""

    def __init__(self, page: Page, row: int, mapping: BallotMapping, places: Places, scale: Scale):
        self.page, self.row, self.mapping, self.places, self.scale = page, row, mapping, places, scale
        self.upper = headings.texts(page, row, row)
        self.rows = mapping.heading_rows or self._above_import_ids() or (2 if self._goes_on_below() else None)
        self.last = row + (self.rows or 1) - 1
        self.texts = headings.texts(page, row, self.last, carried=self.rows is not None)
        self.score = self._score()

    def _score(self) -> int:
        """How many headings of the row are known: ours, the mapping's, criterion codes."""
        folded = self._folded() | ({fold(text) for text in self.upper} - {""})
        codes = sum(self._asks(text) for text in self.texts)
        ours = sum(headings.is_named(column, folded) for column in (CODE, UNIT))
        return codes + ours + len(folded & _named_in(self.mapping))

    def _asks(self, text: str) -> bool:
        return bool(text) and leaf_in(text, self.places) is not None

    def _above_import_ids(self) -> int | None:
        """How many rows there are down to Qualtrics' own names of its columns, the last of its three heading rows."""
        for below in (1, 2):
            row = self.row + below
            if row < self.page.height and any(t.startswith(IMPORT_ID) for t in headings.texts(self.page, row, row)):
                return below + 1
        return None

    def _goes_on_below(self) -> bool:
        """Whether the next row is headings too: under blank cells of this row stand criterion codes or the words of
        the scale, while the ballot's code and the unit are blank there."""
        if self.row + 1 >= self.page.height:
            return False
        lower = headings.texts(self.page, self.row + 1, self.row + 1)
        if not any(below and not above for above, below in zip(self.upper, lower, strict=True)):
            return False
        if any(self.places.unit(text) for text in lower if text):
            return False
        ids = {fold(name) for name in (CODE.heading, *CODE.aliases, *TOOL_CODES, self.mapping.ballot)} - {""}
        if any(below and fold(above) in ids for above, below in zip(self.upper, lower, strict=True)):
            return False
        return sum(self._asks(text) or self._is_label(text) for text in lower) >= 2

    def _is_label(self, text: str) -> bool:
        return bool(text) and not text[0].isdigit() and self.scale.read(text) not in (0, NOT_AN_ANSWER)

    # --- the columns -------------------------------------------------------------------------------

    def code(self, told: list[str]) -> Column | None:
        if self.mapping.without_code:
            told.append("Phiếu không có mã: mỗi phiếu được nhận ra theo toàn bộ nội dung của dòng.")
            return None
        if self.mapping.ballot:
            return self._given("ballot", "code", self.mapping.ballot, CODES)
        if headings.is_named(CODE, self._folded()):
            return CODE
        for name in TOOL_CODES:
            at = next((n for n, text in enumerate(self.texts) if fold(name) in headings.words_of(text)), None)
            if at is not None and self.is_key(at):
                told.append(f"Cột {self._name(at)} được hiểu là mã phiếu.")
                return Column("code", self.texts[at], holds=CODES)
        return CODE

    def unit(self, told: list[str]) -> Column:
        if self.mapping.unit:
            return self._given("unit", "unit", self.mapping.unit, CODES)
        if headings.is_named(UNIT, self._folded()):
            return UNIT
        naming = [n for n, text in enumerate(self.texts) if text and self.names_units(n)]
        if len(naming) != 1:
            return UNIT
        told.append(f"Cột {self._name(naming[0])} được hiểu là đơn vị.")
        return Column("unit", self.texts[naming[0]], holds=CODES)

    def finished(self) -> Column | None:
        if self.mapping.finished:
            return self._given("finished", "finished", self.mapping.finished, BY_ROW)
        known = {fold(name) for name in TOOL_FINISHED}
        text = next((text for text in self.texts if headings.words_of(text) & known), "")
        return Column("finished", text, holds=BY_ROW) if text and not self._is_ignored(text) else None

    def _given(self, key: str, name: str, heading: str, holds: str) -> Column:
        """The column that the mapping names: by its whole heading, else by its lower, else by its upper part."""
        for parts in (self.texts, self._lower(), self.upper):
            hits = [n for n, text in enumerate(parts) if fold(text) == fold(heading)]
            if len(hits) > 1:
                names = ", ".join(self._name(n) for n in hits)
                raise ImportRefused([fault_of(key, f"“{heading[:60]}” là nhiều cột: {names}", "đổi tên cột trong tệp")])
            if hits:
                return Column(name, self.texts[hits[0]], holds=holds)
        called = [text for text in self.texts if fold(heading) in headings.words_of(text)]
        if len(called) == 1:
            return Column(name, called[0], holds=holds)
        repair = "ghi tiêu đề như trong tệp; cột đang ẩn thì bỏ ẩn"
        raise ImportRefused([fault_of(key, f"tệp không có cột “{heading[:60]}”", repair)])

    def _lower(self) -> list[str]:
        return headings.texts(self.page, self.last, self.last) if self.last < self.page.height else []

    def _folded(self) -> set[str]:
        return {fold(text) for text in self.texts} - {""}

    def _is_ignored(self, text: str) -> bool:
        return fold(text) in {fold(name) for name in self.mapping.ignore}

    def _name(self, at: int) -> str:
        return f"{get_column_letter(at + 1)} ({self.texts[at][:60]})"

    def _cells(self, at: int) -> list[str]:
        """The texts of a column under the headings."""
        column, first = self.page.columns[at], self.last + 1
        texts = [cell_text(value) for value in column.values]
        return [texts[number] for number in column.index[first:].tolist()]

    def is_key(self, at: int) -> bool:
        """Whether every response has a code of its own there."""
        blank = self.page.blank_rows()[self.last + 1 :].tolist()
        filled = [text for text, away in zip(self._cells(at), blank, strict=True) if not away]
        return bool(filled) and all(filled) and len(set(filled)) == len(filled)

    def names_units(self, at: int) -> bool:
        values = set(self._cells(at)) - {""}
        meant = {fold(text) for text in self.mapping.units}
        naming = sum(bool(self.places.unit(text)) or fold(text) in meant for text in values)
        return naming > MOSTLY * len(values)


def _named_in(mapping: BallotMapping) -> set[str]:
    """Every heading the mapping names, and the parts of those of two rows, folded."""
    ticked = [heading for columns in mapping.ticks.values() for heading in columns]
    singles = (mapping.ballot, mapping.unit, mapping.finished)
    named: Sequence[str] = [*singles, *mapping.questions, *mapping.ticks, *ticked, *mapping.ignore]
    return {fold(part) for heading in named for part in (heading, *heading.split(" / "))} - {""}
