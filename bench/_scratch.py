"""The system on a scratch folder, for measurements that roll back what they write."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

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
