"""The settings file as it is shipped, filled for a test."""

from pathlib import Path

from django.conf import settings

from cchc_index.tests.live_worker import database_url
from deploy import service_files

SECRET = "a-key-of-this-test-alone-0123456789-abcdefghijklmnopqrstuvwxyz"


def filled_example(folder: Path) -> dict[str, str]:
    """The example's settings; filled where they are empty, led to this test's database, broker and folder."""
    given = service_files.environment((service_files.ROOT / "deploy" / "cchc.env.example").read_text())
    mine = {
        "SECRET_KEY": SECRET,
        "LEDGER_KEY": "another-key-of-this-test-alone-0123456789-abcdef",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "CACHE_URL": settings.REDIS_URL,
        "VAR_DIR": str(folder),
    }
    assert mine.keys() <= given.keys()
    return given | mine
