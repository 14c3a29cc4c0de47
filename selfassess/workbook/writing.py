"""The workbook out: only the cells to fill in are unlocked, the points of a rule appear as one types."""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib import clock
from cchc_index.lib.cells import workbook_cell
from cchc_index.lib.numbers import vn_count, vn_short
from criteria import scoring
from criteria.models import Criterion
from selfassess.core.entry import MAX_TEXT
from selfassess.core.task_list import TaskList, TaskRow

from . import formulas, guide, version_token
from .formula_results import with_results
from .layout import (
    FIGURE,
    GUIDE,
    HEADING_ROW,
    LABEL,
    LISTS,
    MAIN,
    SEAL,
    YES,
    Values,
    choice,
    choice_words,
    figure_count,
    numbers,
    places,
    values_of,
)

PLAIN, BOLD, TITLE = Font(name="Calibri"), Font(name="Calibri", bold=True), Font(name="Calibri", bold=True, size=14)
HEAD, AREA = PatternFill("solid", fgColor="E7EBEF"), PatternFill("solid", fgColor="EEF1F4")
INPUT, MARK = PatternFill("solid", fgColor="FFFDE7"), PatternFill("solid", fgColor="FFF3CD")
THIN = Side(style="thin", color="CFD5DB")
BORDER = Border(top=THIN, bottom=THIN, left=THIN, right=THIN)
WRAPPED = Alignment(vertical="top", wrap_text=True)
POINTS = "0.00##"
TEXT = "@"
LINE_HEIGHT, MAX_HEIGHT = 15, 300


def build(tasks: TaskList, overlay: Mapping[int, Values] | None = None) -> bytes:
    """The template of one assessment with what stands now. `overlay`: values by criterion that replace
    the stored ones, so that a stale file's own rows go into a fresh template."""
    sheet = _Main(tasks, overlay or {})
    sheet.write()
    out = io.BytesIO()
    sheet.workbook.save(out)
    return with_results(out.getvalue(), sheet.cached)


