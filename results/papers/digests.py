"""Typed passages and recommendations as the log keeps them, and what a paper was made of."""

from cchc_index.lib.canonical import digest
from results.models import PaperText, Recommendation
from units.auditlog.digests import Facts

VERB_TEXT = "papertext.save"
VERB_ADD, VERB_CHANGE, VERB_REMOVE = "recommendation.add", "recommendation.change", "recommendation.remove"


def text_facts(text: PaperText) -> Facts:
    return {"round": text.round_id, "slot": text.slot, "text": text.text, "version": text.version}


def recommendation_facts(row: Recommendation) -> Facts:
    return {
        "round": row.round_id,
        "text": row.text,
        "owner": row.owner,
        "due": row.due.isoformat() if row.due else None,
        "state": row.state,
        "outcome": row.outcome,
        "version": row.version,
    }


def content_mark(parts: object) -> str:
    """SHA-256 of everything that a paper is made of, hexadecimal."""
    return digest(parts)
