"""The whole block at a glance: the state of every cell, kept until something of its unit moves.

To read 53 × 100 cells takes twenty times as long as an empty page, and between two looks one or two units have
changed. So each unit's line is kept in the cache. It holds as long as the block's `inputs_mark`, which every
submission, reopening and step changes in its own transaction; under another mark, what the line was read from
(the unit's scores, the council's steps) tells which units moved, and those are read again: what is shown is
never older than the request. The lines hold the same for every reader; what one person may see of them is the
page's business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Aggregate, FilteredRelation, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from appraisal.core.queries.cells import NO_REPLY, CellCounts, Claim, GridCell, Standing
from appraisal.core.queries.stood import StoodMark
from appraisal.core.queries.versions import submitted_sheets, unit_versions
from appraisal.models import Action, Appraisal
from appraisal.rules.stages import NO_SEQUEL, Calendar
from cchc_index.lib import sealed_cache
from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, RoundGroup, Stage
from selfassess.models import SelfAssessment
from units.models import Unit


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
    code: str
    marks: str
    kinds: bytes
    text: str


@dataclass
class Matrix:
    """The kept lines of a block. `stamp`: what all of them depend on."""

    stamp: str
    legend: list[Kind] = field(default_factory=list)
    lines: dict[int, GridLine] = field(default_factory=dict)

    def copy(self) -> "Matrix":
        return Matrix(self.stamp, list(self.legend), dict(self.lines))

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
    last: Matrix | None = None,
    stood: Mapping[int, StoodMark] | None = None,
) -> Matrix:
    """The lines of `units` over all self-assessed `leaves` of the block; `words` say what a line shows and
    `made_by` which program that is. No query while nothing in the block has moved since the lines were kept; else
    two, and those of one sheet when it was something of these units. `last`: what the caller was given before; where
    few units have moved since, it is taken instead of the cache's, which costs more to open and to close. `stood`: as
    `unit_versions` takes it, where the caller has read it before this."""
    stamp = sealed_cache.mark_of(calendar.signature, [(leaf.pk, leaf.code) for leaf in leaves])
    key = f"appraisal-matrix-{made_by}-{round_group.pk}"
    own = last is not None and last.stamp == stamp
    matrix = last if last is not None and own else _unpacked(sealed_cache.get(key), stamp)
    if all(_holds(matrix.lines.get(unit.pk), unit, round_group.inputs_mark) for unit in units):
        return matrix
    versions = unit_versions(round_group, [unit.pk for unit in units], stood)
    marks = {unit: sealed_cache.mark_of(*version) for unit, version in versions.items()}
    if own:
        matrix = matrix.copy()  # another thread may be reading it
        moved = _moved(matrix, units, marks, round_group.inputs_mark)
        if len(moved) <= FEW:
            for unit in moved:
                _read_again(matrix, round_group, [unit], leaves, marks, calendar, words)
            return matrix
        matrix = _unpacked(sealed_cache.get(key), stamp)
    if moved := _moved(matrix, units, marks, round_group.inputs_mark):
        _read_again(matrix, round_group, moved, leaves, marks, calendar, words)
    sealed_cache.put(key, _packed(matrix))
    return matrix


FEW = 3
"""Units that are read again one by one; of more the whole block is read."""


def _moved(matrix: Matrix, units: Sequence[Unit], marks: Mapping[int, str], known: UUID) -> list[Unit]:
    """The units whose line no longer holds; the others' are seen to be true under the block's mark of now."""
    moved = []
    for unit in units:
        line = matrix.lines.get(unit.pk)
        if line is not None and line.code == unit.code and line.marks == marks[unit.pk]:
            matrix.lines[unit.pk] = line._replace(known=known)
        else:
            moved.append(unit)
    return moved


def _packed(matrix: Matrix) -> list[object]:
    """As JSON takes it."""
    lines = [
        (unit, str(line.known), line.code, line.marks, line.kinds.hex(), line.text)
        for unit, line in matrix.lines.items()
    ]
    return [matrix.stamp, matrix.legend, lines]


def _unpacked(stored: Any, stamp: str) -> Matrix:
    """What `_packed` made; an empty matrix when it was under another stamp."""
    if stored is None or stored[0] != stamp:
        return Matrix(stamp)
    lines = {
        unit: GridLine(UUID(known), code, marks, bytes.fromhex(kinds), text)
        for unit, known, code, marks, kinds, text in stored[2]
    }
    return Matrix(stamp, [Kind(*kind) for kind in stored[1]], lines)


def _holds(line: GridLine | None, unit: Unit, mark: UUID) -> bool:
    return line is not None and line.known == mark and line.code == unit.code


def _read_again(
    matrix: Matrix,
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    marks: Mapping[int, str],
    calendar: Calendar,
    words: Words,
) -> None:
    """Thousands of cells are of a few hundred sorts: each sort is judged and worded once."""
    texts = _read_texts(round_group, units)
    places = {kind: at for at, kind in enumerate(matrix.legend)}
    sorts: dict[Sort, tuple[int, str]] = {}
    keys = [str(leaf.pk) for leaf in leaves]
    for unit in units:
        submitted, claims, standings = texts.of(unit.pk)
        found = []
        for n, key in enumerate(keys):
            sort = submitted, claims.get(key, ""), standings.get(key, "")
            known = sorts.get(sort)
            if known is None:
                cell = _cell_of(sort, unit, leaves[n], calendar)
                known = sorts[sort] = places.setdefault(kind_of(cell), len(places)), words.cell(cell)
            found.append(known)
        kinds, text = bytes(kind for kind, _ in found), words.line(unit, leaves, [said for _, said in found])
        matrix.lines[unit.pk] = GridLine(round_group.inputs_mark, unit.code, marks[unit.pk], kinds, text)
    matrix.legend = list(places)


Sort = tuple[bool, str, str]
"""Whether the unit has submitted, what it claims and what stands, as the database wrote it down: equal for cells that
differ in nothing but their place."""
_NEXT, _WITHIN = ";", ":"


class _Written(Func):
    """Several columns of a row as one text; "" for what is not there. No column has either mark in it."""

    arg_joiner = f" || '{_WITHIN}' || "
    template = "%(expressions)s"

    def __init__(self, *names: str) -> None:
        texts = [Coalesce(Cast(name, TextField()), Value("")) for name in names]
        super().__init__(*texts, output_field=TextField())


class _OneAfterAnother(Aggregate):
    """The texts of a group's rows as one: a row for each unit comes sooner than one for each cell."""

    function = "STRING_AGG"
    template = f"%(function)s(%(expressions)s, '{_NEXT}')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)


