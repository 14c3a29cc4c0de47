"""Reads that pages ask thousands of times with other keys: built and compiled once by each process.

Django builds and compiles a query anew each time it is asked, which takes longer than the database needs to answer a
small one. A `Prepared` read is written as any query, with an `AskedLater` wherever a value is known only when it is
asked.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, DateField, Field, Model, QuerySet, Value

KeyValue = int | date
_FIELDS: "dict[type, type[Field[Any, Any]]]" = {int: BigIntegerField, date: DateField}


class AskedLater(Value):
    """Stands in a query for what is known when it is asked. Compiled, it is the parameter itself."""

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [self]


class _Compiled(NamedTuple):
    sql: str
    parameters: tuple[Any, ...]
    compiler: Any
    converters: Any


def columns(model: type[Model], path: str = "") -> list[str]:
    """Every field of a model for `values_list`, seen along a `path` like "document__"."""
    return [f"{path}{field.attname}" for field in model._meta.concrete_fields]


def instances(row: tuple[Any, ...], *models: type[Model]) -> list[Any]:
    """The rows of models that stand one after the other in a row of a read, each by its `columns`."""
    found, at = [], 0
    for model in models:
        names = columns(model)
        found.append(model.from_db(DEFAULT_DB_ALIAS, names, row[at : at + len(names)]))
        at += len(names)
    return found


class Prepared:
    """A query over keys, from what builds it with `values_list`: `Prepared(lambda block: Unit.objects.filter(…))`.
    Keys are whole numbers and days; one that is not given is not handed to the builder."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled = lru_cache(maxsize=8)(self._compile)

    def rows(self, **keys: KeyValue) -> list[tuple[Any, ...]]:
        """The rows for these keys; one query."""
        compiled = self._compiled(connection.vendor, tuple((name, type(value)) for name, value in keys.items()))
        parameters = [_given(keys, each) if isinstance(each, AskedLater) else each for each in compiled.parameters]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, parameters)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not compiled.converters:
            return found
        return [tuple(row) for row in compiled.compiler.apply_converters(found, compiled.converters)]

    def _compile(self, _vendor: str, keys: tuple[tuple[str, type], ...]) -> _Compiled:
        marks = {name: AskedLater(name, output_field=_FIELDS[kind]()) for name, kind in keys}
        compiler = self._build(**marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        asked = {each.value for each in parameters if isinstance(each, AskedLater)}
        if lost := sorted(marks.keys() - asked):
            raise ValueError(f"keys that the query does not ask for: {lost}")
        return _Compiled(sql, parameters, compiler, compiler.get_converters([each for each, _, _ in compiler.select]))


def _given(keys: dict[str, KeyValue], key: AskedLater) -> Any:
    return key.output_field.get_db_prep_value(keys[key.value], connection)
