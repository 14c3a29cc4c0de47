"""The table of points as it is signed, its digest, and what differs between two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cchc_index.lib import canonical
from cchc_index.lib.numbers import exact_text
from criteria.tree import CellKey
from surveys.models import TableSignature

VERB_SIGN, VERB_REPLACE = "surveys.sign_table", "surveys.replace_table"
VERB_RECEIVE, VERB_RETURN = "surveys.receive_table", "surveys.return_table"
TABLE_VERBS = (VERB_SIGN, VERB_REPLACE, VERB_RECEIVE, VERB_RETURN)

TableLine = list[Any]
"""[unit, criterion, points as exact text or None, not applicable, ballots or None]"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell that two tables do not give alike; None: the table has no such cell."""

    unit: int
    criterion: int
    old: TableLine | None
    new: TableLine | None


def lines_of(cells: Mapping[CellKey, tuple[Decimal | None, bool, int | None]]) -> list[TableLine]:
    """A table by unit and criterion, as it is kept."""
    return [
        [unit, leaf, None if points is None else exact_text(points), na, ballots]
        for (unit, leaf), (points, na, ballots) in sorted(cells.items())
    ]


def table_digest(lines: Sequence[TableLine]) -> str:
    """What the institute signs and the council approves: one digest for points, not applicable and ballots."""
    return canonical.digest(list(lines))


def differences(old: Sequence[TableLine], new: Sequence[TableLine]) -> list[Moved]:
    """The cells that differ, by unit and criterion."""
    before = {(line[0], line[1]): line for line in old}
    after = {(line[0], line[1]): line for line in new}
    cells = sorted(before.keys() | after.keys())
    return [Moved(*cell, before.get(cell), after.get(cell)) for cell in cells if before.get(cell) != after.get(cell)]


def signature_facts(row: TableSignature) -> dict[str, Any]:
    """A signature as the log keeps it; the table stands behind its digest."""
    return {
        "block": row.round_group_id,
        "digest": row.digest,
        "state": str(row.state),
        "signed_by": row.signed_by_id,
        "signed_at": _instant(row.signed_at),
        "decided_by": row.decided_by_id,
        "decided_at": row.decided_at and _instant(row.decided_at),
        "reason": row.reason,
    }


def _instant(moment: datetime) -> str:
    """The same text before and after the database has held it."""
    return moment.astimezone(UTC).isoformat()
