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
    }
