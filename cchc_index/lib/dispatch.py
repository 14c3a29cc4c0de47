"""Sending work to Celery by task name, after commit: an app can ask without importing who answers."""

import logging
from time import monotonic

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

SPARED = 5.0
"""Seconds for which a process asks nothing of a broker that did not answer: whoever sends ten messages waits once."""
_down_until = 0.0


def send_after_commit(task: str, *args: object) -> None:
    """Queue `task(*args)` once the transaction is in. A dead broker loses nothing: the row that
    asked for the work stays in the database and the sweeper (`results.requeue`) finds it."""
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[object, ...]) -> None:
    global _down_until
    if monotonic() < _down_until:
        return
    try:
        current_app.send_task(task, args=args, retry=False)
    except Exception:  # any broker failure: the sweeper is the fallback
        _down_until = monotonic() + SPARED
        log.warning("Không gửi được việc %s; bộ quét sẽ gửi lại.", task, exc_info=True)
