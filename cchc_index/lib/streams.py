"""Points read by the million: as whole ten-thousandths, unit by unit, never all of them held.

A DecimalField of SQLite costs five times the row itself; four places are kept, so an integer is exact. What is no model
field needs no conversion: rows come as the driver gives them.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, Func, QuerySet, Value, When

STREAMED = 10_000
"""Rows that are held at once."""
NOT_APPLICABLE = -1
"""Stands for points where a leaf does not apply; points are never below 0."""


class TenThousandths(Func):
    """A column of points as a whole number of ten-thousandths, the same on every database."""

    template = "CAST(ROUND(%(expressions)s * 10000) AS BIGINT)"
    output_field = BigIntegerField()


def points_or_absence(column: str, absent: str) -> Case:
    """TenThousandths of a column, NOT_APPLICABLE where the flag `absent` is set."""
    not_applicable = When(**{absent: True}, then=Value(NOT_APPLICABLE))
    return Case(not_applicable, default=TenThousandths(column), output_field=BigIntegerField())


def streamed(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows of a `values_list` of whole numbers, STREAMED at once; one query."""
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    with connection.cursor() if pooled else connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while part := cursor.fetchmany(STREAMED):
            yield from part


class UnitStream:
    """Rows of a unit, a key and a value, in the order of units: what each unit holds, asked for in that order."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, unit: int) -> Mapping[int, Any]:
        """{key: value}; units before this one are passed over."""
        while self._next is not None and self._next[0] < unit:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != unit:
            return {}
        held = {key: value for _, key, value in self._next[1]}
        self._next = next(self._groups, None)
        return held
