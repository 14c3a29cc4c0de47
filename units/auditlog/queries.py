"""Reads of the log as a whole."""

from collections.abc import Iterator

from django.apps import apps

from .models import LogEntry, LogHead


def chain() -> str:
    """The name of this database's chain: the digest of its first entry; "" before there is one."""
    return LogEntry.objects.filter(number=1).values_list("digest", flat=True).first() or ""


def head() -> LogHead | None:
    return LogHead.objects.filter(pk=1).first()


def entries() -> Iterator[LogEntry]:
    """Every entry in the order of the chain, read in pieces."""
    return LogEntry.objects.order_by("number").iterator(2000)


def verb_words() -> dict[str, str]:
    """What people read for every verb of the log: each app names its own (`log_words` of its configuration)."""
    words: dict[str, str] = {}
    for config in apps.get_app_configs():
        words |= getattr(config, "log_words", {})
    return words
