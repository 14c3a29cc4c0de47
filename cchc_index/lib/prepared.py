"""Reads that pages ask thousands of times with other keys: built and compiled once by each process.

Django builds and compiles a query anew each time it is asked, which takes longer than the database needs to answer it.
Only rows as tuples, only whole numbers as keys, and one shape: whatever else differs makes another `Prepared`.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

_FIRST_MARK = 31_001
"""Stands for the first key while the query is compiled: no constant of a query, and small enough for every column,
since Django leaves a condition out that a column's range settles."""


class _Compiled(NamedTuple):
    sql: str
    parameters: tuple[Any, ...]
    compiler: Any
    converters: Any


class Prepared:
    """A query over keys, from what builds it with `values_list`: `Prepared(lambda block: Unit.objects.filter(…))`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled = lru_cache(maxsize=8)(self._compile)

    def rows(self, **keys: int) -> list[tuple[Any, ...]]:
        """The rows for these keys; one query."""
        names = tuple(sorted(keys))
        compiled = self._compiled(connection.vendor, names)
        marked: Mapping[Any, int] = {_FIRST_MARK + n: keys[name] for n, name in enumerate(names)}
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [marked.get(value, value) for value in compiled.parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not compiled.converters:
            return found
        return [tuple(row) for row in compiled.compiler.apply_converters(found, compiled.converters)]

    def _compile(self, vendor: str, names: tuple[str, ...]) -> _Compiled:
        query = self._build(**{name: _FIRST_MARK + n for n, name in enumerate(names)}).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if lost := [name for n, name in enumerate(names) if _FIRST_MARK + n not in parameters]:
            raise ValueError(f"keys that the query does not ask for: {lost}")
        shown = [column for column, _, _ in compiler.select]
        return _Compiled(sql, parameters, compiler, compiler.get_converters(shown))
