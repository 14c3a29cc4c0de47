"""The proof of questions: every message equals the log."""

from collections.abc import Iterator

from appraisal.core.ledger import CHUNK, Sealed, check_sealed
from appraisal.models import Message

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Three queries."""
    yield from check_sealed(digests.VERB_QUESTION, "câu hỏi của Hội đồng", _messages())


def _messages() -> Iterator[Sealed]:
    papers: dict[int, list[str]] = {}
    links = Message.documents.through.objects.order_by("pk")
    for message, document, sha in links.values_list("message_id", "document_id", "document__digest"):
        papers.setdefault(message, []).append(f"{document}:{sha}")
    for row in Message.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, digests.message_digest(row, papers.get(row.pk, [])))
