"""The whole block at a glance: the state of every cell, kept until something of its unit moves.

To read 53 × 100 cells takes twenty times as long as an empty page, and between two looks one or two units have
changed. So each unit's line is kept in the cache. It holds as long as the block's `inputs_mark`, which every
submission, reopening and step changes in its own transaction; under another mark, what the line was read from
(the unit's scores, the council's steps) tells which units moved, and those are read again: what is shown is
never older than the request. The lines hold the same for every reader; what one person may see of them is the
page's business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, QuerySet, Sum

from appraisal.core.queries.cells import CellCounts, GridCell, read_sheet
from appraisal.models import Action, Appraisal
from appraisal.rules.stages import Calendar
from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, RoundGroup
from selfassess.models import SelfAssessment
from units.models import Unit

from . import cache


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


class Words(NamedTuple):
    """What is shown: of one cell without its place, and of a unit's line from those of its cells."""

    cell: Callable[[GridCell], str]
    line: Callable[[Unit, Sequence[Criterion], Sequence[str]], str]


class GridLine(NamedTuple):
    """One unit: the kind (a place in the legend) of each leaf, in the order of the tree, and what they show.
    `known`: the block's mark when the line was last seen to be true."""

    known: UUID
    marks: tuple[object, ...]
    kinds: bytes
    text: str


@dataclass
class Matrix:
    """The kept lines of a block. `stamp`: what all of them depend on."""

    stamp: tuple[object, ...]
    legend: list[Kind] = field(default_factory=list)
    lines: dict[int, GridLine] = field(default_factory=dict)

    def those(self, test: Callable[[Kind], bool]) -> frozenset[int]:
        """The places of the legend of which `test` holds."""
        return frozenset(at for at, kind in enumerate(self.legend) if test(kind))

    def tally(self, kinds: bytes | Sequence[int]) -> CellCounts:
        """Counts over some cells, as `queries.tally`."""
        total: dict[str, int] = {}
        for at, kind in enumerate(self.legend):
            if number := kinds.count(at):
                for name in _COUNTED:
                    total[name] = total.get(name, 0) + number * getattr(kind, name)
        return CellCounts(total=len(kinds), **total)


_COUNTED = ("decided", "pending", "recognised", "adjusted", "agreed", "disputed", "awaiting")


def read(
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    *,
    calendar: Calendar,
    words: Words,
    made_by: str,
) -> Matrix:
    """The lines of `units` over all self-assessed `leaves` of the block; `words` say what a line shows and
    `made_by` which program that is. No query while nothing in the block has moved since the lines were kept; else
    two, and those of one sheet when it was something of these units."""
    stamp = (calendar.signature, [(leaf.pk, leaf.code) for leaf in leaves])
    key = f"appraisal-matrix-{made_by}-{round_group.pk}"
    found = cache.get(key)
    matrix = found if isinstance(found, Matrix) and found.stamp == stamp else Matrix(stamp)
    if all(_holds(matrix.lines.get(unit.pk), unit, round_group.inputs_mark) for unit in units):
        return matrix
    marks = _marks(round_group, units)
    moved = []
    for unit in units:
        line = matrix.lines.get(unit.pk)
        if line is not None and line.marks == marks[unit.pk]:
            matrix.lines[unit.pk] = line._replace(known=round_group.inputs_mark)
        else:
            moved.append(unit)
    if moved:
        _read_again(matrix, round_group, moved, leaves, marks, calendar, words)
    cache.put(key, matrix)
    return matrix


def _holds(line: GridLine | None, unit: Unit, mark: UUID) -> bool:
    return line is not None and line.known == mark and line.marks[0] == unit.code


def _marks(round_group: RoundGroup, units: Iterable[Unit]) -> dict[int, tuple[object, ...]]:
    """What a line was read from, as small as it can be said: two queries, another where archives were imported. Scores
    that were submitted stand until the unit submits again, those of an archive until it is imported again; whatever
    changes a standing raises its version. The instants tell one history from another that a restored backup has
    begun."""
    claims = {unit: [at, imported] for unit, at, imported in _SUBMITTED.rows(block=round_group.pk)}
    if any(imported for _, imported in claims.values()):
        for unit, *versions in _IMPORTED.rows(block=round_group.pk):
            claims.get(unit, []).extend(versions)
    decisions = {unit: read for unit, *read in _DECIDED.rows(block=round_group.pk)}
    return {unit.pk: (unit.code, claims.get(unit.pk), decisions.get(unit.pk)) for unit in units}


def _submitted(block: int) -> QuerySet[SelfAssessment]:
    return SelfAssessment.objects.filter(round_group=block, state=SelfAssessment.State.SUBMITTED).order_by()


_SUBMITTED = Prepared(lambda block: _submitted(block).values_list("unit_id", "submitted_at", "imported"))
_IMPORTED = Prepared(
    lambda block: (
        _submitted(block)
        .filter(imported=True)
        .annotate(versions=Sum("scores__version"), last=Max("scores__updated_at"))
        .values_list("unit_id", "versions", "last")
    )
)
_DECIDED = Prepared(
    lambda block: (
        Appraisal.objects.filter(round_group=block)
        .order_by()
        .values("unit_id")
        .annotate(versions=Sum("version"), last=Max("updated_at"))
        .values_list("unit_id", "versions", "last")
    )
)


def _read_again(
    matrix: Matrix,
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    marks: Mapping[int, tuple[object, ...]],
    calendar: Calendar,
    words: Words,
) -> None:
    """Thousands of cells are of a few hundred sorts: each sort is judged and worded once."""
    sheet = read_sheet(round_group, units, leaves, calendar=calendar)
    places = {kind: at for at, kind in enumerate(matrix.legend)}
    sorts: dict[object, tuple[int, str]] = {}
    for unit in units:
        found = []
        for leaf, sort in zip(leaves, sheet.sorts_of(unit, leaves), strict=True):
            if sort not in sorts:
                cell = sheet.cell(unit, leaf, True)
                sorts[sort] = places.setdefault(kind_of(cell), len(places)), words.cell(cell)
            found.append(sorts[sort])
        kinds, text = bytes(kind for kind, _ in found), words.line(unit, leaves, [said for _, said in found])
        matrix.lines[unit.pk] = GridLine(round_group.inputs_mark, marks[unit.pk], kinds, text)
    matrix.legend = list(places)


def kind_of(cell: GridCell) -> Kind:
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
