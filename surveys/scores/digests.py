"""What the log keeps of survey points: their digest, and each point that moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cchc_index.lib import canonical
from cchc_index.lib.numbers import exact_text
from criteria.tree import CellKey
from surveys.models import SurveyScore
from units.auditlog.digests import keyed_digest


@dataclass(frozen=True, slots=True)
class ScoreValue:
    """What a score row holds."""

    points: Decimal | None
    ballots: int | None
    method: str
    not_applicable: bool = False


def value_of(row: SurveyScore) -> ScoreValue:
    return ScoreValue(row.points, row.ballots, row.method, row.not_applicable)


def moves(
    before: Mapping[CellKey, ScoreValue], after: Mapping[CellKey, ScoreValue | None]
) -> dict[str, dict[str, list[str | None]]]:
    """What the log keeps of each point that moved: {unit id: {criterion id: [before, after]}} as exact
    text, KAD for not applicable, null for no score. Cells of `after` that say the same are left out; a cell
    that is gone must stand in `after` as None."""
    moved: dict[str, dict[str, list[str | None]]] = {}
    for (unit, criterion), value in sorted(after.items()):
        pair = [_shown(before.get((unit, criterion))), _shown(value)]
        if pair[0] != pair[1]:
            moved.setdefault(str(unit), {})[str(criterion)] = pair
    return moved


def refreshed(before: Mapping[CellKey, ScoreValue], after: Mapping[CellKey, ScoreValue]) -> dict[str, object]:
    """What the log keeps of a recomputation that no import asked for."""
    moved = moves(before, {cell: after.get(cell) for cell in before.keys() | after.keys()})
    return {"scores": values_digest(after), "moved": moved}


def _shown(value: ScoreValue | None) -> str | None:
    if value is None:
        return None
    return "KAD" if value.not_applicable else exact_text(value.points)


def values_digest(values: Mapping[CellKey, ScoreValue]) -> str:
    """One digest for a set of cells, the same whatever their order."""
    return canonical.digest(
        [
            [*cell, value.points, value.ballots, str(value.method), value.not_applicable]
            for cell, value in sorted(values.items())
        ]
    )


def counts_digest(rows: Iterable[Sequence[object]]) -> str:
    """One digest for rows of counted answers, in their order; keyed, for some of them are not told."""
    return keyed_digest([list(row) for row in rows])


def plain_counts_digest(rows: Iterable[Sequence[object]]) -> str:
    """As entries of the log hold it that are older than `counts_digest`."""
    return canonical.digest([list(row) for row in rows])
