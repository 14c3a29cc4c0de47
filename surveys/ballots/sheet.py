"""A file of ballots: one row per ballot, answers one byte per question.

Whole columns are read at once, and a raw cell is interpreted once per distinct value, so that
200,000 ballots × 40 answers cost no eight million parses.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from cchc_index.lib import codes as spellings
from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.book import MAX_BYTES
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.guards import BALLOT_CELLS
from cchc_index.lib.sheets.table import CODE as CODES
from cchc_index.lib.sheets.table import Column, Table, read_table
from surveys import validity
from surveys.fault_list import FaultList
from surveys.places import Leaf, Places, unit_fault
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from .headings import Questions, find_questions

CODE = Column("code", "Mã phiếu", ("Mã số phiếu",), holds=CODES)
UNIT = Column("unit", "Mã đơn vị", ("Mã cơ quan, đơn vị",), holds=CODES)
MAX_CODE = 60


@dataclass(slots=True)
class BallotSheet:
    """The checked file. With faults nothing of it may be stored."""

    heading_row: int
    leaves: list[Leaf] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    unit_ids: list[int] = field(default_factory=list)
    answers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint8))
    ignored: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there."""
    faults: list[Fault] = field(default_factory=list)


def read_ballots(
    source: str | Path | IO[bytes],
    *,
    name: str,
    places: Places,
    scale: Scale,
    asked: list[int] | None = None,
    taken: Collection[str] = frozenset(),
    max_bytes: int = MAX_BYTES,
    take_hidden: bool = False,
) -> BallotSheet:
    """Read and check a file of ballots.

    `asked`: criterion ids of the questionnaire in order, None when the file's headings make it;
    `taken`: ballot codes that other batches of the group hold. Raises ImportRefused when the file is no
    readable spreadsheet or lacks a required column; every other fault is in `.faults`.
    """
    table = read_table(
        source, (CODE, UNIT), name=name, max_bytes=max_bytes, max_cells=BALLOT_CELLS, take_hidden=take_hidden
    )
    faults = FaultList()
    faults.extend(table.faults)
    questions = find_questions(table, places, asked)
    faults.extend(questions.faults)
    if not table.rows:
        faults.add(Fault(table.heading_row, "", "không có phiếu nào dưới dòng tiêu đề", "chọn đúng tệp có phiếu"))
    codes = _read_codes(table, taken, faults)
    unit_ids = _read_units(table, places, faults)
    answers = _read_answers(table, questions, scale, faults)
    leaves = [leaf for _, leaf in questions.columns]
    ignored = questions.ignored + _headless(table)
    return BallotSheet(table.heading_row, leaves, codes, unit_ids, answers, ignored, table.said, faults.all())


def _texts(table: Table, key: str) -> tuple[list[str], list[int]]:
    """The distinct texts of a column we asked for, and for each row the number of one of them."""
    values, index = table.column(table.index[key])
    return [cell_text(value) for value in values], index.tolist()


def _read_codes(table: Table, taken: Collection[str], faults: FaultList) -> list[str]:
    """The ballots' codes. Spellings that look alike (case, spaces, kinds of hyphen, full width) are one code."""
    texts, index = _texts(table, "code")
    keys = [spellings.key(text) for text in texts]
    known = {spellings.key(code) for code in taken}
    codes = [texts[number] for number in index]
    twice = validity.duplicates([keys[number] for number in index])
    odd = {n for n, text in enumerate(texts) if not text or len(text) > MAX_CODE or keys[n] in known}
    for position, number in enumerate(index):
        if number in odd or position in twice:
            faults.add(_code_fault(table, position, codes[position], twice.get(position)))
    return codes


def _code_fault(table: Table, position: int, code: str, first: int | None) -> Fault:
    row = table.rows[position]
    if not code:
        return row.fault("code", "thiếu mã phiếu", "ghi mã phiếu, mỗi phiếu một mã")
    if len(code) > MAX_CODE:
        return row.fault("code", f"mã phiếu dài quá {MAX_CODE} ký tự", "rút ngắn mã phiếu")
    if first is not None:
        other = table.rows[first]
        same = "" if other.text("code") == code else f" (viết là “{other.text('code')}”)"
        return row.fault("code", f"mã phiếu “{code}” trùng với {other.place}{same}", "mỗi phiếu một mã; bỏ dòng trùng")
    return row.fault("code", f"mã phiếu “{code}” đã nhập ở lần trước", "bỏ phiếu đã nhập, hoặc hủy lần đó")


def _read_units(table: Table, places: Places, faults: FaultList) -> list[int]:
    texts, index = _texts(table, "unit")
    known = [places.unit(text) for text in texts]
    if None in known:
        for position, number in enumerate(index):
            if known[number] is None:
                faults.add(table.rows[position].fault("unit", *unit_fault(places, texts[number])))
    return [known[number] or 0 for number in index]


def _read_answers(table: Table, questions: Questions, scale: Scale, faults: FaultList) -> NDArray[np.uint8]:
    answers = np.zeros((len(table.rows), len(questions.columns)), dtype=np.uint8)
    for question, (position, _) in enumerate(questions.columns):
        cells, index = table.column(position)
        values = np.array([scale.read(cell) for cell in cells], dtype=np.int16)[index]
        wrong = np.flatnonzero(values == NOT_AN_ANSWER)
        room = faults.room
        for at in wrong[:room]:
            faults.add(_answer_fault(table, int(at), position, cells[index[at]], scale))
        faults.unnamed += max(0, len(wrong) - room)
        values[wrong] = 0
        answers[:, question] = values
    return answers


def _answer_fault(table: Table, index: int, position: int, raw: object, scale: Scale) -> Fault:
    text = cell_text(raw)[:40]
    number = text.replace(",", ".").replace(".", "", 1).lstrip("+-").isdigit()
    kind = "nằm ngoài thang trả lời" if number else "là chữ, không phải câu trả lời của thang"
    row = table.rows[index]
    return Fault(row.number, table.name_of(position), f"“{text}” {kind}", scale.repair(), sheet=row.part.name)


def _headless(table: Table) -> list[str]:
    """Columns that hold something under an empty heading: named, so that nothing is left out unseen."""
    width = max((len(part.page.columns) for part in table.parts), default=0)
    blank = [i for i in range(width) if i >= len(table.headings) or not table.headings[i]]
    return [f"{get_column_letter(i + 1)} (không có tiêu đề)" for i in blank if table.holds_something(i)]
