"""What a test with transactions of its own leaves behind, taken away by what it wrote alone.

Django empties every table, which makes PostgreSQL write each file of each table and index anew, and then makes the
content types and permissions again: both stay here, and only a table that holds rows is emptied.
"""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

STAYS = {ContentType._meta.db_table, Permission._meta.db_table}
"""Made once with the tables; no test changes them."""


def filled_tables() -> list[str]:
    """The tables that hold rows, but those that stay; one query."""
    names = sorted({*connection.introspection.django_table_names(only_existing=True, include_views=False)} - STAYS)
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return [name for (name,) in cursor.fetchall()]


def empty_filled_tables() -> None:
    """In one transaction: keys to other tables are asked at its end, when nothing is left."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in filled_tables():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
