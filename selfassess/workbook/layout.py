"""Where things stand in the workbook: sheets, columns, rows, and one leaf's values as cells hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from cchc_index.lib.cells import safe_cell, stored_text
from cchc_index.lib.numbers import exact_text
from cchc_index.lib.sheets.table import BY_ROW, CODE, NUMBER, TEXT, Column
from criteria import scoring
from criteria.models import Criterion
from selfassess.core.entry import text
from selfassess.core.task_list import TaskList
from selfassess.models import SelfScore

MAIN, GUIDE, LISTS, SEAL = "Tự đánh giá", "Hướng dẫn", "_danh_muc", "_phien_ban"
HEADING_ROW = 4
YES = "Có"
FIGURE, LABEL = "figure", "label"


@dataclass(frozen=True, slots=True)
class MainColumn:
    """A column of the main sheet: how it is found again and how it looks."""

    column: Column
    width: int
    is_input: bool = False

    @property
    def key(self) -> str:
        return self.column.key


def places(figures: int) -> list[MainColumn]:
    """The columns from left to right, with `figures` pairs of figure name and figure."""
    numbered = range(1, figures + 1)
    return [
        _place("code", "Mã", 9, holds=CODE),
        _place("name", "Nội dung", 42),
        _place("note", "Ghi chú", 11, required=False),
        _place("max", "Điểm tối đa", 9, required=False),
        _place("rule", "Quy tắc chấm", 42, required=False),
        _place("choice", "Mức đạt được", 30, is_input=True, holds=TEXT),
        *[
            place
            for n in numbered
            for place in (
                _place(f"{LABEL}{n}", f"Tên số liệu {n}", 26, required=False),
                _place(f"{FIGURE}{n}", f"Số liệu {n}", 12, is_input=True, holds=NUMBER),
            )
        ],
        _place("points", "Điểm tự đánh giá", 11, is_input=True),
        _place("explanation", "Giải trình cách chấm", 44, is_input=True, holds=TEXT),
        _place("na", "Không áp dụng", 10, is_input=True, holds=TEXT),
        _place("na_reason", "Lý do không áp dụng", 30, is_input=True, holds=TEXT),
        _place("evidence", "Số tài liệu", 8, required=False),
    ]


def _place(
    key: str, heading: str, width: int, *, is_input: bool = False, required: bool = True, holds: str = BY_ROW
) -> MainColumn:
    return MainColumn(Column(key, heading, required=required, holds=holds), width, is_input)


def figure_count(tasks: TaskList) -> int:
    """How many figures the longest rule asks for."""
    return max((len(numbers(row.criterion)) for row in tasks.leaves), default=0)


def numbers(criterion: Criterion) -> list[scoring.Field]:
    return [f for f in scoring.fields(criterion.rule) if f.kind == "number"]


def choice(criterion: Criterion) -> scoring.Field | None:
    return next((f for f in scoring.fields(criterion.rule) if f.kind == "choice"), None)


def choice_words(declared: scoring.Field) -> dict[str, str]:
    """Key → what the list shows; two options of the same wording are told apart by their keys."""
    shown = {key: " ".join(label.split()) for key, label in declared.choices}
    said = [words.lower() for words in shown.values()]
    words_of = {key: words if said.count(words.lower()) == 1 else f"{words} ({key})" for key, words in shown.items()}
    return {key: safe_cell(words) for key, words in words_of.items()}


@dataclass(frozen=True, slots=True)
class Values:
    """What the cells of one leaf say: figures as exact text by field, points only of direct entry."""

    figures: dict[str, str] = field(default_factory=dict)
    points: Decimal | None = None
    explanation: str = ""
    na_claimed: bool = False
    na_reason: str = ""


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One criterion as somebody filled it in; `seen_version` as in `save_score`."""

    criterion_id: int
    figures: Mapping[str, object]
    points: Decimal | None
    explanation: str
    na_claimed: bool
    na_reason: str
    seen_version: int


def values_of(criterion: Criterion, score: SelfScore | None) -> Values:
    """The stored score as its cells show it."""
    if score is None:
        return Values()
    declared = scoring.fields(criterion.rule)
    return Values(
        figures={f.key: exact(score.figures[f.key]) for f in declared if score.figures.get(f.key)},
        points=plain(score.points) if scoring.is_direct(criterion.rule) else None,
        explanation=prose(safe_cell(score.explanation)),
        na_claimed=score.na_claimed,
        na_reason=prose(safe_cell(score.na_reason)) if score.na_claimed else "",
    )


def exact(figure: str) -> str:
    """A stored figure without needless zeros; a chosen option's key as it is."""
    try:
        return exact_text(Decimal(figure)) or ""
    except ArithmeticError:
        return figure


def plain(points: Decimal | None) -> Decimal | None:
    shortest = exact_text(points)
    return None if shortest is None else Decimal(shortest)


def prose(cell: str) -> str:
    """A text cell as prose: what an exported cell stood for."""
    return text(stored_text(text(cell)))
