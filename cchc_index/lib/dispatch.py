"""Sending work to Celery by task name, after commit: an app can ask without importing who answers."""

import logging
import threading
from time import monotonic

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

SPARED = 5.0
"""Seconds for which a process asks nothing of a broker that did not answer: whoever sends ten messages waits once."""
_down_until = 0.0
BREATH = 2.0
"""Seconds within which the same message is not sent twice."""
_lock = threading.Lock()
_rests: dict[tuple[object, ...], float] = {}


def send_after_commit(task: str, *args: object) -> None:
    """Queue `task(*args)` once the transaction is in. A dead broker loses nothing: the row that
    asked for the work stays in the database and the sweeper (`results.requeue`) finds it."""
    transaction.on_commit(lambda: _send(task, args))


def _pause(message: tuple[object, ...]) -> float | None:
    """How long the worker lets a message rest: not at all the first one; the next within BREATH of it for the rest of
    that time; None for all that come while one rests, which speaks for them too. In the last minutes before a deadline
    a block is computed once in BREATH and process instead of with each submission."""
    now = monotonic()
    with _lock:
        for known in [known for known, until in _rests.items() if until <= now]:
            del _rests[known]
        until = _rests.get(message, 0.0)
        if until > now + BREATH:  # one rests already: its time is at the end of the second BREATH
            return None
        _rests[message] = (until or now) + BREATH
        return max(until - now, 0.0)


def _send(task: str, args: tuple[object, ...]) -> None:
    global _down_until
    if monotonic() < _down_until or (wait := _pause((task, *args))) is None:
        return
    try:
        current_app.send_task(task, args=args, retry=False, countdown=wait or None)
    except Exception:  # any broker failure: the sweeper is the fallback
        _down_until = monotonic() + SPARED
        log.warning("Không gửi được việc %s; bộ quét sẽ gửi lại.", task, exc_info=True)
