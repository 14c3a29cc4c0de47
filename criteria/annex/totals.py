"""The totals that a decision gives its set: whole, self-assessed, survey; bonus and deduction stand beside. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cchc_index.lib.faults import Fault
from cchc_index.lib.numbers import vn_short

from .words import BONUS, NORMAL, PENALTY, SELF


class Row(Protocol):
    """What a total needs to know of a row."""

    @property
    def is_leaf(self) -> bool: ...
    @property
    def source(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def max_points(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Expected:
    """What the decision says; None where nothing was asked for."""

    total: Decimal | None = None
    own: Decimal | None = None
    survey: Decimal | None = None


def by_part(rows: Iterable[Row]) -> dict[str, Decimal]:
    """The points of the leaves: by source for what counts, under "bonus" and "penalty" for what does not."""
    points: dict[str, Decimal] = {}
    for row in rows:
        if row.is_leaf:
            part = row.source if row.kind == NORMAL else row.kind
            points[part] = points.get(part, Decimal(0)) + row.max_points
    return points


def counted(points: dict[str, Decimal]) -> dict[str, Decimal]:
    """The parts of `by_part` that make up the total."""
    return {part: value for part, value in points.items() if part not in (BONUS, PENALTY)}


def misses(expected: Expected, rows: Iterable[Row]) -> list[Fault]:
    """A fault for each total that a set does not meet, with both numbers."""
    points = counted(by_part(rows))
    total, own = sum(points.values(), Decimal(0)), points.get(SELF, Decimal(0))
    halves = (
        ("tổng điểm của bộ tiêu chí (không kể điểm thưởng, điểm trừ)", expected.total, total),
        ("điểm phần tự đánh giá", expected.own, own),
        ("điểm phần điều tra xã hội học (ĐTXHH, SIPAS, PAPI)", expected.survey, total - own),
    )
    return [
        Fault(0, "", f"{what} là {vn_short(is_)}, không bằng {vn_short(asked)} như đã yêu cầu", _REPAIR)
        for what, asked, is_ in halves
        if asked is not None and asked != is_
    ]


_REPAIR = "đối chiếu với quyết định, bổ sung dòng thiếu hoặc sửa cột Điểm tối đa, cột Nguồn"
