"""The published ranking as spreadsheets. Pure: a bundle in, bytes out; same bundle, same bytes.

The workbook computes: halves, total, index and rank are live formulas over the sheet of points, so that
anybody can follow them by clicking. Text cells that look like formulas stay text (formula injection).
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import put_text, safe_cell
from cchc_index.lib.packed import same_bytes
from results.book import STATE_WORDS, Book, BookBlock, BookCell, BookCriterion, BookLine, read_bundle

from .tables import CELL_CODEBOOK, CRITERION_CODEBOOK, GROUNDS_CODEBOOK, MARK

RESULT_COLUMNS = (
    "year", "group", "unit", "name", "rank", "index", "points", "max_points", "appraised_points", "appraised_max",
    "appraised_index", "survey_points", "survey_max", "survey_index", "bonus", "penalty", "band", "incomplete",
    "publication", "illustrative",
)  # fmt: skip
CODEBOOK = (
    ("year", "Năm chỉ số", "số nguyên"),
    ("group", "Mã khối (các khối xếp hạng riêng)", "chữ"),
    ("unit", "Mã đơn vị", "chữ"),
    ("name", "Tên đơn vị", "chữ"),
    ("rank", "Hạng trong khối; trống khi chưa đủ điểm", "số nguyên"),
    ("index", "Chỉ số CCHC = points ÷ max_points × 100, làm tròn 2 chữ số thập phân", "%, dấu chấm thập phân"),
    ("points", "Tổng điểm = thẩm định + ĐTXHH + thưởng − trừ", "điểm, dấu chấm thập phân"),
    ("max_points", "Điểm tối đa áp dụng cho đơn vị", "điểm"),
    ("appraised_points", "Điểm phần thẩm định", "điểm"),
    ("appraised_max", "Điểm tối đa phần thẩm định", "điểm"),
    ("appraised_index", "appraised_points ÷ appraised_max × 100", "%"),
    ("survey_points", "Điểm phần điều tra xã hội học (ĐTXHH)", "điểm"),
    ("survey_max", "Điểm tối đa phần ĐTXHH", "điểm"),
    ("survey_index", "survey_points ÷ survey_max × 100", "%"),
    ("bonus", "Điểm thưởng đã áp mức trần", "điểm"),
    ("penalty", "Điểm trừ đã áp mức trần (số dương)", "điểm"),
    ("band", "Xếp loại", "chữ"),
    ("incomplete", "Mã tiêu chí còn thiếu điểm, cách nhau bằng dấu cách", "chữ"),
    ("publication", "Số quyết định công bố; trống khi là bản xem trước", "chữ"),
    ("illustrative", "“minh họa”: số liệu tạo để trình diễn, không phải kết quả thật; trống: số liệu thật", "chữ"),
)
CODEBOOKS = {
    "chi-so-cchc": CODEBOOK,
    "diem-tung-tieu-chi": CELL_CODEBOOK,
    "bo-tieu-chi": CRITERION_CODEBOOK,
    "grounds": GROUNDS_CODEBOOK,
}
"""Table → (column, meaning, type)."""
BOLD = Font(bold=True)
HEAD = PatternFill("solid", fgColor="E7EBEF")
HALVES = {"self": "TĐ"}
SURVEYED = "XH"
NA = STATE_WORDS["not_applicable"]
FIRST = 5
"""The first row of units on both sheets of a block."""


def csv_bytes(bundle: Mapping[str, Any]) -> bytes:
    """The ranking as CSV: UTF-8 with its mark (Excel reads it as such), comma separated, names of the codebook, dots as
    decimal signs.

    Text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    out = io.StringIO(newline="")
    out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(RESULT_COLUMNS)
    mark = "minh họa" if bundle["illustrative"] else ""
    head = {"year": bundle["year"], "publication": bundle["number"], "illustrative": mark}
    for group in bundle["groups"]:
        for result in group["results"]:
            line = {**result, **head, "incomplete": " ".join(result["incomplete"] or ())}
            writer.writerow([_harmless(key, line.get(key)) for key in RESULT_COLUMNS])
    return out.getvalue().encode()


_TEXTS = {"group", "unit", "name", "band", "incomplete", "publication"}


def _harmless(key: str, value: object) -> str:
    text = "" if value is None else str(value)
    return safe_cell(text) if key in _TEXTS else text


def codebook_bytes() -> bytes:
    """What each column of each table means; the JSON uses the same words."""
    out = io.StringIO(newline="")
    out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("table", "column", "meaning", "type"))
    for table, rows in CODEBOOKS.items():
        writer.writerows([(table, *row) for row in rows])
    return out.getvalue().encode()


