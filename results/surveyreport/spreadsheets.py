"""The report's numbers as a workbook: a sheet for units, criteria, groups and years each."""

import io
from collections.abc import Sequence
from fractions import Fraction

from openpyxl import Workbook
from openpyxl.styles import Font

from cchc_index.lib.cells import safe_cell
from cchc_index.lib.numbers import shown
from cchc_index.lib.packed import same_bytes

from .findings import CellByPeople, SurveyFindings

BY_PEOPLE = [
    "Tiêu chí",
    "Đơn vị",
    "Điểm tối đa",
    "Điểm chính thức",
    "Điểm hiệu chỉnh theo cơ cấu (tham khảo)",
    "Khoảng tin cậy 95%: từ",
    "đến",
    "Công thức",
]
BOLD = Font(bold=True)


def report_xlsx(findings: SurveyFindings) -> bytes:
    """The same numbers give the same bytes."""
    book = Workbook()
    for sheet in list(book.worksheets):
        book.remove(sheet)
    reached = "Tỷ lệ điểm đạt (%)"
    _sheet(book, "Đơn vị", ["Đơn vị", reached], [[name, _percent(share)] for name, share in findings.units])
    _sheet(book, "Thiếu điểm", ["Đơn vị"], [[name] for name in findings.lacking])
    _sheet(book, "Tiêu chí", ["Tiêu chí", reached], [[name, _percent(share)] for name, share in findings.criteria])
    heads = ["Nhóm đối tượng", "Câu trả lời được nêu", "Mức đạt trung bình (%)", "Ô không nêu"]
    lines = [[one.name, one.answers, _percent(one.mean), one.untold] for one in findings.groups]
    _sheet(book, "Nhóm đối tượng", heads, lines)
    _sheet(book, "Năm", ["Năm", reached, "Đơn vị đủ điểm"], [[y, _percent(share), n] for y, share, n in findings.years])
    if findings.by_people:
        _sheet(book, "Theo cơ cấu", BY_PEOPLE, [_line(cell) for cell in findings.by_people])
    out = io.BytesIO()
    book.save(out)
    return same_bytes(out.getvalue())


def _percent(share: Fraction | None) -> object:
    return None if share is None else shown(share * 100)


def _line(cell: CellByPeople) -> list[object]:
    low, high = cell.bounds or (None, None)
    return [cell.criterion, cell.unit, cell.maximum, cell.official, cell.by_people, low, high, cell.line]


def _sheet(book: Workbook, name: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    sheet = book.create_sheet(name)
    sheet.append(list(heads))
    for row in rows:
        sheet.append([safe_cell(value) if isinstance(value, str) else value for value in row])
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 60
    for cell in sheet[1]:
        cell.font = BOLD
