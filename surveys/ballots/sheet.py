"""A file of ballots: one row per ballot, answers one byte per question.

Whole columns are read at once, and a raw cell is interpreted once per distinct value, so that
200,000 ballots × 40 answers cost no eight million parses.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.book import MAX_BYTES, SheetBook, open_book
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.guarding import problem_of
from cchc_index.lib.sheets.guards import BALLOT_CELLS
from cchc_index.lib.sheets.table import NUMBER, Table, numbered, table_of
from cchc_index.lib.text import fold
from surveys import validity
from surveys.fault_list import FaultList
from surveys.places import Leaf, Places, unit_fault
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from . import identity
from .headings import AskedColumn, Questions, find_questions
from .layout import chosen, layout_of
from .mapping import TICKED, UNFINISHED, UNTICKED, BallotMapping, fault_of

MAX_CODE = 60
MAX_VALUES = 30
"""Distinct values without an explanation that are named with their counts."""
_UNCLEAR = 2


@dataclass(slots=True)
class BallotSheet:
    """The checked file: of each ballot its code, unit and answers. With faults nothing of it may be stored."""

    table: Table
    leaves: list[Leaf] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    unit_ids: list[int] = field(default_factory=list)
    answers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint8))
    ignored: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there."""
    faults: list[Fault] = field(default_factory=list)
    bad: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Which ballots have a fault of their own."""
    whole: bool = True
    """No fault concerns the file as a whole: the ballots without a fault may be stored alone."""
    places: NDArray[np.int64] | None = None
    """Which of the table's rows the ballots are; None: all of them."""

    @property
    def heading_row(self) -> int:
        return self.table.heading_row

    def only(self, stay: NDArray[np.bool_]) -> "BallotSheet":
        """This sheet with the ballots where `stay` is true; the faults stay."""
        at = np.flatnonzero(stay).tolist()
        return replace(
            self,
            codes=[self.codes[n] for n in at],
            unit_ids=[self.unit_ids[n] for n in at],
            answers=self.answers[stay],
            bad=self.bad[stay],
            places=self.in_table()[stay],
        )

    def in_table(self) -> NDArray[np.int64]:
        """For each ballot its place among the table's rows."""
        return np.arange(len(self.table.rows)) if self.places is None else self.places


def open_ballots(
    source: str | Path | IO[bytes],
    *,
    name: str,
    places: Places,
    scale: Scale,
    mapping: BallotMapping,
    max_bytes: int = MAX_BYTES,
    take_hidden: bool = False,
) -> Table:
    """The table of a file of ballots under the mapping, without the responses that were never sent. Raises
    ImportRefused when the file is no readable spreadsheet or lacks a column."""
    book = ballot_book(source, name=name, max_bytes=max_bytes)
    return table_in(book, places=places, scale=scale, mapping=mapping, take_hidden=take_hidden)


def ballot_book(source: str | Path | IO[bytes], *, name: str, max_bytes: int = MAX_BYTES) -> SheetBook:
    """The sheets of a file of ballots. Raises ImportRefused when it is no readable spreadsheet."""
    return open_book(source, name=name, max_bytes=max_bytes, max_cells=BALLOT_CELLS)


def table_in(
    book: SheetBook, *, places: Places, scale: Scale, mapping: BallotMapping, take_hidden: bool = False
) -> Table:
    """`open_ballots` of a file that is open already."""
    book = chosen(book, mapping)
    layout = layout_of(book, mapping, places, scale.explained_by(mapping.answers))
    table = table_of(book, layout.columns, take_hidden=take_hidden, rows=layout.rows)
    table.said[:0] = layout.notes
    if "finished" in table.index:
        _leave_unfinished(table)
    return table


def _leave_unfinished(table: Table) -> None:
    """A response whose mark of sending is blank or says no was never finished: left out, and said."""
    texts, index = _texts(table, "finished")
    away = [position for position, number in enumerate(index) if fold(texts[number]) in UNFINISHED]
    if away:
        rows = numbered([table.rows[position].number for position in away])
        heading = table.headings[table.index["finished"]]
        table.leave_out(set(away))
        table.said.append(
            f"Bỏ qua {len(away)} phiếu chưa hoàn thành (cột “{heading[:60]}” trống hoặc ghi không): {rows}."
        )


