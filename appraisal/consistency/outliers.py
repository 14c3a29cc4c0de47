"""Steps worth a second look: late, by another hand, again and again, after hours, after release.

No Django here. Nothing of this is a fault by itself; the report says "đáng xem lại". What counts is a move:
a step that changed the points of its cell. Recognising what the unit claimed moves nothing.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from appraisal.steps import UNDO, take
from criteria.tree import CellKey

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFTEN = 2
"""Moves of one cell in one stage that are worth a look."""
FEWEST_MOVES = 5
"""A unit with fewer moves says nothing about who made them."""
MOST = Fraction(4, 5)
"""One person's share of a unit's moves that is worth a look …"""
MORE_THAN_ELSEWHERE = Fraction(3, 10)
"""… when it is so much larger than their share in the rest of the block."""
ADJUST, ARCHIVE = "adjust", "archive"


class CellValue(NamedTuple):
    points: Decimal | None
    not_applicable: bool = False


class CouncilStep(NamedTuple):
    """One step of the council on a cell, in the stage of that name and kind. Steps of an archive set what stands
    and are no moves."""

    unit: int
    criterion: int
    stage: str
    action: str
    value: CellValue
    reason: int | None
    member: int | None
    at: datetime
    pk: int = 0
    undoes_id: int | None = None
    kind: str = ""

    @property
    def stage_id(self) -> str:
        """The name tells the stages of one year apart."""
        return self.stage

    @property
    def cell(self) -> CellKey:
        return self.unit, self.criterion

    @property
    def is_archived(self) -> bool:
        return self.kind == ARCHIVE


class Move(NamedTuple):
    """A step that changed the points: from `before` (None: from the unit's own score) to `after` (None: the
    decision was taken back, nothing stands). `former` is who decided what stood before."""

    step: CouncilStep
    before: CellValue | None
    after: CellValue | None
    former: int | None


in_time = attrgetter("step.at", "step.criterion", "step.unit")
"""The order of moves: of one instant, by criterion and unit."""
_AT, _BY = attrgetter("step.at"), attrgetter("step.unit", "step.member")
_CELL_IN_STAGE = attrgetter("step.unit", "step.criterion", "step.stage")
# Thousands of moves are asked at every look: getters of C take a third of the time of functions.


class Replay(NamedTuple):
    """A cell's steps gone through: the step that stands (None: none, or all taken back), and the moves."""

    standing: CouncilStep | None
    moves: tuple[Move, ...]


def replay(steps: Iterable[CouncilStep]) -> Replay:
    """Go through one cell's steps in their order; an undone one no longer counts, and undoing it moved too."""
    counting: list[CouncilStep] = []
    moves = []
    for step in steps:
        before = counting[-1] if counting else None
        take(counting, step)
        after = counting[-1] if counting else None
        if not step.is_archived and _moved(step, before, after):
            moves.append(Move(step, before.value if before else None, after.value if after else None, _decider(before)))
    return Replay(counting[-1] if counting else None, tuple(moves))


def _moved(step: CouncilStep, before: CouncilStep | None, after: CouncilStep | None) -> bool:
    """Against the unit's own score only an adjustment moves."""
    if before is not None and after is not None:
        return before.value != after.value
    return step.action == ADJUST or (step.action == UNDO and before is not None and before.action == ADJUST)


def _decider(before: CouncilStep | None) -> int | None:
    return before.member if before is not None and not before.is_archived else None


def replays(steps: Iterable[CouncilStep]) -> list[Replay]:
    """By cell; the steps come with each cell's together, in their order."""
    return [replay(rows) for _, rows in groupby(steps, key=lambda step: step.cell)]


def between(moves: Sequence[Move], start: datetime, end: datetime) -> range:
    """The places of those in [start, end), of moves in the order of time."""
    first, last = (bisect_left(moves, at, key=_AT) for at in (start, end))
    return range(first, max(first, last))


