"""What a filled workbook would change, cell by cell, and where somebody else was first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from cchc_index.lib.faults import Fault, ImportRefused, Invalid
from cchc_index.lib.numbers import vn, vn_short
from cchc_index.lib.sheets.table import SheetRow
from criteria import scoring
from criteria.models import Criterion
from selfassess.core import entry
from selfassess.core.task_list import TaskList, TaskRow

from .layout import FIGURE, YES, FilledRow, Values, choice, choice_words, numbers, values_of
from .reading import Filled

TOLERANCE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell: its place in the file, what stands on the system and what the file says."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One criterion that the file changes. `is_stale`: somebody saved it after the file was made."""

    criterion: Criterion
    number: int
    cells: list[CellChange]
    values: Values
    points: Decimal | None
    seen_version: int
    is_stale: bool

    def line(self) -> FilledRow:
        """The row as `apply_workbook` takes it."""
        values = self.values
        return FilledRow(
            criterion_id=self.criterion.pk,
            figures=values.figures,
            points=values.points,
            explanation=values.explanation,
            na_claimed=values.na_claimed,
            na_reason=values.na_reason,
            seen_version=self.seen_version,
        )


@dataclass(slots=True)
class Comparison:
    file_id: str = ""
    changes: list[RowChange] = field(default_factory=list)
    stale: list[RowChange] = field(default_factory=list)
    unchanged: int = 0
    absent: list[Criterion] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return sum(len(row.cells) for row in self.changes)


def compare(filled: Filled, tasks: TaskList) -> Comparison:
    """The file against what stands. Raises ImportRefused for rows whose values give no score."""
    found = Comparison(
        filled.file_id,
        absent=[r.criterion for r in tasks.leaves if r.criterion.pk not in filled.values],
        said=filled.said,
    )
    faults: list[Fault] = []
    for row in tasks.leaves:
        if row.criterion.pk in filled.values:
            _compare_row(filled, row, found, faults)
    if faults:
        raise ImportRefused(faults)
    return found


def _compare_row(filled: Filled, row: TaskRow, comparison: Comparison, faults: list[Fault]) -> None:
    criterion, sheet_row = row.criterion, filled.rows[row.criterion.pk]
    typed, kept = filled.values[criterion.pk], values_of(criterion, row.score)
    if typed == kept:
        comparison.unchanged += 1
        points = row.score.points if row.score else None
    else:
        try:
            wanted = read_entry(criterion, typed)
        except Invalid as invalid:
            faults += [_fault(sheet_row, criterion, name, said) for name, said in invalid.errors.items()]
            return
        points = wanted.points
        _add(filled, row, comparison, _change(filled, row, typed, kept, wanted))
    _notice(filled, criterion, sheet_row, points, comparison)


def read_entry(criterion: Criterion, values: Values) -> entry.ScoreEntry:
    """The values through the same rules as the criterion's page."""
    return entry.read(
        criterion,
        figures=values.figures,
        points=values.points,
        explanation=values.explanation,
        na_claimed=values.na_claimed,
        na_reason=values.na_reason,
    )


def _change(filled: Filled, row: TaskRow, typed: Values, stored: Values, entered: entry.ScoreEntry) -> RowChange:
    criterion, sheet_row = row.criterion, filled.rows[row.criterion.pk]
    cells = list(_cells(sheet_row, criterion, stored, typed))
    old = row.score.points if row.score else None
    if not scoring.is_direct(criterion.rule) and old != entered.points:
        shown = scoring.ratio_words(criterion.rule, entered.figures)
        new = (
            f"{shown} → {_points(entered.points)}" if shown and entered.points is not None else _points(entered.points)
        )
        cells.append(CellChange(sheet_row.column("points"), _points(old), new))
    seen, current = filled.versions.get(criterion.pk, 0), row.score.version if row.score else 0
    return RowChange(criterion, sheet_row.number, cells, typed, entered.points, seen, seen != current)


def _add(filled: Filled, row: TaskRow, comparison: Comparison, change: RowChange) -> None:
    (comparison.stale if change.is_stale else comparison.changes).append(change)


def _cells(row: SheetRow, criterion: Criterion, old: Values, new: Values) -> Iterator[CellChange]:
    was, now = _words(criterion, old), _words(criterion, new)
    for key, before in was.items():
        if before != now[key]:
            yield CellChange(row.column(key), before, now[key])


def _words(criterion: Criterion, values: Values) -> dict[str, str]:
    """Every input cell of a row as people read it, by column."""
    chosen = choice(criterion)
    said = {}
    if chosen is not None:
        picked = values.figures.get(chosen.key, "")
        said["choice"] = choice_words(chosen).get(picked, picked)
    for place, declared in enumerate(numbers(criterion), start=1):
        said[f"{FIGURE}{place}"] = values.figures.get(declared.key, "").replace(".", ",")
    if scoring.is_direct(criterion.rule):
        said["points"] = _points(values.points)
    said |= {"explanation": values.explanation, "na": YES if values.na_claimed else "", "na_reason": values.na_reason}
    return said


def _points(points: Decimal | None) -> str:
    """9,50, or more digits where there are more."""
    short, whole = vn(points), vn_short(points)
    return short if len(short) >= len(whole) else whole


def _fault(row: SheetRow, criterion: Criterion, name: str, cause: str) -> Fault:
    """A field's fault at its column."""
    message, _, repair = cause.partition(": ")
    return row.fault(_column(criterion, name), message, repair)


def _column(criterion: Criterion, name: str) -> str:
    if not name.startswith("figure"):
        return name
    chosen = choice(criterion)
    if chosen is not None:
        return "choice"
    keys = [f"figure_{f.key}" for f in numbers(criterion)]
    return f"{FIGURE}{keys.index(name) + 1 if name in keys else 1}"


def _notice(
    filled: Filled, criterion: Criterion, row: SheetRow, points: Decimal | None, comparison: Comparison
) -> None:
    """A rule's points that the file shows otherwise: the server's count, and it says so."""
    shown = filled.shown_points.get(criterion.pk)
    if scoring.is_direct(criterion.rule) or shown is None:
        return
    if points is None or abs(shown - points) > TOLERANCE:
        counted = f"theo quy tắc là {_points(points)}" if points is not None else "theo quy tắc chưa có điểm"
        comparison.notices.append(
            f"Dòng {row.number}, cột {row.column('points')}: tiêu chí {criterion.code} trong tệp ghi "
            f"{vn_short(shown)} điểm, {counted}. Máy tính lại theo quy tắc."
        )
