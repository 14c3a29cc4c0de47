"""Points read by the million: as whole ten-thousandths, in parts, into a table of units and leaves.

A DecimalField of SQLite costs five times the row itself; four places are kept, so an integer is exact. What is no model
field needs no conversion: rows come as the driver gives them. Nor are they sorted: a table has a place for each.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from django.db.models import BigIntegerField, Case, F, Func, Value, When
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from .prepared import Prepared

STREAMED = 10_000
"""Rows that are held at once."""
NOT_APPLICABLE, ABSENT = -1, -2
"""Stand for points where a leaf does not apply, and where there is no row or none were given; points are never below
0."""
Parts = Iterator[list[tuple[int, ...]]]
PointTable = NDArray[np.int64]
"""Units × leaves × what a row holds."""


class TenThousandths(Func):
    """A column of points as a whole number of ten-thousandths, the same on every database; ABSENT for null."""

    template = f"COALESCE(CAST(ROUND(%(expressions)s * 10000) AS BIGINT), {ABSENT})"
    output_field = BigIntegerField()


def points_or_absence(column: str, absent: str) -> Case:
    """TenThousandths of a column, NOT_APPLICABLE where the flag `absent` is set."""
    not_applicable = When(**{absent: True}, then=Value(NOT_APPLICABLE))
    return Case(not_applicable, default=TenThousandths(column), output_field=BigIntegerField())


def count_or_absence(column: str) -> Coalesce:
    """A column of counts, ABSENT for null."""
    return Coalesce(F(column), Value(ABSENT), output_field=BigIntegerField())


def parts_of(read: Prepared, block: int) -> Parts:
    """The rows of whole numbers that a read gives for the key of a block, STREAMED at once; one query."""
    return read.parts(STREAMED, block=block)


def table_of(
    parts: Iterable[list[tuple[int, ...]]], units: Sequence[int], leaves: Sequence[int], held: int = 1
) -> PointTable:
    """What rows of a unit's key, a leaf's key and `held` numbers say, units and leaves in the given order; ABSENT where
    there is no row. Rows of other units and leaves are passed over."""
    table = np.full((len(units), len(leaves), held), ABSENT, dtype="<i8")
    if not table.size:
        return table
    find_unit, find_leaf = _KeyPlaces(units), _KeyPlaces(leaves)
    for part in parts:
        read = np.fromiter(chain.from_iterable(part), np.int64, len(part) * (held + 2)).reshape(len(part), held + 2)
        unit, unit_known = find_unit(read[:, 0])
        leaf, leaf_known = find_leaf(read[:, 1])
        ours = unit_known & leaf_known
        table[unit[ours], leaf[ours]] = read[ours, 2:]
    return table


class _KeyPlaces:
    """Where keys stand among those given."""

    def __init__(self, keys: Sequence[int]) -> None:
        given = np.array(keys, dtype=np.int64)
        self.order = np.argsort(given)
        self.sorted = given[self.order]

    def __call__(self, asked: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The place of each, and whether it is there."""
        at = np.minimum(np.searchsorted(self.sorted, asked), len(self.sorted) - 1)
        return self.order[at], np.asarray(self.sorted[at] == asked)
