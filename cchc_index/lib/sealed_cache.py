"""What is kept between two looks, in the cache. Without the cache everything is read: slower, never wrong.

Pages show what is kept here as their own markup, so it is sealed with SECRET_KEY and with its key: who writes into
Redis can neither put words on a page nor move one person's page to another.
"""

import hashlib
import json
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.exceptions import RedisError

SECONDS = 7 * 24 * 3600
SEAL_LENGTH = 64


def is_shared() -> bool:
    """Whether other processes see what this one keeps."""
    return bool(settings.CACHE_URL)


def get(key: str) -> Any:
    """What was put under `key`, as JSON reads it; None when nothing was, or not by this installation."""
    try:
        stored = cache.get(key)
    except RedisError:
        return None
    if not isinstance(stored, str):
        return None
    seal, text = stored[:SEAL_LENGTH], stored[SEAL_LENGTH:]
    return json.loads(text) if constant_time_compare(seal, _seal(key, text)) else None


def put(key: str, value: object, seconds: float = SECONDS) -> None:
    """Keep `value`: texts, numbers, truth values, lists of these, or of these by name."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    with suppress(RedisError):
        cache.set(key, _seal(key, text) + text, seconds)


def mark_of(*parts: object) -> str:
    """One short text for all that something kept depends on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _seal(key: str, text: str) -> str:
    return salted_hmac(f"sealed-cache:{key}", text, algorithm="sha256").hexdigest()
