"""Time in Hà Nội. Deadlines are instants, half open: closing at 17:00 refuses 17:00:00."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


_moved: ContextVar[datetime | None] = ContextVar("moved clock", default=None)
_arrived: ContextVar[datetime | None] = ContextVar("arrival of the request in hand", default=None)


def now() -> datetime:
    """The current instant (aware); the only clock that rules and actions read."""
    return _moved.get() or timezone.now()


def arrived() -> datetime:
    """When the request in hand came in: deadlines count by it, however long the request waited for a thread or a lock.
    Outside of requests it is now."""
    return _arrived.get() or now()


@contextmanager
def arriving(moment: datetime) -> Iterator[None]:
    """The request that is handled within came in at `moment`."""
    token = _arrived.set(moment)
    try:
        yield
    finally:
        _arrived.reset(token)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let rules and actions of this thread see `moment` as now: for the demonstration year and tests."""
    token, waiting = _moved.set(moment), _arrived.set(None)
    try:
        yield
    finally:
        _arrived.reset(waiting)
        _moved.reset(token)


def hanoi(moment: datetime) -> datetime:
    """The same instant on the clock of Hà Nội."""
    return moment.astimezone(HANOI)


def in_words(moment: datetime, *, seconds: bool = False) -> str:
    """An instant as sentences name it, on the clock of Hà Nội: 17:00 ngày 29/03/2025."""
    return f"{hanoi(moment):{'%H:%M:%S' if seconds else '%H:%M'} ngày %d/%m/%Y}"


def today() -> date:
    """Today's date in Hà Nội."""
    return hanoi(now()).date()


def is_open(opens: datetime | None, closes: datetime | None, at: datetime) -> bool:
    """Whether `at` lies in [opens, closes); a missing edge is no limit."""
    return (opens is None or opens <= at) and (closes is None or at < closes)
