"""The proof of what units declared: assessments, scores and evidence equal what the log says.

The log is chained with a key outside the database (units/auditlog/digests.py), so a row edited, removed or invented
by its owner differs from the log. Each feature proves its own rows; here they are asked one after the other.
"""

from collections.abc import Iterator

from .documents import ledger as documents
from .evidence import ledger as evidence
from .exchange import ledger as exchange
from .lifecycle import ledger as lifecycle
from .offices import ledger as offices
from .roundpapers import ledger as roundpapers
from .scores import ledger as scores


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break between rows, files and log; none when all agree. Streams with
    the same number of queries whatever the size; `files` False leaves the stored bytes unread."""
    yield from lifecycle.check_assessments()
    yield from scores.check()
    yield from lifecycle.check_receipts()
    yield from documents.check(files=files)
    yield from evidence.check()
    yield from offices.check()
    yield from exchange.check()
    yield from roundpapers.check(files=files)