def hour_before(moves: Sequence[Move], instant: datetime) -> range:
    """The places of those in the hour before `instant`, of moves in the order of time."""
    return between(moves, instant - HOUR, instant)


def just_now(moves: Sequence[Move], instant: datetime) -> range:
    """As `hour_before`; none while nearly all of them lie in it: where the work has only begun, nothing is late."""
    found = hour_before(moves, instant)
    return found if found and Fraction(len(found), len(moves)) < MOST else range(0)


def by_another(moves: Iterable[Move]) -> list[Move]:
    """Somebody changed what another had decided."""
    return [move for move in moves if move.former is not None and move.step.member != move.former]


def often(moves: Iterable[Move]) -> list[list[Move]]:
    """Cells whose points moved at least twice within one stage, the most moved first."""
    found: dict[tuple[int, int, str], list[Move]] = {}
    for move in moves:
        found.setdefault(_CELL_IN_STAGE(move), []).append(move)
    return most_moved(rows for rows in found.values() if len(rows) >= OFTEN)


def most_moved(cells: Iterable[list[Move]]) -> list[list[Move]]:
    """In the order of the report: the most moved first, then whichever moved first."""
    return sorted(cells, key=lambda rows: (-len(rows), in_time(rows[0])))


class Hours(NamedTuple):
    """The hours of a working day, half open, on the clocks of `zone`; `works` says which days those are."""

    start: time
    end: time
    works: Callable[[date], bool]
    zone: tzinfo

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The instants of a day at which they begin and end."""
        return datetime.combine(day, self.start, self.zone), datetime.combine(day, self.end, self.zone)


def after_hours(moves: Sequence[Move], hours: Hours) -> list[Move]:
    """Outside the working hours, of moves in the order of time."""
    outside: list[Move] = []
    done = 0
    for day in filter(hours.works, _days(moves, hours.zone)):
        inside = between(moves, *hours.on(day))
        outside += moves[done : inside.start]
        done = inside.stop
    return [*outside, *moves[done:]]


def _days(moves: Sequence[Move], zone: tzinfo) -> Iterator[date]:
    """Those on which points moved, of moves in the order of time."""
    at = 0
    while at < len(moves):
        day = moves[at].step.at.astimezone(zone).date()
        yield day
        at = bisect_left(moves, datetime.combine(day + DAY, time(), zone), lo=at, key=_AT)


def after_release(moves: Iterable[Move], released: Mapping[str, datetime]) -> list[Move]:
    """Moves of a stage at or after the instant at which it was first released."""
    if not released:
        return []
    return [m for m in moves if m.step.stage in released and m.step.at >= released[m.step.stage]]


class Concentration(NamedTuple):
    """One person made `made` of the `total` moves at a unit; `elsewhere` is their share in the rest."""

    unit: int
    member: int
    made: int
    total: int
    elsewhere: Fraction


def concentrations(moves: Sequence[Move]) -> list[Concentration]:
    """Units at which nearly all moves are one person's, while elsewhere in the block they are not. Where a
    person was simply given every unit, or the rest of the block has no moves, there is nothing to see."""
    by_both: Counter[tuple[int, int | None]] = Counter(map(_BY, moves))
    by_member, by_unit = Counter[int | None](), Counter[int]()
    for (unit, member), count in by_both.items():
        by_member[member] += count
        by_unit[unit] += count
    found = []
    for (unit, member), count in by_both.items():
        total, rest = by_unit[unit], len(moves) - by_unit[unit]
        if member is None or total < FEWEST_MOVES or not rest or Fraction(count, total) < MOST:
            continue
        elsewhere = Fraction(by_member[member] - count, rest)
        if Fraction(count, total) - elsewhere >= MORE_THAN_ELSEWHERE:
            found.append(Concentration(unit, member, count, total, elsewhere))
    return sorted(found, key=lambda one: (-one.total, one.unit))
