"""What the log takes of a draft and of a sending."""

from collections.abc import Iterable

from appraisal.core.digests import entry_digest, moment
from appraisal.models import AppraisalEntry, ReplyDraft, ReplyReceipt
from cchc_index.lib.canonical import digest

VERB_DRAFT = "appraisal.draft_reply"
VERB_SEND = "appraisal.send_replies"


def draft_facts(draft: ReplyDraft, document_ids: Iterable[int]) -> dict[str, object]:
    """A draft as the log keeps it."""
    return {
        "answer": draft.answer,
        "comment": draft.comment,
        "documents": sorted(document_ids),
        "version": draft.version,
    }


def receipt_number(receipt: ReplyReceipt, turn: int) -> str:
    """GT-2024-SO-SNV-0001: unique because a unit's code is unique in its block and `turn` counts its sendings."""
    block = receipt.round_group
    return f"GT-{block.round.year}-{block.group.code.upper()}-{receipt.unit.code}-{turn:04d}"


def receipt_digest(receipt: ReplyReceipt, entries: Iterable[AppraisalEntry]) -> str:
    """Over number, instant, sender and every answer with its words and files; entries with their documents read."""
    answers = [
        entry_digest(entry, entry.appraisal, [f"{paper.pk}:{paper.digest}" for paper in entry.documents.all()])
        for entry in entries
    ]
    return digest([receipt.number, moment(receipt.sent_at), receipt.sent_by_id, answers])
