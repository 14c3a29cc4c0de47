"""Test settings of the whole suite: a private VAR_DIR, cheap passwords, no real broker by default."""

import os
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="cchc-test-"))
os.environ.setdefault("SECRET_KEY", "test-key-that-is-long-enough-for-every-check-0123456789")


@pytest.fixture(autouse=True)
def _test_settings(settings, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        },
    }
