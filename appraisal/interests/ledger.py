"""The proof of declared and withdrawn interests: the rows equal the log."""

from collections.abc import Iterator

from appraisal.core.ledger import CHUNK, Sealed, check_sealed
from appraisal.models import Interest

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Four queries."""
    yield from check_sealed(digests.VERB_DECLARE, "khai báo xung đột lợi ích", _declared())
    yield from check_sealed(digests.VERB_WITHDRAW, "rút khai báo xung đột lợi ích", _withdrawn())


def _declared() -> Iterator[Sealed]:
    for row in Interest.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, digests.interest_digest(row))


def _withdrawn() -> Iterator[Sealed]:
    for row in Interest.objects.exclude(withdrawal_log=None).order_by("withdrawal_log_id").iterator(CHUNK):
        yield Sealed(row.withdrawal_log_id or 0, digests.withdrawal_digest(row))
