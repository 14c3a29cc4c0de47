"""The workbook back in: every fault by row and column, all or nothing. Rows are found by code, columns by heading."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import IO

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.numbers import NumberProblem, exact_text, parse_decimal, vn_short
from cchc_index.lib.sheets.book import SheetBook, open_book
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.guarding import problem_of
from cchc_index.lib.sheets.table import NUMBER, SheetRow, Table, table_of
from cchc_index.lib.text import fold
from criteria import scoring
from criteria.models import Criterion
from selfassess.core.task_list import TaskList

from . import version_token
from .layout import FIGURE, GUIDE, LISTS, SEAL, YES, Values, choice, choice_words, numbers, places, prose

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_ROWS = 2_000
_TRUE, _FALSE = {"co", "x", "1", "true"}, {"", "khong", "0", "false"}


@dataclass(slots=True)
class Filled:
    """What a file says: values by criterion with the row's number, the versions it was made from."""

    values: dict[int, Values] = field(default_factory=dict)
    rows: dict[int, SheetRow] = field(default_factory=dict)
    shown_points: dict[int, Decimal | None] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    file_id: str = ""
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there."""


def read(source: IO[bytes], tasks: TaskList, *, name: str = "", take_hidden: bool = False) -> Filled:
    """Everything typed into a workbook of this assessment. Raises ImportRefused with every fault."""
    book = open_book(source, name=name, max_bytes=MAX_BYTES, max_unpacked=MAX_UNPACKED)
    sealed = version_token.unseal(_sealed(book), tasks)
    count = max((len(numbers(row.criterion)) for row in tasks.leaves), default=0)
    columns = [place.column for place in places(count)]
    table = table_of(_typed_in(book), columns, take_hidden=take_hidden, own_title=True)
    return _WorkbookReader(tasks, table).read(sealed)


def _sealed(book: SheetBook) -> str:
    page = next((page for page in book.pages if page.name == SEAL), None)
    if page is None:
        repair = "tải mẫu từ trang “Nhập bằng Excel” rồi điền vào mẫu ấy, giữ nguyên các trang ẩn"
        raise ImportRefused([Fault(0, "", "không phải mẫu của hệ thống hoặc đã mất trang ẩn", repair)])
    return cell_text(page.cell(1, 0))


def _typed_in(book: SheetBook) -> SheetBook:
    """The sheets that people fill in: without the guide and what the template keeps for itself."""
    pages = [page for page in book.pages if page.name not in (GUIDE, LISTS, SEAL)]
    for page in pages:
        if page.height > MAX_ROWS:
            said = f"có hơn {MAX_ROWS} dòng ở trang “{page.name[:40]}”"
            raise ImportRefused([Fault(0, "", said, "xóa các dòng thừa rồi lưu lại")])
    return SheetBook(pages)


class _WorkbookReader:
    def __init__(self, tasks: TaskList, table: Table):
        self.table = table
        self.leaves = {row.criterion.code: row.criterion for row in tasks.leaves}
        self.groups = {r.criterion.code for a in tasks.areas for r in a.rows if not r.criterion.is_leaf}
        self.groups |= {area.criterion.code for area in tasks.areas}
        self.faults: list[Fault] = list(table.faults)
        self.spellings = codes.by_spelling({code: code for code in self.leaves.keys() | self.groups})
        self.seen: dict[str, SheetRow] = {}

    def read(self, sealed: version_token.Token) -> Filled:
        filled = Filled(versions=dict(sealed.versions), file_id=sealed.file_id, said=self.table.said_with_columns())
        for row in self.table.rows:
            criterion = self._criterion(row)
            if criterion is not None:
                filled.values[criterion.pk] = self._values(row, criterion)
                filled.rows[criterion.pk] = row
                filled.shown_points[criterion.pk] = _shown_points(row)
        if self.faults:
            raise ImportRefused(self.faults)
        if not filled.values:
            raise ImportRefused([Fault(0, "", "không có dòng tiêu chí nào", version_token.AGAIN)])
        return filled

    def _criterion(self, row: SheetRow) -> Criterion | None:
        """The leaf the row's code names; a group row or one with nothing to fill in gives none."""
        code = self._code(row)
        if code in self.leaves and code not in self.seen:
            self.seen[code] = row
            return self.leaves[code]
        if code in self.seen:
            where = f"mã “{code}” đã có ở {self.seen[code].place}"
            self._fault(row, "code", where, "xóa một trong hai dòng")
        elif code not in self.groups:
            self._unknown(row, code)
        return None

    def _code(self, row: SheetRow) -> str:
        """The code that the row's names, whatever its spelling; where it names none, as it stands."""
        typed = row.text("code")
        return self.spellings.get(typed) or self.spellings.get(codes.key(typed), typed)

    def _unknown(self, row: SheetRow, code: str) -> None:
        said = f"mã “{code[:30]}” không phải tiêu chí tự đánh giá" if code else "dòng có nội dung nhưng thiếu mã"
        self._fault(row, "code", said, "xóa dòng này hoặc ghi lại đúng mã như mẫu")

    def _values(self, row: SheetRow, criterion: Criterion) -> Values:
        claimed = self._claimed(row)
        reason = self._prose(row, "na_reason")
        if reason and not claimed:
            self._fault(
                row, "na_reason", "có lý do nhưng chưa đề nghị", f"chọn “{YES}” ở cột Không áp dụng hoặc xóa lý do"
            )
        return Values(
            figures=self._figures(row, criterion),
            points=self._points(row, criterion, claimed),
            explanation=self._prose(row, "explanation"),
            na_claimed=claimed,
            na_reason=reason,
        )

    def _figures(self, row: SheetRow, criterion: Criterion) -> dict[str, str]:
        asked = numbers(criterion)
        found = {f.key: self._number(row, f"{FIGURE}{n}", partial(_figure, f)) for n, f in enumerate(asked, start=1)}
        figures = {key: text for key, value in found.items() if (text := exact_text(value)) is not None}
        chosen = choice(criterion)
        picked = self._choice(row, chosen) if chosen else ""
        if chosen is None:
            self._empty(row, "choice")
        for n in range(len(asked) + 1, self._figure_columns() + 1):
            self._empty(row, f"{FIGURE}{n}")
        return figures | ({chosen.key: picked} if chosen and picked else {})

    def _figure_columns(self) -> int:
        return sum(key.startswith(FIGURE) for key in self.table.index)

    def _choice(self, row: SheetRow, declared: scoring.Field) -> str:
        typed = fold(row["choice"])
        known = {fold(words): key for key, words in choice_words(declared).items()}
        if typed and typed not in known:
            said = f"“{row.text('choice')[:60]}” không có trong danh sách mức"
            self._fault(row, "choice", said, f"chọn một trong: {'; '.join(choice_words(declared).values())}")
        return known.get(typed, "")

    def _points(self, row: SheetRow, criterion: Criterion, claimed: bool) -> Decimal | None:
        """Points count only where the unit types them; a rule's cell is computed again."""
        if not scoring.is_direct(criterion.rule):
            return None
        value = self._number(row, "points", lambda raw: _direct(criterion, raw))
        if claimed and value is not None:
            self._fault(row, "points", "vừa có điểm vừa đề nghị không áp dụng", "xóa điểm hoặc xóa đề nghị")
        return value

    def _claimed(self, row: SheetRow) -> bool:
        typed = fold(row["na"])
        if typed not in _TRUE | _FALSE:
            self._fault(row, "na", f"không hiểu “{row.text('na')[:40]}”", f"chọn “{YES}” hoặc để trống")
        return typed in _TRUE

    def _prose(self, row: SheetRow, key: str) -> str:
        raw = row[key]
        return prose(raw) if isinstance(raw, str) else cell_text(raw)

    def _number(self, row: SheetRow, key: str, take: Callable[[object], Decimal | None]) -> Decimal | None:
        raw = row[key]
        problem = problem_of(raw, NUMBER)
        if problem is not None:
            self._fault(row, key, *problem)
            return None
        try:
            return take(raw)
        except NumberProblem as wrong:
            self._fault(row, key, *_in_two(str(wrong)))
            return None

    def _empty(self, row: SheetRow, key: str) -> None:
        if cell_text(row[key]):
            self._fault(row, key, "tiêu chí này không dùng ô này", "xóa nội dung ô, ghi vào ô nền vàng nhạt của dòng")

    def _fault(self, row: SheetRow, key: str, message: str, repair: str) -> None:
        self.faults.append(row.fault(key, message, repair))


def _figure(declared: scoring.Field, raw: object) -> Decimal | None:
    return _shortest(scoring.read_figure(declared, raw))


def _direct(criterion: Criterion, raw: object) -> Decimal | None:
    value = _shortest(parse_decimal(raw))
    if value is not None and not 0 <= value <= criterion.max_points:
        raise NumberProblem(f"{vn_short(value)} điểm nằm ngoài khoảng; gõ từ 0 đến {vn_short(criterion.max_points)}")
    return value


def _shortest(value: Decimal | None) -> Decimal | None:
    """The number in its shortest form, so that 9.50 equals 9.5."""
    text = exact_text(value)
    return None if text is None else Decimal(text)


def _in_two(sentence: str) -> tuple[str, str]:
    """A number's problem as message and repair."""
    message, _, repair = sentence.partition("; ")
    return message, repair


def _shown_points(row: SheetRow) -> Decimal | None:
    """The points the file shows, if it shows a number."""
    try:
        return parse_decimal(row["points"], places=20)
    except NumberProblem:
        return None
