"""The keys of an installation."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LEDGER_KEY_LENGTH = 32


def secret_key(given: str, own: Path, *, production: bool) -> str:
    """The key that signs sessions: as given, else made once and kept in the file `own`. Raises ImproperlyConfigured."""
    if given:
        return given
    if production:
        raise ImproperlyConfigured("Thiếu SECRET_KEY: đặt biến môi trường SECRET_KEY (ít nhất 50 ký tự).")
    return kept_secret(own)


def kept_secret(path: Path) -> str:
    """What the file holds; made first when missing. Two processes that start together agree on one key: it
    appears whole, under a name that only one of them can take."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()


def ledger_key(given: str, secret: str, *, production: bool) -> str:
    """The key that seals the log's chain; kept apart from `secret` so that sessions can be reset without breaking old
    seals. Outside production an empty one means "not given". Raises ImproperlyConfigured."""
    given = given.strip()
    if not production:
        return given or secret
    make = "tạo khóa bằng: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not given:
        raise ImproperlyConfigured(f"Thiếu LEDGER_KEY, khóa niêm nhật ký: {make}, giữ một bản ngoài máy chủ.")
    if len(given) < LEDGER_KEY_LENGTH:
        raise ImproperlyConfigured(f"LEDGER_KEY ngắn quá, cần ít nhất {LEDGER_KEY_LENGTH} ký tự: {make}.")
    if given == secret:
        raise ImproperlyConfigured(f"LEDGER_KEY phải khác SECRET_KEY, để đổi khóa này không hỏng khóa kia: {make}.")
    return given
