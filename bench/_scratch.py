"""The system on a scratch folder: for measurements that roll back what they write; for those that start its services
on a database of its own."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

DEFAULT_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
ROOT = Path(__file__).resolve().parent.parent


def setup() -> None:
    """On the database of DATABASE_URL; without one, on SQLite in the scratch folder."""
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cchc-bench-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
    os.environ.pop("MEDIA_ROOT", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """The address of a new database on this server, dropped afterwards."""
    import psycopg2

    name = f"cchc_peak_{os.getpid()}"
    base, _, _ = server.rpartition("/")

    def run(statement: str) -> None:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f"CREATE DATABASE {name}")
    try:
        yield f"{base}/{name}"
    finally:
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cchc-peak-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_postgres(measure: Callable[[], int]) -> int:
    """The measurement on a new database of the server at DATABASE_URL: 1 when one of its figures does not hold. Without
    such a server it says so and passes."""
    server = os.environ.get("DATABASE_URL") or DEFAULT_SERVER
    if not server.startswith("postgres"):
        print("Bỏ qua: phép đo này cần PostgreSQL, đặt DATABASE_URL=postgres://…")
        return 0
    import psycopg2

    sys.path.insert(0, str(ROOT))
    with scratch_folder() as folder, ExitStack() as stack:
        try:
            address = stack.enter_context(scratch_database(server))
        except psycopg2.OperationalError as error:
            print(f"Bỏ qua: không nối được PostgreSQL ở {server}: {error}")
            return 0
        os.environ |= {"DATABASE_URL": address, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        failed = measure()
        connection.close()
    return 1 if failed else 0
