"""One clock: a machine whose clock is not the database's would accept what another refuses, so it decides nothing."""

import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from . import clock

FAR = timedelta(seconds=2)
"""Deadlines are told to the second."""
SECONDS = 30.0
SENTENCE = (
    "Đồng hồ của máy chủ này đang lệch giờ nên chưa nhận nội dung nào. Nội dung đã nhập còn nguyên: bấm “Gửi lại” sau "
    "ít phút; nếu vẫn vậy thì báo người quản trị hệ thống."
)
_lock = threading.Lock()
_last: tuple[float, bool] | None = None


def measured() -> timedelta:
    """How far this machine is from the database's clock at least: a slow answer is no wrong clock. Nothing on SQLite,
    whose clock is this machine's. Raises DatabaseError when the database does not answer."""
    if connection.vendor != "postgresql":
        return timedelta()
    with connection.cursor() as cursor:
        before = clock.now()
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return outside(there, before, clock.now())


def outside(moment: datetime, before: datetime, after: datetime) -> timedelta:
    """How far a moment lies outside of a span."""
    return max(before - moment, moment - after, timedelta())


def is_far() -> bool:
    """Whether this machine must not decide, where GUARD_CLOCK is on; asked of the database twice a minute."""
    global _last
    if not settings.GUARD_CLOCK:
        return False
    with _lock:
        if _last is None or time.monotonic() - _last[0] > SECONDS:
            _last = time.monotonic(), measured() > FAR
        return _last[1]


def forget() -> None:
    """Ask the database again the next time."""
    global _last
    _last = None