def read_ballots(
    source: str | Path | IO[bytes],
    *,
    name: str,
    places: Places,
    scale: Scale,
    scales: Mapping[int, Scale] | None = None,
    asked: list[int] | None = None,
    mapping: BallotMapping | None = None,
    max_bytes: int = MAX_BYTES,
    take_hidden: bool = False,
) -> BallotSheet:
    """Read and check a file of ballots.

    `asked`: criterion ids of the questionnaire in order, None when the file's headings make it; `scales`: of the
    criteria whose question has a scale of its own; `mapping`: what its sender's files mean. Raises ImportRefused when
    the file is no readable spreadsheet or lacks a required column; every other fault is in `.faults`.
    """
    book = ballot_book(source, name=name, max_bytes=max_bytes)
    return read_book(
        book, places=places, scale=scale, scales=scales, asked=asked, mapping=mapping, take_hidden=take_hidden
    )


def read_book(
    book: SheetBook,
    *,
    places: Places,
    scale: Scale,
    scales: Mapping[int, Scale] | None = None,
    asked: list[int] | None = None,
    mapping: BallotMapping | None = None,
    take_hidden: bool = False,
) -> BallotSheet:
    """`read_ballots` of a file that is open already."""
    mapping = mapping or BallotMapping()
    table = table_in(book, places=places, scale=scale, mapping=mapping, take_hidden=take_hidden)
    return _Reading(table, places, scale, mapping, scales or {}).sheet(asked)


def _texts(table: Table, key: str) -> tuple[list[str], list[int]]:
    """The distinct texts of a column we asked for, and for each row the number of one of them."""
    values, index = table.column(table.index[key])
    return [cell_text(value) for value in values], index.tolist()


