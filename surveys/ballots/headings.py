"""Which columns of a ballot file are questions.

A heading names a leaf by its code alone (`1.4.3`, as text or number), at its beginning
(`1.4.3 Tác động…`) or in brackets, as LimeSurvey and Google Forms export (`Q[1.4.3]`).
"""

import re
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.guarding import code_problem
from cchc_index.lib.sheets.table import Table
from surveys.places import Leaf, Places, tidy_code

_BARE = re.compile(r"\d{1,3}(?:\.+\d{1,3})*\.?")
_LEADING = re.compile(r"(\d{1,3}(?:\.+\d{1,3})+)\.?(?=[\s:)\]–-]|$)")
_BRACKETS = re.compile(r"\[\s*(\d{1,3}(?:\.+\d{1,3})*)\.?(?=[\s\]:–-])")
_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")


@dataclass(slots=True)
class Questions:
    """The question columns of a file: (position in the row, leaf); the headings left aside; the faults."""

    columns: list[tuple[int, Leaf]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def code_in(heading: str) -> str | None:
    """The criterion code a heading carries, as printed; None when it carries none. Of a heading of two rows,
    the lower one may carry it."""
    upper, slash, lower = heading.rpartition(" / ")
    if slash and code_in(upper) is None:
        return code_in(lower)
    if _BARE.fullmatch(heading):
        return heading
    match = _LEADING.match(heading) or _BRACKETS.search(heading)
    return match.group(1) if match else None


def find_questions(table: Table, places: Places, asked: list[int] | None) -> Questions:
    """The questions of `table`. `asked`: criterion ids of the group's questionnaire, None when it has none
    yet; then the file's own headings are the questionnaire."""
    questions = Questions()
    first = table.parts[0]
    for position, heading in sorted(table.extra.items()):
        problem = code_problem(first.page.cell(first.headings.last, first.places[position]))
        if problem is not None:
            questions.faults.append(Fault(table.heading_row, table.name_of(position), *problem))
        else:
            _read_heading(questions, table.heading_row, position, heading, places)
    if not questions.columns and not questions.faults:
        message, repair = "không có cột câu hỏi nào", "đặt tiêu đề mỗi cột câu hỏi là mã tiêu chí, ví dụ 1.4.3"
        questions.faults.append(Fault(table.heading_row, "", message, repair))
    if asked is not None:
        _compare(questions, table.heading_row, places, asked)
        questions.columns.sort(key=lambda column: asked.index(column[1].id) if column[1].id in asked else len(asked))
    return questions


def _read_heading(questions: Questions, row: int, position: int, heading: str, places: Places) -> None:
    column = f"{get_column_letter(position + 1)} ({heading[:60]})"
    if _DATE.fullmatch(heading):
        repair = "định dạng ô tiêu đề là Văn bản (Text) rồi gõ lại mã tiêu chí"
        questions.faults.append(Fault(row, column, "mã tiêu chí đã bị Excel đổi thành ngày", repair))
        return
    code = code_in(heading)
    if code is None:
        questions.ignored.append(column)
        return
    leaf = places.leaf(code)
    if leaf is None and "." not in code and not _BARE.fullmatch(heading):
        questions.ignored.append(column)  # LimeSurvey numbers its own sub-questions: other[1]
    elif leaf is None or leaf.source != "survey":
        questions.faults.append(Fault(row, column, *_not_asked(code, leaf)))
    elif any(leaf.id == other.id for _, other in questions.columns):
        questions.faults.append(Fault(row, column, f"tiêu chí {leaf.code} có hai cột", "giữ lại một cột"))
    else:
        questions.columns.append((position, leaf))


def _not_asked(code: str, leaf: Leaf | None) -> tuple[str, str]:
    if leaf is None:
        return (
            f"“{tidy_code(code)}” không phải tiêu chí thành phần của bộ tiêu chí",
            "sửa mã trong tiêu đề, hoặc bỏ cột này",
        )
    if leaf.source == "self":
        return f"tiêu chí {leaf.code} do đơn vị tự đánh giá, không hỏi qua phiếu", "bỏ cột này"
    return (
        f"tiêu chí {leaf.code} lấy từ số liệu {leaf.source.upper()}, không hỏi qua phiếu",
        "bỏ cột này và nhập số liệu đó bằng mục số liệu SIPAS, PAPI (import_figures)",
    )


def _compare(questions: Questions, row: int, places: Places, asked: list[int]) -> None:
    """The file against the questionnaire: every question once, no other question."""
    codes = {leaf.id: leaf.code for leaf in places.leaves}
    present = {leaf.id for _, leaf in questions.columns}
    for criterion in asked:
        if criterion not in present:
            message = f"thiếu cột câu hỏi {codes.get(criterion, criterion)} của mẫu phiếu"
            questions.faults.append(
                Fault(row, "", message, "thêm cột với tiêu đề là mã đó; để trống nếu không ai trả lời")
            )
    for position, leaf in questions.columns:
        if leaf.id not in asked:
            column = f"{get_column_letter(position + 1)} ({leaf.code})"
            message = f"câu hỏi {leaf.code} không có trong mẫu phiếu của nhóm này"
            questions.faults.append(Fault(row, column, message, "bỏ cột này, hoặc sửa mẫu phiếu trước khi nhập"))
