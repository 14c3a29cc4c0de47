"""What stands of a round at the council, by unit and stage: kept, so that only what has moved is read again.

Whatever moves a standing appends an entry to the log, with its unit or, for a batch, the number of its units; and
writers of the log wait for each other. So whoever has seen the log up to a number knows every step before it, and finds
the later ones by it. A log that has another past, as after a restored backup, is read from the beginning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, Sum

from appraisal.models import Action, Appraisal, AppraisalEntry
from cchc_index.lib.prepared import Prepared
from criteria.models import RoundGroup
from units.auditlog.models import LogEntry
from units.auditlog.queries import LogPlace, holds, log_place

StoodMark = tuple[int, datetime]
"""The sum of the versions of a unit's standings, and when the last of them moved."""
UnitOfBlock = tuple[int, int]
"""Block and unit."""


@dataclass(frozen=True, slots=True, order=True)
class Standings:
    """What stands of one unit by the decisions of one stage: how many cells, and since when."""

    block: int
    unit: int
    stage: int
    count: int
    last: datetime


StoodRow = tuple[Any, ...]
"""Block, unit, stage, how many cells, since when, the sum of all versions, when the last moved."""


@dataclass(frozen=True)
class StoodRound:
    """What stands of a round by unit. What was taken back counts nowhere, and moved."""

    by_unit: Mapping[UnitOfBlock, Sequence[StoodRow]]

    @cached_property
    def lines(self) -> list[Standings]:
        return [Standings(*row[:5]) for rows in self.by_unit.values() for row in rows if row[3]]

    @cached_property
    def marks(self) -> dict[UnitOfBlock, StoodMark]:
        """By unit the mark that changes with all of it."""
        return {unit: (sum(row[5] for row in rows), max(row[6] for row in rows)) for unit, rows in self.by_unit.items()}

    def of_block(self, block: int) -> dict[int, StoodMark]:
        """The marks of a block's units."""
        return {unit: mark for (of, unit), mark in self.marks.items() if of == block}


FEW = 3
"""Units that are read again alone; of more all are read."""
MOST_ENTRIES = 200
"""So far behind the end of the log all are read."""
KEPT_ROUNDS = 8
_kept: dict[int, tuple[LogPlace, StoodRound]] = {}
"""By round, what was read last, and where the log ended before."""


def forget() -> None:
    """Keep nothing: the next look reads everything."""
    _kept.clear()


def stood(round_: int) -> StoodRound:
    """As the database says it now; one query."""
    return StoodRound(_by_unit(_STANDINGS.rows(round_=round_)))


def kept_stood(round_: int) -> StoodRound:
    """The same, what has not moved since the last look not read again. One query while the log has not grown; of few
    units that have moved three and one for each."""
    place = log_place()
    before, found = _kept.get(round_, (None, None))
    if found is None or before != place:
        found = _renewed(round_, before, place, found)
        _kept.pop(round_, None)
        _kept[round_] = place, found
        for oldest in list(_kept)[:-KEPT_ROUNDS]:
            _kept.pop(oldest, None)
    return found


def _renewed(round_: int, before: LogPlace | None, now: LogPlace, last: StoodRound | None) -> StoodRound:
    """The end of the log was read first: what is appended meanwhile is read again at the next look."""
    if last is None or before is None or not holds(before):
        return stood(round_)
    units = _moved(before, now)
    if units is None:
        return stood(round_)
    rows = [row for unit in units for row in _STANDINGS.rows(round_=round_, unit=unit)]
    others = {key: one for key, one in last.by_unit.items() if key[1] not in units}
    return StoodRound({**others, **_by_unit(rows)}) if units else last


def _moved(before: LogPlace, now: LogPlace) -> set[int] | None:
    """The units of which a step was logged in between; None where these are many."""
    if now.number - before.number > MOST_ENTRIES:
        return None
    steps = _STEPS.rows(after=before.number, until=now.number)
    batches = {pk: after["units"] for pk, unit, after in steps if unit is None and "entries" in (after or {})}
    if sum(batches.values()) > FEW:
        return None
    units = {unit for _, unit, _ in steps if unit} | {unit for pk in batches for (unit,) in _OF_BATCH.rows(log=pk)}
    return units if len(units) <= FEW else None


def _by_unit(rows: Iterable[StoodRow]) -> dict[UnitOfBlock, list[StoodRow]]:
    found: dict[UnitOfBlock, list[StoodRow]] = {}
    for row in rows:
        found.setdefault(row[:2], []).append(row)
    return found


_STANDS = ~Q(action=Action.UNDO)
_STANDINGS = Prepared(
    lambda round_, **unit: (
        Appraisal.objects.filter(round_group__round=round_, **unit)
        .order_by()
        .values("round_group_id", "unit_id", "stage_id")
        .annotate(
            count=Count("pk", filter=_STANDS),
            last=Max("updated_at", filter=_STANDS),
            versions=Sum("version"),
            moved=Max("updated_at"),
        )
        .values_list("round_group_id", "unit_id", "stage_id", "count", "last", "versions", "moved")
    )
)
_OBJECTS = [Appraisal._meta.label_lower, RoundGroup._meta.label_lower]
"""What a step is logged of: a cell, or the block of a batch."""
_STEPS = Prepared(
    lambda after, until: (
        LogEntry.objects.filter(
            number__gt=after,
            number__lte=until,
            object_type__in=_OBJECTS,
        )
        .order_by()
        .values_list("pk", "unit_id", "after")
    )
)
_OF_BATCH = Prepared(
    lambda log: AppraisalEntry.objects.filter(log=log).order_by().values_list("appraisal__unit_id").distinct()
)
