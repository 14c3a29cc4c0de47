"""The proof of replies: a draft equals its last entry in the log, a receipt the answers that it certifies."""

from collections.abc import Iterator

from django.db.models import Prefetch

from appraisal.core.ledger import CHUNK, Sealed, check_sealed
from appraisal.models import AppraisalEntry, ReplyDraft, ReplyReceipt
from units.auditlog.models import LogEntry

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. A fixed number of queries per 2,000 rows."""
    yield from _check_drafts()
    yield from check_sealed(digests.VERB_SEND, "biên nhận giải trình", _receipts())


def _check_drafts() -> Iterator[str]:
    last = {}
    for entry in LogEntry.objects.filter(verb=digests.VERB_DRAFT).order_by("number").iterator(CHUNK):
        last[entry.object_id] = entry
    rows = ReplyDraft.objects.select_related("appraisal__unit", "appraisal__criterion").prefetch_related("documents")
    for draft in rows.order_by("pk").iterator(CHUNK):
        said = last.pop(str(draft.appraisal_id), None)
        facts = digests.draft_facts(draft, [paper.pk for paper in draft.documents.all()])
        if said is None or (said.after, said.actor_id, said.pk) != (facts, draft.updated_by_id, draft.log_id):
            place = f"{draft.appraisal.criterion.code} của {draft.appraisal.unit}"
            yield f"Dự thảo giải trình {place}: khác với lần ghi cuối trong nhật ký."
    for pk in sorted(last):
        yield f"Dự thảo giải trình của kết quả thẩm định số {pk} có trong nhật ký nhưng không còn."


def _receipts() -> Iterator[Sealed]:
    answers = AppraisalEntry.objects.select_related("appraisal", "stage").prefetch_related("documents")
    found = Prefetch("entries", answers.order_by("appraisal", "sequence"))
    for receipt in ReplyReceipt.objects.prefetch_related(found).order_by("log_id").iterator(CHUNK):
        yield Sealed(receipt.log_id, digests.receipt_digest(receipt, receipt.entries.all()))
