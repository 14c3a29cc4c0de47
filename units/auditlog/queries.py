"""Reads of the log as a whole."""

from collections.abc import Iterator

from .models import LogEntry, LogHead


def chain() -> str:
    """The name of this database's chain: the digest of its first entry; "" before there is one."""
    return LogEntry.objects.filter(number=1).values_list("digest", flat=True).first() or ""


def head() -> LogHead | None:
    return LogHead.objects.filter(pk=1).first()


def entries() -> Iterator[LogEntry]:
    """Every entry in the order of the chain, read in pieces."""
    return LogEntry.objects.order_by("number").iterator(2000)
