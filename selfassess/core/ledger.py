"""The log read for a proof."""

from collections.abc import Iterator

from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

CHUNK = 2000


def logged(*verbs: str) -> Iterator[tuple[LogEntry, Facts]]:
    """Entries of these verbs in the order of the chain, each with what it says stood afterwards."""
    for entry in LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(CHUNK):
        yield entry, entry.after if isinstance(entry.after, dict) else {}
