"""A file of finished figures: SIPAS, PAPI, or survey leaves whose points come from elsewhere."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO

from cchc_index.lib.faults import Fault
from cchc_index.lib.numbers import NumberProblem, parse_decimal, vn_short
from cchc_index.lib.sheets.book import MAX_BYTES
from cchc_index.lib.sheets.table import CODE, NUMBER, Column, SheetRow, Table, read_table
from surveys.fault_list import FaultList
from surveys.places import Leaf, Places, unit_fault

COLUMNS = (
    Column("unit", "Mã đơn vị", ("Mã cơ quan, đơn vị",), holds=CODE),
    Column("criterion", "Mã tiêu chí", ("Mã tiêu chí thành phần", "Tiêu chí"), holds=CODE),
    Column("points", "Điểm", ("Điểm ĐTXHH", "Điểm số"), required=False, holds=NUMBER),
    Column("percent", "Tỷ lệ %", ("Tỉ lệ %", "Tỷ lệ", "Tỉ lệ", "Tỷ lệ (%)", "Tỉ lệ (%)"), required=False, holds=NUMBER),
    Column("source", "Nguồn số liệu", ("Nguồn", "Văn bản nguồn")),
)
MAX_SOURCE = 300


@dataclass(frozen=True, slots=True)
class Figure:
    unit_id: int
    leaf: Leaf
    points: Decimal | None
    percent: Decimal | None
    source: str


@dataclass(slots=True)
class FigureSheet:
    """The checked file. With faults nothing of it may be stored."""

    heading_row: int
    figures: list[Figure] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there."""
    faults: list[Fault] = field(default_factory=list)


def read_figures(
    source: str | Path | IO[bytes],
    *,
    name: str,
    places: Places,
    max_bytes: int = MAX_BYTES,
    take_hidden: bool = False,
) -> FigureSheet:
    """Read and check a file of figures. Raises ImportRefused when it is no readable spreadsheet or lacks a
    required column; every other fault is in `.faults`."""
    table = read_table(source, COLUMNS, name=name, max_bytes=max_bytes, take_hidden=take_hidden)
    faults = FaultList()
    faults.extend(table.faults)
    _check_table(table, faults)
    figures = []
    seen: dict[tuple[int, int], SheetRow] = {}
    for row in table.rows:
        figure = _read_row(row, places, faults)
        if figure and _first_time(row, figure, seen, faults):
            figures.append(figure)
    ignored = [table.name_of(position) for position in table.extra]
    return FigureSheet(table.heading_row, figures, ignored, _notes(figures), table.said, faults.all())


def _check_table(table: Table, faults: FaultList) -> None:
    if "points" not in table.index and "percent" not in table.index:
        faults.add(Fault(table.heading_row, "", "thiếu cột “Điểm” hoặc “Tỷ lệ %”", "thêm một trong hai cột đó"))
    if not table.rows:
        faults.add(Fault(table.heading_row, "", "không có số liệu nào dưới dòng tiêu đề", "chọn đúng tệp có số liệu"))


def _read_row(row: SheetRow, places: Places, faults: FaultList) -> Figure | None:
    """The figure of a row; None when anything about it is a fault (every one of them is named)."""
    unit = places.unit(row.text("unit"))
    if unit is None:
        faults.add(row.fault("unit", *unit_fault(places, row.text("unit"))))
    leaf = _leaf(row, places, faults)
    points, percent, good = _values(row, leaf, faults)
    source = row.text("source")
    if not source or len(source) > MAX_SOURCE:
        message = f"nguồn số liệu dài quá {MAX_SOURCE} ký tự" if source else "thiếu nguồn số liệu"
        faults.add(row.fault("source", message, "ghi số ký hiệu, ngày của văn bản có số liệu này"))
        good = False
    if unit is None or leaf is None or not good:
        return None
    return Figure(unit, leaf, points, percent, source)


def _leaf(row: SheetRow, places: Places, faults: FaultList) -> Leaf | None:
    code = row.text("criterion")
    leaf = places.leaf(code) if code else None
    if leaf is None:
        message = f"không có tiêu chí thành phần mang mã “{code[:40]}”" if code else "thiếu mã tiêu chí"
        faults.add(row.fault("criterion", message, "ghi mã tiêu chí chấm điểm như trong bộ tiêu chí"))
        return None
    if leaf.source == "self":
        message = f"tiêu chí {leaf.code} do đơn vị tự đánh giá, không nhận số liệu điều tra"
        faults.add(row.fault("criterion", message, "bỏ dòng này"))
        return None
    return leaf


def _values(row: SheetRow, leaf: Leaf | None, faults: FaultList) -> tuple[Decimal | None, Decimal | None, bool]:
    before = len(faults.named) + faults.unnamed
    points = _number(row, "points", faults)
    percent = _number(row, "percent", faults)
    clean = len(faults.named) + faults.unnamed == before
    if clean and (points is None) == (percent is None):
        both = points is not None
        message = "có cả Điểm và Tỷ lệ %" if both else "không có Điểm cũng không có Tỷ lệ %"
        key = "points" if "points" in row.table.index else "percent"
        faults.add(row.fault(key, message, "ghi đúng một trong hai"))
        clean = False
    if points is not None and leaf is not None and points > leaf.max_points:
        message = f"điểm vượt điểm tối đa {vn_short(leaf.max_points)} của tiêu chí {leaf.code}"
        faults.add(row.fault("points", message, "sửa lại điểm"))
        clean = False
    if percent is not None and percent > 100:
        faults.add(row.fault("percent", "tỷ lệ vượt 100%", "ghi tỷ lệ từ 0 đến 100"))
        clean = False
    return points, percent, clean


def _number(row: SheetRow, key: str, faults: FaultList) -> Decimal | None:
    try:
        value = parse_decimal(row[key])
    except NumberProblem as problem:
        faults.add(row.fault(key, str(problem), "sửa lại ô này"))
        return None
    if value is not None and value < 0:
        faults.add(row.fault(key, "là số âm", "ghi số từ 0 trở lên"))
        return None
    return value


def _first_time(row: SheetRow, figure: Figure, seen: dict[tuple[int, int], SheetRow], faults: FaultList) -> bool:
    first = seen.setdefault((figure.unit_id, figure.leaf.id), row)
    if first is row:
        return True
    message = f"đơn vị và tiêu chí này đã có ở {first.place}"
    faults.add(row.fault("criterion", message, "giữ lại một dòng"))
    return False


def _notes(figures: list[Figure]) -> list[str]:
    """A column formatted as per cent in Excel arrives as 0.85: worth a word when all are that small."""
    percents = [f.percent for f in figures if f.percent is not None]
    if percents and max(percents) <= 1 and any(percents):
        return ["Mọi tỷ lệ trong tệp đều từ 1 trở xuống; nếu 0,85 nghĩa là 85% thì phải ghi 85."]
    return []
