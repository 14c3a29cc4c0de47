"""The whole block at a glance: the state of every cell, kept until something of its unit moves.

To read 53 × 100 cells takes ten times as long as an empty page, and between two looks one or two units have
changed. So each unit's line is kept in the cache beside the marks of what it was read from (its scores, the
council's steps), and read again when those are others: what is shown is never older than the request. The
lines hold the same for every reader; what one person may see of them is the page's business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max, Sum
from redis.exceptions import RedisError

from criteria.models import Criterion, RoundGroup
from selfassess.models import SelfAssessment
from units.models import Unit

from . import queries
from .models import Action, Appraisal

FORMAT = 1
KEPT_SECONDS = 7 * 24 * 3600


class Kind(NamedTuple):
    """Everything that is counted of a cell. There are a dozen in a block, however many cells."""

    submitted: bool
    decided: bool
    pending: bool
    recognised: bool
    adjusted: bool
    agreed: bool
    disputed: bool
    awaiting: bool
    open: bool  # may be recognised among many, by whoever judges it


class Line(NamedTuple):
    """One unit: the kind (a place in the legend) and the text of each leaf, in the order of the tree."""

    marks: tuple[object, ...]
    kinds: bytes
    texts: tuple[str, ...]


@dataclass
class Matrix:
    """The kept lines of a block. `stamp`: what all of them depend on."""

    stamp: tuple[object, ...]
    legend: list[Kind] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)

    def those(self, test: Callable[[Kind], bool]) -> frozenset[int]:
        """The places of the legend of which `test` holds."""
        return frozenset(at for at, kind in enumerate(self.legend) if test(kind))

    def tally(self, kinds: bytes | Sequence[int]) -> queries.Tally:
        """Counts over some cells, as `queries.tally`."""
        total: dict[str, int] = {}
        for at, kind in enumerate(self.legend):
            if number := kinds.count(at):
                for name in _COUNTED:
                    total[name] = total.get(name, 0) + number * getattr(kind, name)
        return queries.Tally(total=len(kinds), **total)


_COUNTED = ("decided", "pending", "recognised", "adjusted", "agreed", "disputed", "awaiting")


def read(
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    *,
    released: frozenset[str],
    text: Callable[[queries.GridCell], str],
) -> Matrix:
    """The lines of `units` over all self-assessed `leaves` of the block; `text` says what a cell shows. Two
    queries, and those of one sheet when something has moved."""
    stamp = (FORMAT, sorted(released), [(leaf.pk, leaf.code) for leaf in leaves])
    key = f"appraisal-matrix-{round_group.pk}"
    kept = _kept(key)
    matrix = kept if isinstance(kept, Matrix) and kept.stamp == stamp else Matrix(stamp)
    marks = _marks(round_group, units)
    moved = [u for u in units if u.pk not in matrix.lines or matrix.lines[u.pk].marks != marks[u.pk]]
    if moved:
        _read_again(matrix, round_group, moved, leaves, marks, released, text)
        with suppress(RedisError):
            cache.set(key, matrix, KEPT_SECONDS)
    return matrix


def _kept(key: str) -> object:
    """Without the cache everything is read: slower, never wrong."""
    try:
        return cache.get(key)
    except RedisError:
        return None


def _marks(round_group: RoundGroup, units: Iterable[Unit]) -> dict[int, tuple[object, ...]]:
    """What a line was read from, as small as it can be said: two queries."""
    submitted = SelfAssessment.objects.filter(round_group=round_group, state=SelfAssessment.State.SUBMITTED)
    scored = submitted.annotate(
        scores_read=Count("scores"),
        points_read=Sum("scores__points"),
        versions_read=Sum("scores__version"),
        last_read=Max("scores__updated_at"),
    )
    fields = ("unit_id", "submitted_at", "scores_read", "points_read", "versions_read", "last_read")
    claims = {row[0]: row[1:] for row in scored.order_by().values_list(*fields)}
    moved = Appraisal.objects.filter(round_group=round_group).order_by().values("unit_id")
    decided = moved.annotate(cells=Count("pk"), versions=Sum("version"), last=Max("updated_at"))
    decisions = {row[0]: row[1:] for row in decided.values_list("unit_id", "cells", "versions", "last")}
    return {unit.pk: (unit.code, claims.get(unit.pk), decisions.get(unit.pk)) for unit in units}


def _read_again(
    matrix: Matrix,
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    marks: Mapping[int, tuple[object, ...]],
    released: frozenset[str],
    text: Callable[[queries.GridCell], str],
) -> None:
    sheet = queries.sheet(round_group, units, leaves, released=released)
    places = {kind: at for at, kind in enumerate(matrix.legend)}
    for unit in units:
        cells = [sheet.cell(unit, leaf, True) for leaf in leaves]
        kinds = bytes(places.setdefault(kind_of(cell), len(places)) for cell in cells)
        matrix.lines[unit.pk] = Line(marks[unit.pk], kinds, tuple(text(cell) for cell in cells))
    matrix.legend = list(places)


def kind_of(cell: queries.GridCell) -> Kind:
    standing = cell.standing
    return Kind(
        submitted=cell.submitted,
        decided=standing is not None,
        pending=cell.is_pending,
        recognised=standing is not None and standing.action == Action.RECOGNISE,
        adjusted=cell.differs,
        agreed=cell.reply == Action.AGREE,
        disputed=cell.is_disputed,
        awaiting=cell.awaits_reply,
        open=cell.can_be_recognised,
    )