class _Main:
    """The main sheet under construction, with the lists its choices refer to."""

    def __init__(self, tasks: TaskList, overlay: Mapping[int, Values]):
        self.tasks, self.overlay = tasks, overlay
        self.places = places(figure_count(tasks))
        self.column = {place.key: number for number, place in enumerate(self.places, start=1)}
        self.cached: dict[str, Decimal | None] = {}
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.worksheets[0])
        self.sheet: Worksheet = self.workbook.create_sheet(MAIN)
        self.lists = _Lists()
        self.summed: list[int] = []
        self.bounded: dict[str, DataValidation] = {}

    def write(self) -> None:
        guide.write(self.workbook.create_sheet(GUIDE), self.tasks)
        last = HEADING_ROW
        for last, row in enumerate(self._rows(), start=HEADING_ROW + 1):
            if row.criterion.is_leaf:
                self._leaf(last, row)
            else:
                self._group(last, row.criterion)
        self._head()
        self._frame(last)
        self.lists.write(self.workbook.create_sheet(LISTS))
        _text(self.workbook[LISTS].cell(1, 3), "Danh sách chọn, không sửa trang này")
        _sealed(self.workbook.create_sheet(SEAL), version_token.seal(self.tasks))

    def _rows(self) -> Iterator[TaskRow]:
        for area in self.tasks.areas:
            if not area.criterion.is_leaf:
                yield TaskRow(area.criterion)
            yield from area.rows

    def _at(self, row: int, key: str) -> str:
        return f"{get_column_letter(self.column[key])}{row}"

    def _cell(self, row: int, key: str) -> Cell:
        cell = self.sheet.cell(row, self.column[key])
        assert isinstance(cell, Cell)
        return cell

    def _group(self, number: int, criterion: Criterion) -> None:
        for place in self.places:
            cell = self._cell(number, place.key)
            cell.fill, cell.border = AREA, BORDER
        for key, said in (("code", criterion.code), ("name", criterion.name), ("note", _note(criterion))):
            _text(self._cell(number, key), said, bold=True)
        self._height(number)
        if criterion.kind == Criterion.Kind.NORMAL:
            self.summed.append(number)

    def _height(self, number: int) -> None:
        """As high as the longest text needs: programs do not fit rows they did not write."""
        lines = max(
            sum(1 + len(part) // max(place.width - 2, 1) for part in str(cell.value).split("\n"))
            for place in self.places
            if not str((cell := self._cell(number, place.key)).value or "").startswith("=")
        )
        self.sheet.row_dimensions[number].height = min(LINE_HEIGHT * lines, MAX_HEIGHT)

    def _leaf(self, number: int, row: TaskRow) -> None:
        criterion = row.criterion
        values = self.overlay.get(criterion.pk) or values_of(criterion, row.score)
        self._fixed(number, row)
        self._figures(number, criterion, values)
        self._points(number, row, values)
        self._words(number, values)
        self._height(number)
        if criterion.kind == Criterion.Kind.NORMAL:
            self.summed.append(number)

    def _fixed(self, number: int, row: TaskRow) -> None:
        """Everything that is only read; inputs come after and unlock their own cells."""
        criterion = row.criterion
        for place in self.places:
            _locked(self._cell(number, place.key))
        rule = "\n".join(scoring.describe(criterion.rule, criterion.max_points))
        said = {"code": criterion.code, "name": criterion.name, "note": _note(criterion), "rule": rule}
        for key, words in said.items():
            _text(self._cell(number, key), words)
        _number(self._cell(number, "max"), criterion.max_points, POINTS)
        _number(self._cell(number, "evidence"), Decimal(row.evidence), "0")

    def _figures(self, number: int, criterion: Criterion, values: Values) -> None:
        chosen = choice(criterion)
        if chosen is not None:
            words = choice_words(chosen)
            cell = self._input(number, "choice")
            _text(cell, words.get(values.figures.get(chosen.key, ""), ""))
            self.lists.offer(cell.coordinate, list(words.values()), _option_points(criterion))
        for place, declared in enumerate(numbers(criterion), start=1):
            unit = f" ({declared.unit})" if declared.unit else ""
            free = ", có thể để trống" if declared.optional else ""
            _text(self._cell(number, f"{LABEL}{place}"), f"{declared.label}{unit}{free}")
            figure = values.figures.get(declared.key)
            _number(self._input(number, f"{FIGURE}{place}"), Decimal(figure) if figure else None, "General")
            self._bound(number, f"{FIGURE}{place}", None)

    def _points(self, number: int, row: TaskRow, values: Values) -> None:
        criterion = row.criterion
        if scoring.is_direct(criterion.rule):
            _number(self._input(number, "points"), values.points, POINTS)
            self._bound(number, "points", criterion.max_points)
            return
        cells = {f.key: self._at(number, f"{FIGURE}{place}") for place, f in enumerate(numbers(criterion), start=1)}
        chosen = choice(criterion)
        if chosen is not None:
            cells[chosen.key] = self._at(number, "choice")
        options = self.lists.ranges(self._at(number, "choice"))
        made = formulas.formula(criterion, cells, self._at(number, "na"), options)
        cell = self._cell(number, "points")
        cell.number_format, cell.font = POINTS, PLAIN
        cell.alignment = Alignment(vertical="top", horizontal="right", indent=1)
        if made is not None:
            cell.value = made
            self.cached[cell.coordinate] = _computed(criterion, values)

    def _words(self, number: int, values: Values) -> None:
        for key, said in (("explanation", values.explanation), ("na_reason", values.na_reason)):
            _text(self._input(number, key), said)
        _text(self._input(number, "na"), YES if values.na_claimed else "")

    def _input(self, number: int, key: str) -> Cell:
        cell = self._cell(number, key)
        cell.fill, cell.protection = INPUT, Protection(locked=False)
        return cell

    def _bound(self, number: int, key: str, maximum: Decimal | None) -> None:
        """The program itself refuses what the server would: negative, over the maximum."""
        top = "" if maximum is None else vn_short(maximum)
        if top not in self.bounded:
            said = f"Gõ số từ 0 đến {top}." if top else "Gõ số từ 0 trở lên."
            made = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
            if top:
                made.operator, made.formula2 = "between", top.replace(",", ".")
            made.error, made.errorTitle = f"{said} Dấu thập phân theo máy: xem ô mẫu ở dòng 3.", "Số chưa đúng"
            self.bounded[top] = made
        self.bounded[top].add(self._at(number, key))

    def _head(self) -> None:
        round_ = self.tasks.assessment.round_group.round
        _text(self._cell(1, "code"), f"Bản tự đánh giá {version_token.label(self.tasks.assessment)}", wrap=False)
        self._cell(1, "code").font = TITLE
        marks = "DỮ LIỆU MINH HỌA – không phải điểm thật. " if round_.illustrative else ""
        taken = f"Tải lúc {clock.in_words(clock.now())}."
        said = f"{marks}{taken} Chỉ điền ô nền vàng nhạt; điểm theo quy tắc tự hiện. Cách điền: trang “{GUIDE}”."
        _text(self._cell(2, "code"), said, wrap=False)
        if round_.illustrative:
            for place in self.places[: self.column["choice"]]:
                self._cell(2, place.key).fill = MARK
        _text(self._cell(3, "name"), "Máy này viết “chín phẩy năm” như ô bên phải: gõ đúng dấu ấy.")
        _number(self._cell(3, "note"), Decimal("9.5"), "General")
        self._total()
        for place in self.places:
            cell = self._cell(HEADING_ROW, place.key)
            _text(cell, place.column.heading, bold=True)
            cell.fill, cell.border = HEAD, BORDER
        for row, lines in ((1, 1.4), (2, 1.2), (3, 2), (HEADING_ROW, 2)):
            self.sheet.row_dimensions[row].height = LINE_HEIGHT * lines

    def _total(self) -> None:
        _text(self._cell(3, "explanation"), "← tổng điểm tự đánh giá, không kể thưởng và trừ", bold=True)
        column = get_column_letter(self.column["points"])
        ranges = [f"{column}{first}:{column}{last}" for first, last in _runs(self.summed)]
        cell = self._cell(3, "points")
        cell.font, cell.number_format = BOLD, POINTS
        cell.value = f"=SUM({','.join(ranges[:250])})" if ranges else None
        if ranges:
            self.cached[cell.coordinate] = self._sum()

    def _sum(self) -> Decimal:
        found = Decimal(0)
        for row in self.tasks.normal:
            values = self.overlay.get(row.criterion.pk) or values_of(row.criterion, row.score)
            points = values.points if scoring.is_direct(row.criterion.rule) else _computed(row.criterion, values)
            found += points or Decimal(0)
        return found

    def _frame(self, last: int) -> None:
        sheet = self.sheet
        for place in self.places:
            sheet.column_dimensions[get_column_letter(self.column[place.key])].width = place.width
        sheet.freeze_panes = self._at(HEADING_ROW + 1, "note")
        sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
        guide.fit_to_width(sheet)
        sheet.page_setup.paperSize = 8  # A3
        _protect(sheet)
        for validation in [*self.bounded.values(), *self.lists.validations()]:
            sheet.add_data_validation(validation)
        if last > HEADING_ROW:
            self._text_validations(last)

    def _text_validations(self, last: int) -> None:
        yes = DataValidation(type="list", formula1=f'"{YES}"', allow_blank=True)
        yes.error, yes.errorTitle = f"Chọn “{YES}” hoặc để trống.", "Không áp dụng"
        long = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(MAX_TEXT), allow_blank=True)
        long.error, long.errorTitle = (
            f"Dài quá {vn_count(MAX_TEXT)} ký tự: chuyển phần chi tiết vào tài liệu.",
            "Quá dài",
        )
        for validation, keys in ((yes, ("na",)), (long, ("explanation", "na_reason"))):
            for key in keys:
                validation.add(f"{self._at(HEADING_ROW + 1, key)}:{self._at(last, key)}")
            self.sheet.add_data_validation(validation)


