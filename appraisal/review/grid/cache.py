"""What is kept between two looks, in the cache. Without the cache everything is read: slower, never wrong."""

from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

SECONDS = 7 * 24 * 3600


def get(key: str) -> object:
    try:
        return cache.get(key)
    except RedisError:
        return None


def put(key: str, value: object) -> None:
    with suppress(RedisError):
        cache.set(key, value, SECONDS)
