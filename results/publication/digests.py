"""A publication as the log keeps it."""

from criteria.digests import instant
from results.models import Publication
from units.auditlog.digests import Facts


def publication_facts(publication: Publication) -> Facts:
    """A publication as the log keeps it."""
    published = publication.published_at
    return {
        "state": publication.state,
        "number": publication.number,
        "digest": publication.digest,
        "round": publication.round_id,
        "dated": publication.dated.isoformat(),
        "errata": publication.errata,
        "supersedes": publication.supersedes_id,
        "proposed_at": instant(publication.proposed_at),
        "published_at": instant(published) if published else None,
        "open_gates": publication.open_gates,
        "proposer_reason": publication.proposer_reason,
        "approver_reason": publication.approver_reason,
        "archives": publication.archives,
        "recall_reason": publication.recall_reason,
        "recall_proposed_by": publication.recall_proposed_by_id,
        "recalled_by": publication.recalled_by_id,
        "recalled_at": instant(publication.recalled_at) if publication.recalled_at else None,
    }
