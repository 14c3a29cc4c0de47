"""A signed decision as the log keeps it."""

from results.models import SignedDecision
from units.auditlog.digests import Facts

VERB_POST, VERB_WITHDRAW = "publication.post_signed", "publication.withdraw_signed"


def signed_facts(row: SignedDecision) -> Facts:
    """Who posted and who withdrew are the actors of the entries."""
    return {
        "publication": row.publication_id,
        "name": row.original_name,
        "digest": row.digest,
        "seen": row.seen,
        "reading": row.reading,
        "withdrawn": row.withdrawn_at is not None,
        "reason": row.withdrawal_reason,
    }
