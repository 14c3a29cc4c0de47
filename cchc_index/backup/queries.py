"""What a backup takes with it, and whether a place is empty."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from cchc_index.lib.stored_files import file_fields, is_empty
from criteria.models import Round
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .databases import Select


def files_of(select: Select) -> set[str]:
    """The names of all files that rows speak of, whatever model they belong to. Before an upgrade a table or a column
    may not be there yet."""
    quote, tables = connection.ops.quote_name, connection.introspection.table_names()
    names: set[str] = set()
    for model, field in file_fields():
        name = model._meta.db_table
        if name in tables and field.column in _columns_of(name):
            table, column = quote(name), quote(str(field.column))
            # Names of our own models, quoted.
            rows = select(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''")  # noqa: S608
            names.update(stored for (stored,) in rows)
    return names


def _columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def head_of(select: Select) -> list[object]:
    """Entries of the log and the digest of the last one."""
    quote = connection.ops.quote_name
    table = quote(apps.get_model("units", "LogHead")._meta.db_table)
    rows = select(f"SELECT {quote('count')}, {quote('digest')} FROM {table}")  # noqa: S608 – our own table
    return list(rows[0]) if rows else [0, ""]


def migrations_of(select: Select) -> list[list[str]]:
    """The migrations that the database has seen."""
    return [list(row) for row in select("SELECT app, name FROM django_migrations ORDER BY app, name")]


def unknown_migrations(seen: list[list[str]]) -> list[str]:
    """Those of a backup that this version does not know: the backup is of a newer one."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations) | {old for _, m in loader.disk_migrations.items() for old in m.replaces}
    # A squashed one of before is gone from the disk; its name ends with the last it stood for.
    known |= {(app, f"0001_squashed_{name}") for app, name in known}
    ours = {app.label for app in apps.get_app_configs()}
    return [f"{app}.{name}" for app, name in seen if app in ours and (app, name) not in known]


def in_the_way() -> Iterator[str]:
    """Sentences for what already is in this place; none when it is empty."""
    tables = set(connection.introspection.table_names())
    for model in (User, Unit, Round, LogEntry):
        if model._meta.db_table in tables and model._default_manager.exists():
            yield f"Cơ sở dữ liệu đã có {model._meta.verbose_name_plural}."
    if not is_empty():
        yield f"Nơi lưu tệp {settings.FILE_STORE or settings.MEDIA_ROOT} không trống."
