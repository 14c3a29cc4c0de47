"""Finished scores from a spreadsheet, for archives and hand-over: read whole, every fault named by cell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.numbers import NumberProblem, parse_decimal, vn_short
from cchc_index.lib.sheets.table import CODE, NUMBER, Column, SheetRow, read_table
from cchc_index.lib.text import fold
from criteria.models import Criterion
from criteria.tree import CellKey
from units.models import Unit

UNIT, CRITERION, SELF, APPRAISED, SURVEY, NA = "unit", "criterion", "self", "appraised", "survey", "na"
COLUMNS = (
    Column(UNIT, "Mã đơn vị", holds=CODE),
    Column(CRITERION, "Mã tiêu chí", holds=CODE),
    Column(SELF, "Điểm tự đánh giá", required=False, holds=NUMBER),
    Column(APPRAISED, "Điểm thẩm định", required=False, holds=NUMBER),
    Column(SURVEY, "Điểm ĐTXHH", ("Điểm điều tra xã hội học",), required=False, holds=NUMBER),
    Column(NA, "Không áp dụng", required=False),
)
YES = {"x", "co", "dung", "yes", "y", "1", "true", "✓", "✔", "khong ap dung", "kad", "n/a", "na"}
NO = {"", "khong", "sai", "no", "n", "0", "false", "-", "ap dung", "co ap dung"}


@dataclass
class Archive:
    """What a file says, cell by cell; None stands for not applicable. An absent cell is not scored."""

    own: dict[CellKey, Decimal | None] = field(default_factory=dict)
    appraised: dict[CellKey, Decimal | None] = field(default_factory=dict)
    surveyed: dict[CellKey, Decimal | None] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there: sentences for people."""


def read(
    source: str | Path | IO[bytes], units: Sequence[Unit], criteria: Sequence[Criterion], *, take_hidden: bool = False
) -> Archive:
    """Read the scores of `units` on the leaves of `criteria`.

    Codes compare without case and spaces; the code printed in the decision stands for the corrected one.
    Raises ImportRefused with every fault of the file.
    """
    table = read_table(source, COLUMNS, take_hidden=take_hidden)
    if not {SELF, APPRAISED, SURVEY} & table.index.keys():
        missing = "thiếu cột “Điểm tự đánh giá”, “Điểm thẩm định” hoặc “Điểm ĐTXHH”"
        raise ImportRefused([Fault(table.heading_row, "", missing, "thêm một trong ba cột đó")])
    reader = _ArchiveReader(codes.by_spelling({unit.code: unit for unit in units}), _leaves(criteria))
    faults = list(table.faults)
    if not table.rows:
        faults.append(Fault(0, "", "không có dòng điểm nào", "thêm các dòng điểm dưới dòng tiêu đề"))
    for row in table.rows:
        reader.take(row)
    if faults or reader.faults:
        raise ImportRefused(faults + reader.faults)
    reader.archive.said = table.said_with_columns()
    return reader.archive


def _leaves(criteria: Sequence[Criterion]) -> dict[str, Criterion]:
    """Rows by code, then by printed code where that names one row only and no row's own code."""
    leaves = codes.by_spelling({c.code: c for c in criteria})
    printed: dict[str, list[Criterion]] = {}
    for criterion in criteria:
        printed.setdefault(codes.key(criterion.printed_code), []).append(criterion)
    for key, rows in printed.items():
        if key and len(rows) == 1:
            leaves.setdefault(key, rows[0])
    return leaves


