"""What rests on records that somebody wants to delete: counted by the database, never read row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import CASCADE, DO_NOTHING, SET_NULL, ForeignObjectRel, Model, QuerySet
from django.utils.text import capfirst

from cchc_index.lib.numbers import vn_count

MOST = 1_000
"""Rows that are deleted at once, and up to which they are counted: more is a year's work, not a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Dependents:
    """Rows of one kind that rest on the records: they would go with them, or keep them (`protects`)."""

    rows: "QuerySet[Any]"
    count: int
    """At most MOST + 1."""
    protects: bool

    def __str__(self) -> str:
        return counted(self.rows.model, self.count)


def counted(model: type[Model], count: int) -> str:
    """`Tiêu chí: 121`, for a list."""
    shown = f"hơn {vn_count(MOST)}" if count > MOST else vn_count(count)
    return f"{capfirst(str(model._meta.verbose_name))}: {shown}"


def dependents(model: type[Model], keys: Sequence[Any]) -> list[Dependents]:
    """What rests on the records with these keys, kind by kind: as many queries as there are kinds, not rows."""
    by_kind: dict[tuple[type[Model], bool], list[Dependents]] = {}
    for each in _below(model._base_manager.filter(pk__in=keys), {model}):
        if each.count:
            by_kind.setdefault((each.rows.model, each.protects), []).append(each)
    return [each for kind in by_kind.values() if (each := _together(kind, model, keys)).count]


def _together(kind: Sequence[Dependents], model: type[Model], keys: Sequence[Any]) -> Dependents:
    """A kind that names the records by several of its columns, as one; the records themselves are no part of it."""
    first = kind[0]
    if len(kind) == 1 and first.rows.model is not model:
        return first
    rows = reduce(or_, (each.rows for each in kind))
    if rows.model is model:
        rows = rows.exclude(pk__in=keys)
    return Dependents(rows, rows.order_by()[: MOST + 1].count(), protects=first.protects)


def _below(rows: "QuerySet[Any]", above: "set[type[Model]]") -> Iterator[Dependents]:
    """The kinds that name `rows`, and below each that would be deleted with them, the kinds that name those."""
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.on_delete in (None, DO_NOTHING, SET_NULL):
            continue  # many to many by its own table, or a name that is merely taken away
        model = relation.related_model
        named = model._base_manager.filter(**{f"{relation.field.name}__in": rows})
        goes = relation.on_delete is CASCADE
        count = named.order_by()[: MOST + 1].count()
        yield Dependents(named, count, protects=not goes)
        if goes and count and model not in above:
            yield from _below(named, above | {model})
