"""How a tool's own export of ballots is to be read: the mapping a file comes with, as JSON.

Keys, all optional: `sheets` ("all" or names), `heading_rows`, `ballot` (a heading; null: the file has no code),
`unit`, `units` (text → unit code), `questions` (heading → criterion code), `ticks` (criterion code → heading →
value), `answers` (text → value; null: blank), `ignore` (headings), `finished` (a heading: a row that is blank there
was never sent). Values are what would be typed plainly.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.text import clean, fold

KEYS = ("sheets", "heading_rows", "ballot", "unit", "units", "questions", "ticks", "answers", "ignore", "finished")
MAX_BYTES = 1024 * 1024
MAX_HEADING_ROWS = 5
ALL_SHEETS = "all"
_WHOLE = "Tệp ánh xạ"
TICKED, UNTICKED = frozenset({"x", "✓", "✔", "1", "co"}), frozenset({"", "0", "khong"})
"""Folded texts of a cell that is ticked, and of one that is not."""
UNFINISHED = UNTICKED | {"false", "no"}
"""Folded texts of a mark of sending that say that nothing was sent."""


@dataclass(frozen=True, slots=True)
class BallotMapping:
    """A mapping as it was given; what it leaves open is found in the file."""

    sheets: tuple[str, ...] = ()
    """Names; none: every visible sheet with the same headings."""
    heading_rows: int | None = None
    ballot: str = ""
    without_code: bool = False
    """The file has no code: a ballot is known by the digest of its row."""
    unit: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    ticks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    """Text of a cell → what would be typed plainly; "" for a blank answer."""
    ignore: tuple[str, ...] = ()
    finished: str = ""


def parse(data: bytes) -> tuple[BallotMapping, dict[str, Any]]:
    """The mapping that the JSON text `data` holds, and the same as plain data for the batch to keep. Raises
    ImportRefused with every fault by its key."""
    if len(data) > MAX_BYTES:
        raise ImportRefused([fault_of("", "lớn hơn 1 MB", "chỉ ghi các khóa cần thiết")])
    try:
        given = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        repair = "lưu tệp dạng JSON, mã UTF-8, mỗi khóa một lần"
        raise ImportRefused([fault_of("", f"không phải JSON đọc được ({_reason(error)})", repair)]) from error
    return of(given), given


def of(given: Any) -> BallotMapping:
    """The mapping of plain data. Raises ImportRefused with every fault by its key."""
    if not isinstance(given, dict):
        raise ImportRefused([fault_of("", "không phải một đối tượng JSON", "viết dạng {“khóa”: giá trị}")])
    faults = [fault_of(key, "không có khóa này", f"dùng: {', '.join(KEYS)}") for key in given if key not in KEYS]
    reader = _KeyReader(given, faults)
    mapping = BallotMapping(
        sheets=reader.sheets(),
        heading_rows=reader.heading_rows(),
        ballot=reader.heading("ballot"),
        without_code="ballot" in given and given["ballot"] is None,
        unit=reader.heading("unit"),
        units=reader.texts("units"),
        questions=reader.texts("questions"),
        ticks=reader.ticks(),
        answers=reader.values("answers", given.get("answers", {})),
        ignore=reader.headings("ignore"),
        finished=reader.heading("finished"),
    )
    faults += _contradictions(mapping)
    if faults:
        raise ImportRefused(faults)
    return mapping


class _KeyReader:
    """Takes the keys of a mapping one by one; what cannot be taken becomes a fault."""

    def __init__(self, given: dict[str, Any], faults: list[Fault]):
        self.given, self.faults = given, faults

    def _refuse(self, key: str, message: str, repair: str) -> None:
        self.faults.append(fault_of(key, message, repair))

    def heading(self, key: str) -> str:
        value = self.given.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not clean(value):
            self._refuse(key, "không phải tiêu đề của một cột", "ghi tiêu đề cột như trong tệp")
            return ""
        return clean(value)

    def headings(self, key: str) -> tuple[str, ...]:
        value = self.given.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) and clean(name) for name in value):
            self._refuse(key, "không phải danh sách tiêu đề", "viết dạng [“tiêu đề”, …]")
            return ()
        return tuple(map(clean, value))

    def sheets(self) -> tuple[str, ...]:
        return () if self.given.get("sheets", ALL_SHEETS) == ALL_SHEETS else self.headings("sheets")

    def heading_rows(self) -> int | None:
        value = self.given.get("heading_rows")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_HEADING_ROWS:
            self._refuse("heading_rows", f"không phải số từ 1 đến {MAX_HEADING_ROWS}", "ghi số dòng của tiêu đề")
            return None
        return value

    def texts(self, key: str) -> dict[str, str]:
        """Text → text, both filled."""
        entries = self._entries(key, self.given.get(key, {}))
        for text, value in entries.items():
            if not isinstance(value, str) or not clean(value):
                self._refuse(key, f"“{text[:60]}” không chỉ tới một mã", "ghi mã trong ngoặc kép")
        return {clean(text): clean(value) for text, value in entries.items() if isinstance(value, str)}

    def ticks(self) -> dict[str, dict[str, str]]:
        entries = self._entries("ticks", self.given.get("ticks", {}))
        return {clean(code): self.values("ticks", columns) for code, columns in entries.items()}

    def values(self, key: str, given: Any) -> dict[str, str]:
        """Text → what would be typed plainly: a number or the words of the scale; null is blank."""
        entries = self._entries(key, given)
        for text, value in entries.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float | None):
                self._refuse(
                    key, f"giá trị của “{text[:60]}” không là số hay tên mức của thang", "ghi số, tên hoặc null"
                )
        return {clean(text): _plain(value) for text, value in entries.items()}

    def _entries(self, key: str, given: Any) -> dict[str, Any]:
        if isinstance(given, dict) and all(clean(text) for text in given):
            return given
        self._refuse(key, "không phải một bảng", "viết dạng {“chữ trong tệp”: giá trị}")
        return {}


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else clean(value)


def _contradictions(mapping: BallotMapping) -> list[Fault]:
    """A column that is to be read and to be left out, or that is to be two things."""
    uses: dict[str, list[str]] = {}
    singles = {"ballot": mapping.ballot, "unit": mapping.unit, "finished": mapping.finished}
    for key, heading in singles.items():
        if heading:
            uses.setdefault(fold(heading), []).append(key)
    for key, headings in (("questions", mapping.questions), ("ignore", dict.fromkeys(mapping.ignore))):
        for heading in headings:
            uses.setdefault(fold(heading), []).append(key)
    return [
        fault_of(", ".join(dict.fromkeys(keys)), f"cột “{heading[:60]}” được khai hai lần", "giữ lại một lần")
        for heading, keys in uses.items()
        if len(keys) > 1
    ]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for key, value in pairs:
        if key in taken:
            raise ValueError(f"khóa “{key[:60]}” có hai lần")
        taken[key] = value
    return taken


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"dòng {error.lineno}, cột {error.colno}"
    return str(error) if str(error).startswith("khóa") else "sai mã ký tự hoặc lồng quá sâu"


def fault_of(key: str, message: str, repair: str) -> Fault:
    """What is wrong with a mapping, by its key ("" for the whole file)."""
    return Fault(0, "", f"{_WHOLE}{f', khóa “{key}”' if key else ''}: {message}", repair)
