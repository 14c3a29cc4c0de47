"""What the page of a file's columns and words posts, and the mapping it makes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from cchc_index.lib.text import clean
from surveys.ballots.outline import CODE, FINISHED, IGNORE, QUESTION, UNIT, Outline, OutlineColumn
from surveys.ballots.proposals import BLANK
from surveys.places import Leaf

USES = (
    (IGNORE, "bỏ qua"),
    (CODE, "mã phiếu"),
    (UNIT, "đơn vị được đánh giá"),
    (FINISHED, "dấu đã gửi (trống là phiếu chưa xong)"),
)
MAX_TEXTS = 300
"""Texts of one kind that the page asks about; a file with more is mended as a file."""


@dataclass(slots=True)
class TypedReading:
    """A posted form. `units` and `answers` hold every text the page showed, with "" where nothing was chosen."""

    sender: str = ""
    without_code: bool = False
    units: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeadingPlace:
    """Which sheets and which heading rows are looked at; 0 and () where they are to be problems_found."""

    sheets: tuple[str, ...] = ()
    row: int = 0
    rows: int = 0

    def given(self) -> dict[str, Any]:
        """As keys of a mapping."""
        return ({"sheets": list(self.sheets)} if self.sheets else {}) | (
            {"heading_rows": self.rows} if self.rows else {}
        )


def place_of(data: QueryDict) -> HeadingPlace:
    sheets = tuple(dict.fromkeys(map(clean, data.getlist("sheet"))))
    return HeadingPlace(sheets, _number(data.get("row"), 30), _number(data.get("rows"), 5))


def _number(text: str | None, highest: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 and int(text) <= highest else 0


def typed(data: QueryDict) -> TypedReading:
    """What was posted, whatever it is."""
    return TypedReading(clean(data.get("sender", "")), "no_code" in data, _pairs(data, "unit"), _pairs(data, "answer"))


def _pairs(data: QueryDict, name: str) -> dict[str, str]:
    return {
        text: clean(data.get(f"{name}-{n}", ""))
        for n in range(MAX_TEXTS)
        if (text := clean(data.get(f"{name}_text-{n}", "")))
    }


def take(data: QueryDict, columns: Iterable[OutlineColumn], leaves: Sequence[Leaf]) -> None:
    """Give the columns the uses that were posted."""
    by_value = {f"q{leaf.id}": leaf for leaf in leaves}
    for column in columns:
        value = data.get(f"column-{column.position}")
        if value is None:
            continue
        column.leaf = by_value.get(value)
        known = value if value in dict(USES) else IGNORE
        column.use, column.why = QUESTION if column.leaf else known, ""
        column.tick = _number(data.get(f"level-{column.position}"), 255) if column.leaf else 0


def problems(outline: Outline, reading: TypedReading) -> list[tuple[str, str]]:
    """(id of the control, sentence) for whatever keeps the form from making a mapping."""
    problems_found = [] if reading.sender else [("sender", "Ghi tên nơi gửi tệp, ví dụ tên đơn vị điều tra.")]
    uses = Counter(column.use for column in outline.columns)
    names = dict(USES)
    for use in (CODE, UNIT, FINISHED):
        if uses[use] > 1:
            at = [c.position for c in outline.columns if c.use == use][1]
            problems_found.append((f"column-{at}", f"Có {uses[use]} cột là {names[use]}: chỉ chọn một cột."))
    if not uses[CODE] and not reading.without_code:
        problems_found.append(("no_code", "Chọn cột mã phiếu, hoặc đánh dấu tệp không có mã phiếu."))
    if uses[CODE] and reading.without_code:
        problems_found.append(("no_code", "Đã chọn cột mã phiếu: bỏ dấu ở “không có mã phiếu”, hoặc bỏ cột đó."))
    first = f"column-{outline.columns[0].position}" if outline.columns else "sender"
    if not uses[UNIT]:
        problems_found.append((first, "Chọn cột đơn vị được đánh giá."))
    if not uses[QUESTION]:
        problems_found.append((first, "Chọn tiêu chí cho ít nhất một cột câu hỏi."))
    return problems_found + _twice(outline.columns)


def _twice(columns: Sequence[OutlineColumn]) -> list[tuple[str, str]]:
    problems_found, seen = [], set()
    headings = Counter(column.heading for column in columns if column.use != IGNORE)
    for column in columns:
        if column.leaf is not None:
            answer = (column.leaf.code, column.tick)
            plain = (column.leaf.code, 0)
            if answer in seen or (column.tick and plain in seen) or (not column.tick and column.leaf.code in seen):
                message = f"Tiêu chí {column.leaf.code} có hai cột: giữ một cột, hoặc chọn mức cho từng cột dấu chọn."
                problems_found.append((f"column-{column.position}", message))
            seen |= {answer, column.leaf.code}
        if headings[column.heading] > 1 and column.use not in (IGNORE, "personal"):
            message = f"Nhiều cột cùng tiêu đề “{column.heading[:60]}”: đổi tên cột trong tệp rồi tải lại."
            problems_found.append((f"column-{column.position}", message))
    return problems_found


def mapping_of(outline: Outline, reading: TypedReading, place: HeadingPlace) -> dict[str, Any]:
    """The mapping that was confirmed, as plain data with the keys of `surveys.ballots.mapping`."""
    asked = [column for column in outline.columns if column.leaf is not None]
    ticks: dict[str, dict[str, int]] = {}
    for column in asked:
        if column.leaf is not None and column.tick:
            ticks.setdefault(column.leaf.code, {})[column.heading] = column.tick
    code, unit, finished = (outline.of_use(use) for use in (CODE, UNIT, FINISHED))
    away = [column.heading for column in outline.columns if column.use not in (CODE, UNIT, FINISHED, QUESTION)]
    used = {column.heading for column in (*asked, code, unit, finished) if column is not None}
    given: dict[str, Any] = {
        **place.given(),
        "ballot": code.heading if code else None,
        "unit": unit.heading if unit else None,
        "units": {text: unit_code for text, unit_code in reading.units.items() if unit_code},
        "questions": {c.heading: c.leaf.code for c in asked if c.leaf is not None and not c.tick},
        "ticks": ticks,
        "answers": {text: None if v == BLANK else int(v) for text, v in reading.answers.items() if v.isdecimal()},
        "ignore": list(dict.fromkeys(heading for heading in away if heading not in used)),
        "finished": finished.heading if finished else None,
    }
    if outline.rows > 1:
        given["heading_rows"] = outline.rows
    return {key: value for key, value in given.items() if value or (key == "ballot" and reading.without_code)}
