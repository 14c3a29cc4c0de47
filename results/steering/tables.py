"""The lines of the control room: what waits for whom, how urgent it is, which filters show it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cchc_index.lib.numbers import vn_count

FILTERS = {
    "qua-han": "quá hạn nộp",
    "chua-nop": "chưa nộp",
    "giai-trinh": "chờ giải trình",
    "cau-hoi": "chờ trả lời câu hỏi",
    "tham-dinh": "chờ thẩm định",
    "dtxhh": "thiếu điểm ĐTXHH",
    "xong": "đủ điểm",
}
"""What may be wrong with a unit, the most urgent first; the last: nothing."""
OF_UNITS = ("qua-han", "chua-nop", "giai-trinh", "cau-hoi")
"""What waits for the unit itself: these are reminded."""
SOON = timedelta(days=3)


@dataclass(frozen=True)
class SteeredUnit:
    """One unit of the round; what follows is worked out once. Counts are of criteria that are scored: `scored` by the
    unit, `appraised` by the council, `surveyed` by the survey; `adjusted` wait for its answer, `asked` are open
    questions to it."""

    block: str
    block_name: str
    code: str
    name: str
    pk: int
    assessment: int | None
    state: str
    is_submitted: bool
    scored: int
    appraised: int
    leaves: int
    surveyed: int
    survey_leaves: int
    adjusted: int
    asked: int
    answered: int
    closes: datetime | None
    last: datetime | None
    now: datetime

    @property
    def is_late(self) -> bool:
        return not self.is_submitted and self.closes is not None and self.closes <= self.now

    @cached_property
    def lacking(self) -> list[str]:
        """The filters that show the unit."""
        checks = (
            ("qua-han", self.is_late),
            ("chua-nop", not self.is_submitted and self.leaves > 0),
            ("giai-trinh", self.adjusted > 0),
            ("cau-hoi", self.asked > 0),
            ("tham-dinh", self.is_submitted and self.appraised < self.leaves),
            ("dtxhh", self.surveyed < self.survey_leaves),
        )
        return [key for key, holds in checks if holds] or ["xong"]

    @cached_property
    def waits(self) -> list[str]:
        """What waits for whom, in words."""
        parts = []
        if not self.is_submitted and self.leaves:
            late = "quá hạn, " if self.is_late else ""
            parts.append(f"đơn vị nộp bản tự đánh giá ({late}đã chấm {self.scored}/{self.leaves} tiêu chí)")
        if self.adjusted:
            parts.append(f"đơn vị trả lời {self.adjusted} tiêu chí bị điều chỉnh")
        if self.asked:
            parts.append(f"đơn vị trả lời {self.asked} câu hỏi")
        if self.answered:
            parts.append(f"Hội đồng đọc {self.answered} câu trả lời")
        if self.is_submitted and self.appraised < self.leaves:
            parts.append(f"Hội đồng thẩm định {self.leaves - self.appraised} tiêu chí")
        if self.surveyed < self.survey_leaves:
            parts.append(f"điểm ĐTXHH của {self.survey_leaves - self.surveyed} tiêu chí")
        return parts

    @property
    def tasks(self) -> list[str]:
        """What of it the unit itself is reminded of."""
        return [part.removeprefix("đơn vị ") for part in self.waits if part.startswith("đơn vị ")]

    @cached_property
    def risk(self) -> tuple[int, int]:
        """The urgency, then how much is missing."""
        rank = len(FILTERS) - list(FILTERS).index(self.lacking[0])
        soon = not self.is_submitted and self.closes is not None and self.closes - self.now <= SOON
        missing = self.leaves - self.appraised + self.survey_leaves - self.surveyed + self.adjusted + self.asked
        return rank + soon, missing

    @property
    def mark(self) -> str:
        first = self.lacking[0]
        return "st-ok" if first == "xong" else "st-low" if first in ("qua-han", "chua-nop") else "st-wait"

    @property
    def words(self) -> str:
        return FILTERS[self.lacking[0]]


@dataclass(frozen=True, slots=True)
class MemberPart:
    """What a member holds in one block: criteria that are scored, those done and those that wait now (the rest belongs
    to units that have not submitted); `left`: {printed code: how many units wait there}."""

    block: str
    block_name: str
    total: int
    done: int
    waiting: int
    left: Mapping[str, int]

    @property
    def words(self) -> str:
        """For a letter: how far, and what remains."""
        shown = [f"{code} ({count} đơn vị)" for code, count in list(self.left.items())[:SHOWN_CODES]]
        rest = len(self.left) - len(shown)
        listed = ", ".join(shown) + (f" và {rest} tiêu chí khác" if rest else "")
        said = f"Khối {self.block_name}: đã thẩm định {vn_count(self.done)}/{vn_count(self.total)} lượt tiêu chí"
        return f"{said}, đang chờ {vn_count(self.waiting)}: {listed}." if self.waiting else f"{said}."


SHOWN_CODES = 20


@dataclass(frozen=True, slots=True)
class SteeredMember:
    """A member of the council while an appraisal takes decisions."""

    pk: int
    name: str
    never_in: bool
    parts: Sequence[MemberPart]

    @property
    def total(self) -> int:
        return sum(part.total for part in self.parts)

    @property
    def done(self) -> int:
        return sum(part.done for part in self.parts)

    @property
    def waiting(self) -> int:
        return sum(part.waiting for part in self.parts)

    @property
    def idle(self) -> int:
        """What belongs to units that have not submitted."""
        return self.total - self.done - self.waiting


@dataclass(frozen=True, slots=True)
class BlockTotals:
    """One block in a few numbers."""

    code: str
    name: str
    units: int
    submitted: int
    appraised: int
    cells: int
    surveyed: int
    survey_cells: int


def by_risk(lines: Iterable[SteeredUnit]) -> list[SteeredUnit]:
    """The most urgent first, then who lacks most, then in the order given: by name."""
    return sorted(lines, key=lambda line: (-line.risk[0], -line.risk[1]))


def shown(lines: Sequence[SteeredUnit], lack: str, block: str) -> list[SteeredUnit]:
    """What passes a filter and a block; an unknown filter passes everything, an unknown block nothing."""
    rows = [line for line in lines if block in ("", line.block)]
    return [line for line in rows if lack not in FILTERS or lack in line.lacking]


def counts(lines: Iterable[SteeredUnit]) -> Counter[str]:
    """How many units each filter shows."""
    return Counter(key for line in lines for key in line.lacking)


def totals(lines: Sequence[SteeredUnit]) -> dict[str, BlockTotals]:
    """{block: its numbers}."""
    by_block: dict[str, list[SteeredUnit]] = {}
    for line in lines:
        by_block.setdefault(line.block, []).append(line)
    return {
        code: BlockTotals(
            code=code,
            name=rows[0].block_name,
            units=len(rows),
            submitted=sum(row.is_submitted for row in rows),
            appraised=sum(row.appraised for row in rows),
            cells=sum(row.leaves for row in rows),
            surveyed=sum(row.surveyed for row in rows),
            survey_cells=sum(row.survey_leaves for row in rows),
        )
        for code, rows in by_block.items()
    }