class _Lists:
    """The words of the choices with their points on a hidden sheet: one list serves every row it fits."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Decimal]] = []
        self.known: dict[tuple[tuple[str, Decimal], ...], int] = {}
        self.cells: dict[str, tuple[int, int]] = {}
        self.made: dict[int, DataValidation] = {}

    def offer(self, cell: str, words: Sequence[str], points: Sequence[Decimal]) -> None:
        wanted = tuple(zip(words, points, strict=True))
        if wanted not in self.known:
            self.known[wanted] = len(self.rows) + 1
            self.rows += wanted
        first = self.known[wanted]
        self.cells[cell] = first, first + len(wanted) - 1
        if first not in self.made:
            made = DataValidation(type="list", formula1=self.ranges(cell)[0], allow_blank=True)
            made.error, made.errorTitle = "Chọn một mức trong danh sách.", "Mức chưa đúng"
            self.made[first] = made
        self.made[first].add(cell)

    def ranges(self, cell: str) -> tuple[str, str]:
        first, last = self.cells.get(cell, (1, 1))
        return f"{LISTS}!$A${first}:$A${last}", f"{LISTS}!$B${first}:$B${last}"

    def validations(self) -> list[DataValidation]:
        return list(self.made.values())

    def write(self, sheet: Worksheet) -> None:
        for number, (words, points) in enumerate(self.rows, start=1):
            _text(sheet.cell(number, 1), words)
            _number(sheet.cell(number, 2), points, POINTS)
        sheet.sheet_state = "hidden"
        _protect(sheet)


def _option_points(criterion: Criterion) -> list[Decimal]:
    """The points of each option, in the order of the list."""
    declared = choice(criterion)
    if declared is None:
        return []
    figures = [{declared.key: key} for key, _ in declared.choices]
    return [scoring.evaluate(criterion.rule, criterion.max_points, f) or Decimal(0) for f in figures]


def _computed(criterion: Criterion, values: Values) -> Decimal | None:
    """What the formula will show when the file opens; None for an empty cell."""
    if values.na_claimed:
        return None
    try:
        return scoring.evaluate(criterion.rule, criterion.max_points, values.figures)
    except scoring.RuleProblem:
        return None


def _sealed(sheet: Worksheet, sealed: str) -> None:
    _text(sheet.cell(1, 1), "Mã phiên bản, không sửa trang này")
    _text(sheet.cell(2, 1), sealed, wrap=False)
    sheet.sheet_state = "hidden"
    _protect(sheet)


def _protect(sheet: Worksheet) -> None:
    """Against slips, not against people: no password. Widths and heights stay free."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _note(criterion: Criterion) -> str:
    kind = "" if criterion.kind == Criterion.Kind.NORMAL or not criterion.is_leaf else criterion.get_kind_display()
    return ", ".join(filter(None, ("minh họa" if criterion.is_illustrative else "", kind)))


def _locked(cell: Cell) -> None:
    cell.border, cell.alignment = BORDER, WRAPPED


def _text(cell: object, text: str, *, bold: bool = False, wrap: bool = True) -> None:
    """Words as words: never a formula, whatever they begin with."""
    assert isinstance(cell, Cell)
    cell.number_format, cell.alignment = TEXT, Alignment(vertical="top", wrap_text=wrap)
    cell.font = BOLD if bold else PLAIN
    if text:
        cell.value = workbook_cell(text)
        cell.data_type = "s"


def _number(cell: object, value: Decimal | None, shape: str) -> None:
    assert isinstance(cell, Cell)
    cell.value, cell.number_format, cell.font = value, shape, PLAIN
    cell.alignment = Alignment(vertical="top", horizontal="right", indent=1)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Row numbers as stretches: 5, 6, 7, 9 → (5, 7), (9, 9)."""
    first = previous = None
    for row in rows:
        if previous is not None and first is not None and row != previous + 1:
            yield first, previous
            first = row
        first, previous = row if first is None else first, row
    if first is not None and previous is not None:
        yield first, previous
