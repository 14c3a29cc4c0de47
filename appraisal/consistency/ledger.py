"""The proof of acknowledged consistency reports: the rows equal the log."""

from collections.abc import Iterator

from appraisal.core.ledger import CHUNK, Sealed, check_sealed
from appraisal.models import Acknowledgement, Justification

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Three queries."""
    yield from check_sealed(digests.VERB_ACKNOWLEDGE, "xác nhận đã rà soát tính thống nhất", _acknowledgements())


def _acknowledgements() -> Iterator[Sealed]:
    words: dict[int, list[Justification]] = {}
    for one in Justification.objects.order_by("pk").iterator(CHUNK):
        words.setdefault(one.acknowledgement_id, []).append(one)
    for row in Acknowledgement.objects.select_related("stage").order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, digests.acknowledgement_digest(row, words.get(row.pk, [])))