class _Reading:
    """The columns of a table read one after the other; faults and bad rows are collected on the way."""

    def __init__(self, table: Table, places: Places, scale: Scale, mapping: BallotMapping, scales: Mapping[int, Scale]):
        self.table, self.places, self.mapping, self.plain = table, places, mapping, scale
        self.others = list(scales.values())
        self.scale = scale.explained_by(mapping.answers)
        self.scales = {leaf: own.explained_by(mapping.answers) for leaf, own in scales.items()}
        self.given_units = {fold(text): code for text, code in mapping.units.items()} | dict(mapping.units)
        self.faults = FaultList()
        self.bad = np.zeros(len(table.rows), dtype=bool)
        self.unexplained: Counter[str] = Counter()
        """Value that no answer explains → cells."""
        self.whole = True

    def sheet(self, asked: list[int] | None) -> BallotSheet:
        table = self.table
        self.faults.extend(table.faults)
        questions = find_questions(table, self.places, asked, self.mapping, self.scale)
        self._refuse_all(questions.faults + self._faults_of_mapping() + self._empty())
        codes, unit_ids, answers = self._codes(questions.columns), self._units(), self._answers(questions.columns)
        self._mark_guarded()
        leaves = [column.leaf for column in questions.columns]
        ignored, said = questions.ignored + _headless(table), table.said + _personal(questions)
        named = self._unexplained() + self.faults.all()
        return BallotSheet(table, leaves, codes, unit_ids, answers, ignored, said, named, self.bad, self.whole)

    def _refuse_all(self, faults: list[Fault]) -> None:
        """Faults of the file as a whole."""
        self.faults.extend(faults)
        self.whole = self.whole and not faults

    def _refuse(self, position: int, fault: Fault) -> None:
        self.bad[position] = True
        self.faults.add(fault)

    def _empty(self) -> list[Fault]:
        if self.table.rows:
            return []
        return [Fault(self.table.heading_row, "", "không có phiếu nào dưới dòng tiêu đề", "chọn đúng tệp có phiếu")]

    def _faults_of_mapping(self) -> list[Fault]:
        """Answers and units of the mapping that the plan does not know."""
        faults = []
        unknown = [set(scale.unknown_in(self.mapping.answers)) for scale in (self.plain, *self.others)]
        for value in sorted(set.intersection(*unknown)):
            message = f"“{value[:40]}” không thuộc thang trả lời"
            faults.append(fault_of("answers", message, self.plain.repair()))
        for code in dict.fromkeys(self.mapping.units.values()):
            if self.places.unit(code) is None:
                faults.append(fault_of("units", *unit_fault(self.places, code)))
        return faults

    def _mark_guarded(self) -> None:
        """Rows that the table itself found a fault in: such a fault concerns its row, any other the file."""
        at = {(row.part.name, row.number): n for n, row in enumerate(self.table.rows)} if self.table.faults else {}
        for sheet, number, _ in self.table.unusable:
            if (sheet, number) in at:
                self.bad[at[sheet, number]] = True
        for fault in self.table.faults:
            if (fault.sheet, fault.row) in at:
                self.bad[at[fault.sheet, fault.row]] = True
            else:
                self.whole = False

    # --- codes and units ---------------------------------------------------------------------------

    def _codes(self, columns: list[AskedColumn]) -> list[str]:
        """The ballots' codes; of a file without codes what their rows say."""
        if self.mapping.without_code:
            asked = {self.table.index["unit"]: "unit"}
            for column in columns:
                ticks = column.ticks or ((column.position, 0),)
                asked |= {at: f"{column.leaf.code}={value}" for at, value in ticks}
            return identity.of_rows(self.table, asked)
        texts, index = _texts(self.table, "code")
        codes = [texts[number] for number in index]
        keys = [identity.key(text) for text in texts]
        twice = validity.duplicates([keys[number] for number in index])
        problems = [_code_problem(text) for text in texts]
        for position, number in enumerate(index):
            problem = problems[number] or self._twice(codes[position], twice.get(position))
            if problem:
                self._refuse(position, self.table.rows[position].fault("code", *problem))
        return codes

    def _twice(self, code: str, first: int | None) -> tuple[str, str] | None:
        if first is None:
            return None
        other = self.table.rows[first]
        same = "" if other.text("code") == code else f" (viết là “{other.text('code')}”)"
        return f"mã phiếu “{code}” trùng với {other.place}{same}", "mỗi phiếu một mã; bỏ dòng trùng"

    def _units(self) -> list[int]:
        texts, index = _texts(self.table, "unit")
        known = [self._unit(text) for text in texts]
        if None not in known:
            return [known[number] or 0 for number in index]
        if self._is_another_block(texts):
            message = "đơn vị trong tệp không thuộc khối này hoặc không được đánh giá trong kỳ"
            self._refuse_all([Fault(0, self.table.column_name("unit"), message, "chọn đúng khối và kỳ của tệp")])
        for position, number in enumerate(index):
            if known[number] is None:
                self.bad[position] = True
                if self.whole:
                    self._refuse(
                        position, self.table.rows[position].fault("unit", *unit_fault(self.places, texts[number]))
                    )
        return [known[number] or 0 for number in index]

    def _unit(self, text: str) -> int | None:
        code = self.given_units.get(text) or self.given_units.get(fold(text)) if self.given_units else None
        return self.places.unit(code or text)

    def _is_another_block(self, texts: list[str]) -> bool:
        """Whether every unit of the file is one of other blocks: said once, not row by row."""
        filled = [text for text in texts if text]
        others = self.places.other_units
        return len(filled) > 1 and all(text in others or text.upper() in others for text in filled)

    # --- answers -----------------------------------------------------------------------------------

    def _answers(self, columns: list[AskedColumn]) -> NDArray[np.uint8]:
        answers = np.zeros((len(self.table.rows), len(columns)), dtype=np.uint8)
        for question, column in enumerate(columns):
            answers[:, question] = self._ticked(column) if column.ticks else self._read(column)
        return answers

    def _read(self, column: AskedColumn) -> NDArray[np.int16]:
        scale = self.scales.get(column.leaf.id, self.scale)
        cells, index = self.table.column(column.position)
        values = np.array([scale.read(cell) for cell in cells], dtype=np.int16)[index]
        self._refuse_cells(column.position, np.flatnonzero(values == NOT_AN_ANSWER), cells, index, scale)
        values[values == NOT_AN_ANSWER] = 0
        return values

    def _refuse_cells(
        self, position: int, wrong: NDArray[np.int64], cells: list[object], index: NDArray[np.uint32], scale: Scale
    ) -> None:
        self.bad[wrong] = True
        for number, count in zip(*np.unique(index[wrong], return_counts=True), strict=True):
            self.unexplained[cell_text(cells[number])[:40]] += int(count)
        room = self.faults.room
        for at in wrong[:room]:
            self.faults.add(self._answer_fault(int(at), position, cells[index[at]], scale))
        self.faults.unnamed += max(0, len(wrong) - room)

    def _answer_fault(self, at: int, position: int, raw: object, scale: Scale) -> Fault:
        row, text = self.table.rows[at], cell_text(raw)[:40]
        kind = "nằm ngoài thang trả lời" if _is_number(text) else "là chữ, không phải câu trả lời của thang"
        message, repair = problem_of(raw, NUMBER) or (f"“{text}” {kind}", scale.repair())
        return Fault(row.number, self.table.name_of(position), message, repair, sheet=row.part.name)

    def _ticked(self, column: AskedColumn) -> NDArray[np.int16]:
        """The answer whose column is ticked; 0 where none is. Two ticks are a fault of the ballot."""
        values = np.zeros(len(self.table.rows), dtype=np.int16)
        ticked = np.zeros(len(self.table.rows), dtype=np.int16)
        for position, value in column.ticks:
            cells, index = self.table.column(position)
            marks = np.array([_tick(cell) for cell in cells], dtype=np.int8)[index]
            self._refuse_cells(position, np.flatnonzero(marks == _UNCLEAR), cells, index, self.scale)
            ticked += marks == 1
            values[marks == 1] = value
        for at in np.flatnonzero(ticked > 1).tolist():
            row = self.table.rows[at]
            names = ", ".join(get_column_letter(position + 1) for position, _ in column.ticks)
            message = f"tiêu chí {column.leaf.code} có {ticked[at]} dấu chọn ở các cột {names}"
            fault = Fault(
                row.number, self.table.name_of(column.position), message, "giữ lại một dấu", sheet=row.part.name
            )
            self._refuse(at, fault)
        return values

    def _unexplained(self) -> list[Fault]:
        """The distinct values that nothing explains with their counts, in one line, where any comes more than once."""
        if not self.unexplained or max(self.unexplained.values()) == 1:
            return []
        listed = ", ".join(f"“{text}” {count} ô" for text, count in self.unexplained.most_common(MAX_VALUES))
        more = len(self.unexplained) - MAX_VALUES
        rest = f" và {more} giá trị khác" if more > 0 else ""
        repair = "sửa trong tệp, hoặc khai nghĩa ở cách đọc tệp (tệp ánh xạ: khóa “answers”)"
        return [Fault(0, "", f"các giá trị không phải câu trả lời của thang: {listed}{rest}", repair)]


