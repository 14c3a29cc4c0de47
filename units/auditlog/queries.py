"""Reads of the log as a whole."""

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps

from cchc_index.lib.prepared import Prepared

from . import anchors
from .digests import ROW_MARKS, VERB_BEGIN, VERB_STORE
from .models import LogEntry, LogHead


def chain() -> str:
    """The name of this database's chain: the digest of its first entry; "" before there is one."""
    return LogEntry.objects.filter(number=1).values_list("digest", flat=True).first() or ""


def head() -> LogHead | None:
    return LogHead.objects.filter(pk=1).first()


class LogPlace(NamedTuple):
    """How far the log went at a moment; everything that stood in it then had a number up to this one, and every later
    step has a higher one, for its writers wait for each other."""

    number: int
    digest: str


def log_place() -> LogPlace:
    """Where the log ends now; one query."""
    return LogPlace(*next(iter(_HEAD.rows()), (0, "")))


def holds(place: LogPlace) -> bool:
    """Whether the log still has what it ended with then: not after a restored backup; one query."""
    return _DIGEST.rows(number=place.number) == [(place.digest,)]


_HEAD = Prepared(lambda: LogHead.objects.filter(pk=1).values_list("count", "digest"))
_DIGEST = Prepared(lambda number: LogEntry.objects.filter(number=number).order_by().values_list("digest"))


def mark_of(object_type: str, object_id: int, verb: str) -> str:
    """The mark of the last entry of this verb for this object, as people keep it; "" for none."""
    rows = LogEntry.objects.filter(object_type=object_type, object_id=str(object_id), verb=verb).order_by("-number")
    found = rows.values_list("number", "digest").first()
    return anchors.mark(*found) if found else ""


def known_store() -> str:
    """The name in the mark of the store that is ours; "" before there is one."""
    noted = LogEntry.objects.filter(verb=VERB_STORE).order_by("-number").values_list("after", flat=True).first()
    return str((noted or {}).get("mark", ""))


def entries() -> Iterator[LogEntry]:
    """Every entry in the order of the chain, read in pieces."""
    return LogEntry.objects.order_by("number").iterator(2000)


RowMarks = dict[str, dict[str, str | None]]
"""By kind and key."""


def row_marks() -> tuple[RowMarks, set[str]]:
    """The last mark of every row that the log knows, and the kinds whose earlier rows were taken on trust: of these
    it knows all. One query."""
    said: RowMarks = {}
    begun: set[str] = set()
    logged = LogEntry.objects.filter(after__has_key=ROW_MARKS).order_by("number").values_list("verb", "after")
    for verb, after in logged.iterator(2000):
        for kind, marks in (after or {}).get(ROW_MARKS, {}).items():
            said.setdefault(kind, {}).update(marks)
            if verb == VERB_BEGIN:
                begun.add(kind)
    return said, begun


def verb_words() -> dict[str, str]:
    """What people read for every verb of the log: each app names its own (`log_words` of its configuration)."""
    words: dict[str, str] = {}
    for config in apps.get_app_configs():
        words |= getattr(config, "log_words", {})
    return words
