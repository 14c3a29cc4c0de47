"""How the system is."""

import asyncio
import threading
import time
from collections.abc import Sequence

from asgiref.sync import async_to_sync
from health_check.base import HealthCheckResult

from .checks import CHECKS, Check

SECONDS = 5.0
"""So long an answer is given again: whoever asks a hundred times a second costs the services nothing."""

_lock = threading.Lock()
_last: dict[tuple[type[Check], ...], tuple[float, list[HealthCheckResult]]] = {}


def look(checks: Sequence[type[Check]] = CHECKS) -> list[HealthCheckResult]:
    """The results of the checks, in their order, made now."""

    async def all_of_them() -> list[HealthCheckResult]:
        return list(await asyncio.gather(*(check().get_result() for check in checks)))

    results: list[HealthCheckResult] = async_to_sync(all_of_them)()
    return results


def looked(checks: tuple[type[Check], ...] = CHECKS) -> list[HealthCheckResult]:
    """As `look`, or as this process found it within the last SECONDS."""
    with _lock:
        at, results = _last.get(checks, (0.0, []))
        if not results or time.monotonic() - at > SECONDS:
            results = look(checks)
            _last[checks] = (time.monotonic(), results)
        return results
