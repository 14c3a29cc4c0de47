"""The database of either kind as one file at one point in time, and back: SQLite by its own backup, PostgreSQL by
pg_dump and pg_restore."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from cchc_index.lib.faults import Refused

Select = Callable[[str], list[tuple[Any, ...]]]
"""Runs a SELECT over the state of the snapshot."""


@contextmanager
def snapshot(target: Path) -> Iterator[Select]:
    """The database as it is at one moment goes to `target`; what is yielded reads that same state."""
    target.unlink(missing_ok=True)
    with _sqlite_snapshot(target) if connection.vendor == "sqlite" else _postgres_snapshot(target) as select:
        yield select


@contextmanager
def _sqlite_snapshot(target: Path) -> Iterator[Select]:
    copy = sqlite3.connect(target)
    try:
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        yield lambda query: copy.execute(query).fetchall()
    finally:
        copy.close()


@contextmanager
def _postgres_snapshot(target: Path) -> Iterator[Select]:
    """A connection of its own, whatever transaction the caller is in."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
            _run(["pg_dump", "-Fc", "-Z1", "--no-owner", "--no-privileges", f"--snapshot={name}", "-f", str(target)])

            def select(query: str) -> list[tuple[Any, ...]]:
                cursor.execute(query)
                return list(cursor.fetchall())

            yield select
            cursor.execute("ROLLBACK")
    finally:
        own.close()


def load(source: Path) -> None:
    """Put the dump at `source` in the place of an empty database. Raises Refused."""
    if connection.vendor == "sqlite":
        _load_sqlite(source)
    else:
        connection.close()
        options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
        _run(["pg_restore", *options, "--dbname", connection.settings_dict["NAME"], str(source)])


def _load_sqlite(source: Path) -> None:
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    os.replace(source, place)
    place.chmod(0o640)


def _run(command: list[str]) -> None:
    """One of PostgreSQL's own programs on our database; the password travels in its environment. Raises Refused."""
    given = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    own = {name: str(given[key]) for name, key in names.items() if given.get(key)}
    try:
        # A program of the system by its name, no shell; every argument is ours.
        done = subprocess.run(  # noqa: S603
            command, env=os.environ | own, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise Refused(f"Thiếu chương trình {command[0]}: cài gói postgresql-client cùng phiên bản máy chủ.") from None
    if done.returncode:
        raise Refused(f"{command[0]} không chạy được: {(done.stderr.strip().splitlines() or ['không rõ'])[-1]}")
