"""Each cell of a column we asked for against what the column holds; every way in is guarded here."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import letters
from .cells import ErrorCell, Percent, StyledNumber, Uncomputed, Veiled, cell_text, day_of, is_date
from .headings import BY_ROW, CODE, DAY, NUMBER, PRINTED, Column
from .letters import Problem

if TYPE_CHECKING:
    from .table import SheetPart, Table

MAX_NAMED = 200
_ERROR = re.compile(
    r"#(N/A|NAME\?|DIV/0!|GETTING_DATA|(REF|VALUE|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY)!)|Err:\d{3}",
    re.IGNORECASE,
)
"""As text too: pasted from another program, or in a CSV."""
_AS_TEXT = "định dạng cột là Văn bản (Text) rồi gõ lại mã"


def guard(table: "Table", part: "SheetPart", columns: Sequence[Column]) -> None:
    """Add to the table the faults of the cells of `part`, at most MAX_NAMED a column."""
    mine = [row for row in table.rows if row.part is part] if len(table.parts) > 1 else table.rows
    for column in columns:
        position = table.index.get(column.key)
        place = part.places.get(position) if position is not None else None
        if position is None or place is None:
            continue
        cells = part.page.columns[place]
        problems = [problem_of(value, column.holds) for value in cells.values]
        if not any(problems):
            continue
        named = 0
        for row in mine:
            problem = problems[cells.index[row.number - 1]]
            if problem is not None and (part.name, row.number, position) not in table.unusable:
                fault = row.fault(column.key, *problem)
                table.unusable[part.name, row.number, position] = fault
                table.faults += [fault] if named < MAX_NAMED else []
                named += 1


def problem_of(value: Any, holds: str) -> Problem | None:
    """Why a cell cannot stand in a column that holds `holds`, with the repair; None when it can."""
    if holds == BY_ROW or (holds != DAY and _is_plain(value)):
        return None
    if isinstance(value, ErrorCell) or (isinstance(value, str) and _ERROR.fullmatch(value.strip())):
        return f"ô đang báo lỗi {str(value).strip()}", "sửa công thức hoặc gõ lại giá trị"
    if isinstance(value, Uncomputed):
        return "ô là công thức chưa có kết quả tính", "mở bằng Excel hoặc LibreOffice, lưu lại; hoặc gõ thẳng giá trị"
    if isinstance(value, Veiled):
        seen = f"“{value.shown}”" if value.shown else "ô trống"
        return (
            f"ô có số {cell_text(value.value)} nhưng định dạng hiển thị {seen}",
            "đổi định dạng ô rồi gõ lại giá trị đúng",
        )
    return _BY_KIND.get(holds, letters.problem_of)(value)


def _is_plain(value: Any) -> bool:
    """Text of plain letters, digits and hyphens: most codes of most files, which can stand anywhere."""
    return isinstance(value, str) and value.isascii() and value.replace("-", "").isalnum()


def code_problem(value: Any) -> Problem | None:
    """A code that a program took for a number or a date: what was typed can no longer be told."""
    if is_date(value):
        return f"mã đã bị Excel đổi thành ngày tháng ({cell_text(value)})", _AS_TEXT
    if isinstance(value, bool):
        return "mã là giá trị đúng/sai", _AS_TEXT
    if isinstance(value, Percent):
        return f"mã là số phần trăm ({value})", _AS_TEXT
    if isinstance(value, StyledNumber):
        return f"mã ở dạng số ({cell_text(value)}) mà định dạng của ô cho thấy khác", f"{_AS_TEXT}, ví dụ 1.10"
    if isinstance(value, float) and (abs(value) >= 10**15 or not value.is_integer()):
        return (
            f"mã ở dạng số ({cell_text(value)}), Excel có thể đã bỏ số 0 ở cuối: 1.10 thành 1.1",
            f"{_AS_TEXT}, ví dụ 1.10",
        )
    return letters.problem_of(value)


def _number_problem(value: Any) -> Problem | None:
    if is_date(value):
        return f"Excel đã đổi số thành ngày tháng ({cell_text(value)})", "định dạng cột là Số (Number) rồi gõ lại"
    if isinstance(value, bool):
        return "là giá trị đúng/sai, không phải số", "gõ số, ví dụ 0,5"
    return None


def _day_problem(value: Any) -> Problem | None:
    try:
        day_of(value)
    except ValueError as problem:
        message, _, repair = str(problem).partition("; ")
        return message, repair
    return None


_BY_KIND: dict[str, Callable[[Any], Problem | None]] = {
    CODE: code_problem,
    NUMBER: _number_problem,
    DAY: _day_problem,
    PRINTED: letters.problem_of,
}