def xlsx_bytes(bundle: Mapping[str, Any]) -> bytes:
    """The workbook: information, then for each block its ranking (formulas) and its points."""
    book = read_bundle(bundle)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _information(workbook.create_sheet("Thông tin"), book)
    taken = {"thông tin"}
    for block in book.blocks:
        names = _title("Xếp hạng", block, taken), _title("Điểm", block, taken)
        sheets = [workbook.create_sheet(name) for name in names]
        _points_sheet(sheets[1], book, block)
        _ranking_sheet(sheets[0], book, block, names[1])
    out = io.BytesIO()
    workbook.save(out)
    return same_bytes(out.getvalue())


def _title(what: str, block: BookBlock, taken: set[str]) -> str:
    """A sheet name Excel takes: 31 characters, none of []:*?/\\', not twice."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", f"{what} {block.code}")[:28]
    name, n = plain, 2
    while name.lower() in taken:
        name, n = f"{plain}~{n}", n + 1
    taken.add(name.lower())
    return name


def _information(sheet: Worksheet, book: Book) -> None:
    lines: list[tuple[str, str]] = [
        ("Chỉ số cải cách hành chính", f"năm {book.year}"),
        ("Văn bản công bố", book.document_line),
        ("Dữ liệu", "DỮ LIỆU MINH HỌA – không phải kết quả thật" if book.illustrative else "chính thức"),
        ("Mã kiểm tra (SHA-256) của gói JSON", book.digest),
        ("Cách đọc", "Trang “Xếp hạng” tính bằng công thức từ trang “Điểm” của cùng khối."),
    ]
    for block in book.blocks:
        lines += [
            (f"Khối {block.code}", block.name),
            ("Bộ tiêu chí", " – ".join(filter(None, (block.decision_line, block.note)))),
            ("Khi không áp dụng", block.na_words),
            ("Khi bằng điểm", block.tie_words),
        ]
    for place, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            put_text(_cell(sheet, place, column), text)
        _cell(sheet, place, 1).font = BOLD
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 36, 100


def _cell(sheet: Worksheet, row: int, column: int, value: str | None = None) -> SheetCell:
    cell = sheet.cell(row, column, value)
    assert isinstance(cell, SheetCell)  # no cell of ours is merged
    return cell


def _heading(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    for column, name in enumerate(names, start=1):
        cell = put_text(_cell(sheet, row, column), name)
        cell.font, cell.fill = BOLD, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _half(criterion: BookCriterion) -> str:
    return criterion.kind_words or HALVES.get(criterion.source, SURVEYED)


def _points_sheet(sheet: Worksheet, book: Book, block: BookBlock) -> None:
    """Units down, leaves across; above each leaf its name, half and maximum. A state stands as a word."""
    put_text(_cell(sheet, 1, 1), f"Điểm từng tiêu chí năm {book.year} – {block.name}{_mark(book)}").font = BOLD
    _heading(sheet, 2, ["Mã đơn vị", "Tên đơn vị", *(f"{c.code} {c.name}" for c in block.leaves)])
    _heading(sheet, 3, ["", "Phần (TĐ: thẩm định; XH: ĐTXHH)", *(_half(c) for c in block.leaves)])
    _heading(sheet, 4, ["", "Điểm tối đa"])
    for column, leaf in enumerate(block.leaves, start=3):
        _amount(_cell(sheet, 4, column), leaf.max_points, "0.####")
    for place, row in enumerate(block.rows, start=FIRST):
        put_text(_cell(sheet, place, 1), row.unit)
        put_text(_cell(sheet, place, 2), row.name)
        for column, leaf in enumerate(block.leaves, start=3):
            cell = block.cell(row.unit, leaf.code)
            _standing(_cell(sheet, place, column), cell)
    sheet.freeze_panes = f"C{FIRST}"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 12, 44
    for column in range(3, 3 + len(block.leaves)):
        sheet.column_dimensions[get_column_letter(column)].width = 16


def _standing(target: SheetCell, cell: BookCell) -> None:
    """Points as a number, a state without points as its word."""
    if cell.points is None:
        put_text(target, cell.words)
    else:
        _amount(target, cell.points, "0.00##")


def _mark(book: Book) -> str:
    return " – DỮ LIỆU MINH HỌA" if book.illustrative else ""


def _amount(cell: SheetCell, value: Decimal | None, shape: str = "0.00") -> None:
    cell.value = value
    cell.number_format = shape


RANKING_HEADS = (
    "Hạng", "Mã đơn vị", "Tên đơn vị", "Điểm thẩm định", "Tối đa thẩm định", "Điểm ĐTXHH", "Tối đa ĐTXHH",
    "Thưởng", "Trừ", "Tổng điểm", "Điểm tối đa", "Chỉ số (%)", "Thẩm định (%)", "ĐTXHH (%)", "Xếp loại",
    "Chỉ số chưa làm tròn",
)  # fmt: skip


def _ranking_sheet(sheet: Worksheet, book: Book, block: BookBlock, points: str) -> None:
    put_text(_cell(sheet, 1, 1), f"Chỉ số cải cách hành chính năm {book.year} – {block.name}{_mark(book)}").font = BOLD
    put_text(_cell(sheet, 2, 1), book.document_line)
    _heading(sheet, FIRST - 1, RANKING_HEADS)
    formulas = _Formulas(block, f"'{points}'", FIRST + len(block.rows) - 1)
    for place, row in enumerate(block.rows, start=FIRST):
        put_text(_cell(sheet, place, 2), row.unit)
        put_text(_cell(sheet, place, 3), row.name)
        put_text(_cell(sheet, place, 15), row.band)
        _amount(_cell(sheet, place, 8), row.bonus)
        _amount(_cell(sheet, place, 9), row.penalty)
        for column, formula, shape in formulas.of(place, row):
            cell = _cell(sheet, place, column, formula)
            cell.number_format = shape
    sheet.freeze_panes = f"D{FIRST}"
    for column, width in {1: 8, 2: 12, 3: 48, 15: 16, 16: 14}.items():
        sheet.column_dimensions[get_column_letter(column)].width = width


@dataclass(frozen=True)
class _Formulas:
    """The formulas of one line, after the block's policies (results.ranking says the same in Decimal)."""

    block: BookBlock
    sheet: str
    last: int

    def of(self, place: int, row: BookLine) -> list[tuple[int, str, str]]:
        """(column, formula, number format) for the computed columns. A unit with a leaf missing has
        no index: its formulas give an empty text, never a number that looks finished."""
        done = f'$P{place}=""'
        index = f'=IF({self._missing(place)}>0,"",ROUND(J{place}/K{place}*100,9))' if row.max_points else '=""'
        return [
            (1, f'=IF({done},"",{self._rank(place)})', "0"),
            (4, f"={self._reached('TĐ', place)}", "0.00##"),
            (5, f"={self._maximum('TĐ', place)}", "0.####"),
            (6, f"={self._reached(SURVEYED, place)}", "0.00##"),
            (7, f"={self._maximum(SURVEYED, place)}", "0.####"),
            (10, f"=ROUND(D{place}+F{place}+H{place}-I{place},4)", "0.00##"),
            (11, f"=E{place}+G{place}", "0.####"),
            (12, f'=IF({done},"",ROUND(P{place},2))', "0.00"),
            (13, self._percent("D", "E", place, "TĐ"), "0.00"),
            (14, self._percent("F", "G", place, SURVEYED), "0.00"),
            (16, index, "0.000000000"),
        ]

    def _row(self, place: int) -> str:
        end = get_column_letter(2 + max(len(self.block.leaves), 1))
        return f"{self.sheet}!$C${place}:${end}${place}"

    def _sum(self, half: str) -> str:
        return f'SUMIF({self._row(3)},"{half}",{self._row(4)})'

    def _lost(self, half: str, place: int) -> str:
        return f'SUMPRODUCT(({self._row(3)}="{half}")*({self._row(place)}="{NA}")*{self._row(4)})'

    def _missing(self, place: int, halves: Sequence[str] = ("TĐ", SURVEYED)) -> str:
        counted = "+".join(f'({self._row(3)}="{half}")' for half in halves)
        return f'SUMPRODUCT(({counted})*ISTEXT({self._row(place)})*({self._row(place)}<>"{NA}"))'

    def _reached(self, half: str, place: int) -> str:
        points, lost, whole = (
            f'SUMIF({self._row(3)},"{half}",{self._row(place)})',
            self._lost(half, place),
            self._sum(half),
        )
        policy = self.block.policies.get("na")
        if policy == "full":
            return f"ROUND({points}+{lost},4)"
        if policy == "shrink":
            return f"ROUND({points},4)"
        return f"IF({whole}-{lost}=0,0,ROUND({points}*{whole}/({whole}-{lost}),4))"

    def _maximum(self, half: str, place: int) -> str:
        lost, whole = self._lost(half, place), self._sum(half)
        policy = self.block.policies.get("na")
        if policy == "full":
            return whole
        if policy == "shrink":
            return f"{whole}-{lost}"
        return f"IF({whole}-{lost}=0,0,{whole})"

    def _percent(self, points: str, maximum: str, place: int, half: str) -> str:
        missing = self._missing(place, (half,))
        return f'=IF(OR({maximum}{place}=0,{missing}>0),"",ROUND({points}{place}/{maximum}{place}*100,2))'

    def _rank(self, place: int) -> str:
        column = f"$P${FIRST}:$P${self.last}"
        if self.block.policies.get("ties") == "dense":
            larger = f"ISNUMBER({column})*({column}>P{place})"
            return f'SUMPRODUCT({larger}/COUNTIF({column},{column}&""))+1'
        return f"RANK(P{place},{column})"
