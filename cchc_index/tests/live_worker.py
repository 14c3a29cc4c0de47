"""A real Celery worker on the test database, for the tests marked `services`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection


def database_url() -> str:
    part = connection.settings_dict
    password = f":{part['PASSWORD']}" if part["PASSWORD"] else ""
    return f"postgres://{part['USER']}{password}@{part['HOST']}:{part['PORT']}/{part['NAME']}"


def start_worker() -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
    environment["MEDIA_ROOT"] = str(default_storage.path(""))
    command = [sys.executable, "-m", "celery", "-A", "cchc_index", "worker", "-P", "solo", "--loglevel", "WARNING"]
    return subprocess.Popen(command, env=environment, start_new_session=True)


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    process = start_worker()
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)