class _ArchiveReader:
    """Reads row after row into an `Archive`: the good cells, and a fault for every other one."""

    def __init__(self, units: dict[str, Unit], criteria: dict[str, Criterion]):
        self.units, self.criteria = units, criteria
        self.archive, self.faults = Archive(), list[Fault]()
        self._seen: dict[CellKey, SheetRow] = {}

    def take(self, row: SheetRow) -> None:
        unit, leaf = self._unit(row), self._leaf(row)
        points = {key: self._points(row, key, leaf) for key in (SELF, APPRAISED, SURVEY)}
        not_applicable = self._not_applicable(row)
        if leaf is not None:
            self._check_halves(row, leaf)
        if not_applicable:
            self._check_empty(row)
        if unit is not None and leaf is not None and self._is_first(row, (unit.pk, leaf.pk), unit, leaf):
            self._keep((unit.pk, leaf.pk), leaf, points, not_applicable)

    def _fault(self, row: SheetRow, key: str, message: str, repair: str) -> None:
        self.faults.append(row.fault(key, message, repair))

    def _unit(self, row: SheetRow) -> Unit | None:
        code = row.text(UNIT)
        unit = self.units.get(code) or self.units.get(codes.key(code))
        if not code:
            self._fault(row, UNIT, "thiếu mã đơn vị", "ghi mã đơn vị của khối")
        elif unit is None:
            repair = codes.repair_of(code, self.units, "sửa mã, hoặc nhập đơn vị đó trước")
            self._fault(row, UNIT, f"không có đơn vị “{code[:40]}” trong khối", repair)
        return unit

    def _leaf(self, row: SheetRow) -> Criterion | None:
        code = row.text(CRITERION)
        criterion = self.criteria.get(code) or self.criteria.get(codes.key(code))
        if not code:
            self._fault(row, CRITERION, "thiếu mã tiêu chí", "ghi mã tiêu chí của bộ tiêu chí")
        elif criterion is None:
            self._fault(row, CRITERION, f"không có tiêu chí “{code[:40]}” trong bộ tiêu chí", "sửa theo mã trong bộ")
        elif not criterion.is_leaf:
            self._fault(
                row,
                CRITERION,
                f"{criterion.code} có tiêu chí thành phần nên không chấm điểm trực tiếp",
                "ghi điểm ở các tiêu chí thành phần",
            )
        else:
            return criterion
        return None

    def _points(self, row: SheetRow, key: str, leaf: Criterion | None) -> Decimal | None:
        """The number of a points column, inside 0 … maximum; a deduction may be written negative."""
        try:
            value = parse_decimal(row[key])
        except NumberProblem as problem:
            self._fault(row, key, str(problem), "")
            return None
        if value is None or leaf is None:
            return None
        if value < 0 and leaf.kind == Criterion.Kind.PENALTY:
            value = -value
        if value < 0:
            self._fault(row, key, f"điểm âm ({vn_short(value)})", "ghi điểm từ 0 trở lên")
        elif value > leaf.max_points:
            most = vn_short(leaf.max_points)
            self._fault(row, key, f"{vn_short(value)} lớn hơn điểm tối đa {most} của tiêu chí {leaf.code}", "sửa điểm")
        else:
            return value
        return None

    def _not_applicable(self, row: SheetRow) -> bool:
        mark = fold(row.text(NA))
        if mark not in YES | NO:
            self._fault(row, NA, f"không hiểu “{row.text(NA)[:40]}”", "ghi x nếu không áp dụng, để trống nếu có")
        return mark in YES

    def _check_halves(self, row: SheetRow, leaf: Criterion) -> None:
        """Points stand in the columns of the leaf's own half."""
        for key in (SURVEY,) if leaf.is_self else (SELF, APPRAISED):
            if row.text(key):
                kind = "tự đánh giá" if leaf.is_self else "ĐTXHH"
                right = "Điểm tự đánh giá, Điểm thẩm định" if leaf.is_self else "Điểm ĐTXHH"
                self._fault(row, key, f"{leaf.code} là tiêu chí {kind}", f"chuyển điểm sang cột {right}")

    def _check_empty(self, row: SheetRow) -> None:
        for key in (SELF, APPRAISED, SURVEY):
            if row.text(key):
                self._fault(row, key, "tiêu chí không áp dụng mà vẫn có điểm", "bỏ điểm, hoặc bỏ dấu không áp dụng")

    def _is_first(self, row: SheetRow, cell: CellKey, unit: Unit, leaf: Criterion) -> bool:
        first = self._seen.setdefault(cell, row)
        if first is not row:
            self._fault(row, CRITERION, f"{unit.code} và {leaf.code} đã có ở {first.place}", "giữ lại một dòng")
        return first is row

    def _keep(self, cell: CellKey, leaf: Criterion, points: dict[str, Decimal | None], not_applicable: bool) -> None:
        halves = {SELF: self.archive.own, APPRAISED: self.archive.appraised, SURVEY: self.archive.surveyed}
        for key in (SELF, APPRAISED) if leaf.is_self else (SURVEY,):
            if not_applicable or points[key] is not None:
                halves[key][cell] = points[key]