@dataclass(frozen=True)
class _Texts:
    """What is written of each unit that has submitted, and of each with a standing."""

    claims: Mapping[int, str]
    standings: Mapping[int, str]

    def of(self, unit: int) -> tuple[bool, dict[str, str], dict[str, str]]:
        """Whether it has submitted; by leaf what it claims and what stands, with the last answer."""
        standings: dict[str, str] = {}
        for text in filter(None, self.standings.get(unit, "").split(_NEXT)):
            leaf, _, rest = text.partition(_WITHIN)
            if leaf not in standings or _sequence(standings[leaf]) < _sequence(rest):
                standings[leaf] = rest
        claims = (text.partition(_WITHIN) for text in self.claims.get(unit, "").split(_NEXT))
        return unit in self.claims, {leaf: rest for leaf, _, rest in claims}, standings


def _sequence(text: str) -> int:
    """Of the answer that is written with a standing; the last one counts."""
    return int(text.partition(_WITHIN)[0] or 0)


def _read_texts(round_group: RoundGroup, units: Sequence[Unit]) -> _Texts:
    """Two queries; of several units the whole block is read, as `read_sheet` does."""
    line = {"block": round_group.pk, **({"unit": units[0].pk} if len(units) == 1 else {})}
    return _Texts(dict(_CLAIMS.rows(**line)), dict(_STANDINGS.rows(**line)))


def _claims(block: int, unit: int | None = None) -> QuerySet[SelfAssessment, Any]:
    rows = submitted_sheets(block) if unit is None else submitted_sheets(block).filter(unit=unit)
    written = _Written("scores__criterion_id", "scores__points", "scores__na_claimed")
    return rows.values("unit_id").annotate(cells=_OneAfterAnother(written)).values_list("unit_id", "cells")


def _standings(block: int, unit: int | None = None) -> QuerySet[Appraisal, Any]:
    """With each of the unit's answers: a standing that was answered twice is written twice."""
    whose = {} if unit is None else {"unit": unit}
    answered = FilteredRelation("entries", condition=Q(entries__stage_kind=Stage.Kind.REPLY))
    rows = Appraisal.objects.filter(round_group=block, **whose).annotate(answer=answered).order_by()
    answer = ("answer__sequence", "answer__stage_id", "answer__action")
    written = _Written("criterion_id", *answer, "stage_id", "action", "points", "not_applicable")
    return rows.values("unit_id").annotate(cells=_OneAfterAnother(written)).values_list("unit_id", "cells")


_CLAIMS = Prepared(_claims)
_STANDINGS = Prepared(_standings)


def _cell_of(sort: Sort, unit: Unit, leaf: Criterion, calendar: Calendar) -> GridCell:
    """The first cell of a sort; its version and its evidence are not read, and nothing asks for them here."""
    submitted, claimed, stands = sort
    claim, record, reply_stage, reply = None, None, *NO_REPLY
    if claimed:
        points, na_claimed = claimed.split(_WITHIN)
        claim = Claim(_points(points), na_claimed in _TRUE, 0)
    if stands:
        _, answered, reply, stage, action, points, not_applicable = stands.split(_WITHIN)
        record = Standing(0, int(stage), action, _points(points), not_applicable in _TRUE, 0)
        reply_stage = int(answered or 0)
    return GridCell(
        unit=unit,
        criterion=leaf,
        submitted=submitted,
        claim=claim,
        record=record,
        reply=reply,
        may_decide=submitted,
        reply_stage=reply_stage,
        sequel=calendar.sequels.get(record.stage, NO_SEQUEL) if record else NO_SEQUEL,
    )


_TRUE = ("1", "true")


def _points(text: str) -> Decimal | None:
    return Decimal(text) if text else None


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
