"""A file of ballots: one row per ballot, answers one byte per question.

Whole columns are read at once, and a raw cell is interpreted once per distinct value, so that
200,000 ballots × 40 answers cost eight million dictionary look-ups and not eight million parses.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault
from cchc_index.lib.sheet_guards import BALLOT_CELLS
from cchc_index.lib.sheets import MAX_BYTES, Column, Table, cell_text, read_table
from surveys import validity
from surveys.fault_list import FaultList
from surveys.places import Leaf, Places, unit_fault
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from .headings import Questions, find_questions

CODE = Column("code", "Mã phiếu", ("Mã số phiếu",))
UNIT = Column("unit", "Mã đơn vị", ("Mã cơ quan, đơn vị",))
MAX_CODE = 60


class _Memory(dict[Any, int]):
    """Raw cell → byte, learnt once per distinct value."""

    def __init__(self, scale: Scale):
        super().__init__()
        self.scale = scale

    def __missing__(self, raw: Any) -> int:
        value = self.scale.read(raw)
        self[raw] = value
        return value


@dataclass(slots=True)
class BallotSheet:
    """The checked file. With faults nothing of it may be stored."""

    heading_row: int
    leaves: list[Leaf] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    unit_ids: list[int] = field(default_factory=list)
    answers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint8))
    ignored: list[str] = field(default_factory=list)
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
) -> BallotSheet:
    """Read and check a file of ballots.

    `asked`: criterion ids of the questionnaire in order, None when the file's headings make it;
    `taken`: ballot codes that other batches of the group hold. Raises ImportRefused when the file is no
    readable spreadsheet or lacks a required column; every other fault is in `.faults`.
    """
    table = read_table(source, (CODE, UNIT), name=name, max_bytes=max_bytes, max_cells=BALLOT_CELLS)
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
    return BallotSheet(table.heading_row, leaves, codes, unit_ids, answers, ignored, faults.all())


def _cells(table: Table, position: int) -> list[Any]:
    return [row.cells[position] if position < len(row.cells) else None for row in table.rows]


def _read_codes(table: Table, taken: Collection[str], faults: FaultList) -> list[str]:
    codes = [cell_text(cell) for cell in _cells(table, table.index["code"])]
    twice = validity.duplicates(codes)
    for position, code in enumerate(codes):
        if code and len(code) <= MAX_CODE and position not in twice and code not in taken:
            continue
        row = table.rows[position]
        if not code:
            faults.add(row.fault("code", "thiếu mã phiếu", "ghi mã phiếu, mỗi phiếu một mã"))
        elif len(code) > MAX_CODE:
            faults.add(row.fault("code", f"mã phiếu dài quá {MAX_CODE} ký tự", "rút ngắn mã phiếu"))
        elif position in twice:
            first = table.rows[twice[position]].number
            faults.add(
                row.fault("code", f"mã phiếu “{code}” trùng với dòng {first}", "mỗi phiếu một mã; bỏ dòng trùng")
            )
        else:
            faults.add(row.fault("code", f"mã phiếu “{code}” đã nhập ở lần trước", "bỏ phiếu đã nhập, hoặc hủy lần đó"))
    return codes


def _read_units(table: Table, places: Places, faults: FaultList) -> list[int]:
    codes = [cell_text(cell) for cell in _cells(table, table.index["unit"])]
    known = {code: places.unit(code) for code in set(codes)}
    for position, code in enumerate(codes):
        if known[code] is None:
            faults.add(table.rows[position].fault("unit", *unit_fault(places, code)))
    return [known[code] or 0 for code in codes]


def _read_answers(table: Table, questions: Questions, scale: Scale, faults: FaultList) -> NDArray[np.uint8]:
    memory = _Memory(scale)
    answers = np.zeros((len(table.rows), len(questions.columns)), dtype=np.uint8)
    for question, (position, _) in enumerate(questions.columns):
        cells = _without_booleans(_cells(table, position))
        values = np.fromiter((memory[cell] for cell in cells), dtype=np.int16, count=len(cells))
        wrong = np.flatnonzero(values == NOT_AN_ANSWER)
        room = faults.room
        for index in wrong[:room]:
            faults.add(_answer_fault(table, int(index), position, cells[index], scale))
        faults.unnamed += max(0, len(wrong) - room)
        values[wrong] = 0
        answers[:, question] = values
    return answers


def _without_booleans(cells: list[Any]) -> list[Any]:
    """TRUE equals 1 as a dictionary key: turn booleans into words, which no scale knows."""
    if bool not in set(map(type, cells)):
        return cells
    return ["ĐÚNG" if cell is True else "SAI" if cell is False else cell for cell in cells]


def _answer_fault(table: Table, index: int, position: int, raw: object, scale: Scale) -> Fault:
    text = cell_text(raw)[:40]
    number = text.replace(",", ".").replace(".", "", 1).lstrip("+-").isdigit()
    kind = "nằm ngoài thang trả lời" if number else "là chữ, không phải câu trả lời của thang"
    column = f"{get_column_letter(position + 1)} ({table.headings[position][:60]})"
    return Fault(table.rows[index].number, column, f"“{text}” {kind}", scale.repair())


def _headless(table: Table) -> list[str]:
    """Columns that hold something under an empty heading: named, so that nothing is left out unseen."""
    width = max((len(row.cells) for row in table.rows), default=0)
    blank = [i for i in range(width) if i >= len(table.headings) or not table.headings[i]]
    return [f"{get_column_letter(i + 1)} (không có tiêu đề)" for i in blank if _holds(_cells(table, i))]


def _holds(cells: Sequence[Any]) -> bool:
    return any(cell is not None and cell_text(cell) for cell in cells)
