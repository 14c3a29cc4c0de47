"""The whole proof that `check_ledger` prints: the log's chain and its outside marks, then each app's own."""

from collections.abc import Iterator

from appraisal import ledger as appraisal
from criteria import ledger as criteria
from results import ledger as results
from selfassess import ledger as selfassess
from surveys import ledger as surveys
from units import anchors
from units import ledger as log
from units.models import LogEntry, LogHead


def check(head: LogHead | None, marks: list[anchors.Anchor], files: bool) -> Iterator[str]:
    """Vietnamese sentences for everything that is not as the log and the outside marks say. `files`: read
    the stored files too."""
    entries = LogEntry.objects.order_by("number").iterator(2000)
    yield from log.check(entries, head, marks)
    yield from log.check_people()
    yield from criteria.check()
    yield from selfassess.check(files=files)
    yield from surveys.check(files=files)
    yield from appraisal.check()
    yield from results.check()
