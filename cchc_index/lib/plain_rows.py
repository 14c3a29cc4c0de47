"""Rows of a model written as plain values, by the thousand.

`bulk_create` makes an object of each row and asks every field of it; where the caller holds the exact values, that
takes longer than the database needs to store them.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

AT_ONCE = 1_000
"""Rows of one statement where a statement takes many."""


def insert_rows(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of numbers, texts and None in the order of `names` (attnames); defaults of fields are not asked.
    Raises IntegrityError as the database does."""
    if not rows:
        return
    column_of = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    quote, columns = connection.ops.quote_name, [column_of[name] for name in names]
    # Names of our own model, quoted; every value is a parameter.
    head = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608
    marks = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(head + marks, rows)
            return
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            cursor.execute(head + ", ".join([marks] * len(part)), [value for row in part for value in row])
