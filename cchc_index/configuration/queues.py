"""The queue and the cache: a Redis each, or the embedded default's folder and memory."""

from pathlib import Path


def caches(url: str) -> dict[str, dict[str, object]]:
    """CACHES, for a Redis at `url`; without one the memory of each process."""
    if not url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    options = {
        # Not Django's own serializer: it is pickle, which runs what it reads.
        "serializer": "cchc_index.lib.plain_cache.PlainSerializer",
        "socket_timeout": 1,  # without the cache a page is slower, not for long
        **({} if url.startswith("unix://") else {"socket_connect_timeout": 0.5}),
    }
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "OPTIONS": options}}


def broker(url: str, folder: Path) -> tuple[str, dict[str, object]]:
    """Celery's address of the queue and how it is spoken to; without `url` a queue of files in `folder`, which is
    made."""
    if url:
        # Who sends tries once: a page does not wait for a dead broker, the sweeper sends again. A worker has patience
        # of its own.
        patience: dict[str, object] = {
            "visibility_timeout": 3600,
            "max_retries": 0,
            "socket_connect_timeout": 0.5,
            "socket_timeout": 5,
        }
        return as_celery_writes_it(url), patience
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return "filesystem://localhost//", {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }


def as_celery_writes_it(url: str) -> str:
    """redis-py and Celery name a socket differently: unix://:password@/run/redis.sock?db=1 is
    redis+socket://:password@/run/redis.sock?virtual_host=1 there."""
    if not url.startswith("unix://"):
        return url
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
