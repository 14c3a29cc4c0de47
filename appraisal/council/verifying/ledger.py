"""The proof of verifying agencies and their opinions: the rows equal the log."""

from collections.abc import Iterator

from appraisal.core.ledger import CHUNK, Sealed, check_last, check_sealed
from appraisal.models import VerifyingAgency, VerifyingOpinion

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Four queries."""
    rows = VerifyingAgency.objects.select_related("criterion", "agency").order_by("pk")
    named = {row.pk: (str(row), digests.agency_facts(row)["digest"]) for row in rows}
    yield from check_last((digests.VERB_AGENCY,), "cơ quan kiểm chứng", named)
    yield from check_sealed(digests.VERB_OPINION, "ý kiến kiểm chứng", _opinions())


def _opinions() -> Iterator[Sealed]:
    for row in VerifyingOpinion.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, digests.opinion_digest(row))
