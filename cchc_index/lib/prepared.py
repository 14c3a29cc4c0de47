"""Reads that pages ask thousands of times with other keys: built and compiled once by each process.

Django builds and compiles a query anew each time it is asked, which takes longer than the database needs to answer a
small one. A `Prepared` read is written as any query, with an `AskedLater` wherever a value is known only when it is
asked. PostgreSQL keeps it under a name as long as the connection lasts, so that it is planned once there too: for a
read over five tables the plan takes longer than the answer.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, DateField, Field, Model, QuerySet, Value

KeyValue = int | date
_FIELDS: "dict[type, type[Field[Any, Any]]]" = {int: BigIntegerField, date: DateField}
_TYPES = {int: "bigint", date: "date"}
_told: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()
"""The names of the statements that each connection to PostgreSQL keeps."""


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
        self._compiled = lru_cache(maxsize=16)(self._compile)

    def rows(self, **keys: KeyValue) -> list[tuple[Any, ...]]:
        """The rows for these keys; one query."""
        compiled = self._compiled(connection.vendor, _kinds(keys))
        with connection.cursor() as cursor:
            if keys and _keeps_statements():
                _execute(cursor, _statement(compiled.sql, compiled.parameters, _kinds(keys)), keys)
            else:
                cursor.execute(compiled.sql, [_given(keys, each) for each in compiled.parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not compiled.converters:
            return found
        return [tuple(row) for row in compiled.compiler.apply_converters(found, compiled.converters)]

    def parts(self, size: int, **keys: KeyValue) -> Iterator[list[tuple[Any, ...]]]:
        """The rows for these keys as the driver gives them, `size` at once, never all of them held; one query."""
        compiled = self._compiled(connection.vendor, _kinds(keys))
        pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
        with connection.cursor() if pooled else connection.chunked_cursor() as cursor:
            cursor.execute(compiled.sql, [_given(keys, each) for each in compiled.parameters])
            while part := cursor.fetchmany(size):
                yield part

    def _compile(self, _vendor: str, keys: tuple[tuple[str, type], ...]) -> _Compiled:
        marks = {name: AskedLater(name, output_field=_FIELDS[kind]()) for name, kind in keys}
        compiler = self._build(**marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        asked = {each.value for each in parameters if isinstance(each, AskedLater)}
        if lost := sorted(marks.keys() - asked):
            raise ValueError(f"keys that the query does not ask for: {lost}")
        return _Compiled(sql, parameters, compiler, compiler.get_converters([each for each, _, _ in compiler.select]))


class PreparedSql:
    """A read that is written in SQL, its keys as `%(name)s`."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def rows(self, **keys: KeyValue) -> list[tuple[Any, ...]]:
        """The rows for these keys; one query."""
        with connection.cursor() as cursor:
            if _keeps_statements():
                _execute(cursor, _named(self._sql, _kinds(keys)), keys)
            else:
                cursor.execute(self._sql, keys)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _kinds(keys: Mapping[str, KeyValue]) -> tuple[tuple[str, type], ...]:
    return tuple((name, type(value)) for name, value in keys.items())


def _given(keys: Mapping[str, KeyValue], each: Any) -> Any:
    """What stands for a parameter: the key's value, or what the query itself says."""
    if not isinstance(each, AskedLater):
        return each
    return each.output_field.get_db_prep_value(keys[each.value], connection)


def _keeps_statements() -> bool:
    """Whether the database keeps statements: PostgreSQL, unless a pooler lends its connections to one and another
    (`DISABLE_SERVER_SIDE_CURSORS`, Django's word for that)."""
    return connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


class _Statement(NamedTuple):
    name: str
    words: str


@lru_cache(maxsize=256)
def _statement(sql: str, parameters: tuple[Any, ...], keys: tuple[tuple[str, type], ...]) -> _Statement:
    """A compiled query with what it says itself written in and a number for each key."""
    places = {name: f"${n}" for n, (name, _) in enumerate(keys, 1)}
    with connection.cursor() as cursor:
        written = tuple(
            places[each.value] if isinstance(each, AskedLater) else cursor.mogrify("%s", [each]).decode()
            for each in parameters
        )
    return _kept_as(sql % written, keys)


@lru_cache(maxsize=64)
def _named(sql: str, keys: tuple[tuple[str, type], ...]) -> _Statement:
    return _kept_as(sql % {name: f"${n}" for n, (name, _) in enumerate(keys, 1)}, keys)


def _kept_as(sql: str, keys: tuple[tuple[str, type], ...]) -> _Statement:
    words = f"({', '.join(_TYPES[kind] for _, kind in keys)}) AS {sql}"
    return _Statement(f"cchc_{sha256(words.encode()).hexdigest()[:24]}", words)


def _execute(cursor: Any, statement: _Statement, keys: Mapping[str, KeyValue]) -> None:
    """Ask for a statement that the connection keeps. It is told once, beside the queries that are counted."""
    told = _told.setdefault(connection.connection, set())
    if statement.name not in told:
        with connection.connection.cursor() as bare:
            if not told:
                bare.execute("SET plan_cache_mode = force_generic_plan")  # keys are alike: no plan for each of them
            bare.execute(f"PREPARE {statement.name} {statement.words}")
        told.add(statement.name)
    places = ", ".join("%s" for _ in keys)
    cursor.execute(f"EXECUTE {statement.name}({places})", list(keys.values()))