def _code_problem(code: str) -> tuple[str, str] | None:
    if not code:
        return "thiếu mã phiếu", "ghi mã phiếu, mỗi phiếu một mã"
    if len(code) > MAX_CODE:
        return f"mã phiếu dài quá {MAX_CODE} ký tự", "rút ngắn mã phiếu"
    if identity.is_personal(code):
        return "mã phiếu là họ tên hoặc số điện thoại", "phiếu phải ẩn danh: thay bằng mã không nhận ra được ai"
    return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+−–-]?\d+([.,]\d+)?%?", text) is not None


def _tick(raw: object) -> int:
    text = "1" if raw is True else "0" if raw is False else fold(cell_text(raw))
    return 1 if text in TICKED else 0 if text in UNTICKED else _UNCLEAR


def _personal(questions: Questions) -> list[str]:
    """Columns that look like people's data: nobody asked for them, and nothing of them is stored with a ballot."""
    if not questions.personal:
        return []
    return [f"Cột có vẻ là thông tin cá nhân, không đọc: {', '.join(questions.personal)}."]


def _headless(table: Table) -> list[str]:
    """Columns that hold something under an empty heading: named, so that nothing is left out unseen."""
    width = max((len(part.page.columns) for part in table.parts), default=0)
    blank = [i for i in range(width) if i >= len(table.headings) or not table.headings[i]]
    return [f"{get_column_letter(i + 1)} (không có tiêu đề)" for i in blank if table.holds_something(i)]
