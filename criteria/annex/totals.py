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


class Named(Row, Protocol):
    """A row of a tree."""

    @property
    def code(self) -> str: ...


def contradicted(kind: str, points: Decimal, own: Decimal | None, below: Decimal) -> Decimal | None:
    """The sum that the maximum of a group contradicts; None for none. `own`: the leaves below that are of its kind,
    None where there is none; `below`: all leaves below. A group of bonus or deduction may cap its leaves, and one that
    only groups such leaves may print either or both."""
    if own is None:
        return below if points > below else None
    if kind != NORMAL:
        return None if 0 <= points <= own else own
    return None if points == own else own


def contradictions(rows: Iterable[Named]) -> list[Fault]:
    """A fault for each group of a set whose maximum contradicts the leaves below it; groups without leaves are left
    alone."""
    everything = list(rows)
    leaves = [row for row in everything if row.is_leaf]
    faults = []
    for group in (row for row in everything if not row.is_leaf):
        below = [leaf for leaf in leaves if leaf.code.startswith(f"{group.code}.")]
        own = [leaf.max_points for leaf in below if leaf.kind == group.kind]
        total, whole = sum(own, Decimal(0)), sum((leaf.max_points for leaf in below), Decimal(0))
        against = contradicted(group.kind, group.max_points, total if own else None, whole) if below else None
        if against is not None:
            message = f"tiêu chí {group.code}: {contradiction(group.max_points, against)}"
            faults.append(Fault(0, "", message, f"sửa điểm của tiêu chí {group.code} hoặc của tiêu chí thành phần"))
    return faults


def contradiction(printed: Decimal, below: Decimal) -> str:
    total = vn_short(below)
    return f"điểm tối đa in là {vn_short(printed)} nhưng tổng các tiêu chí thành phần là {total}"


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
