"""A piece of evidence as the log keeps it."""

from typing import Any

from selfassess.models import Evidence


def evidence_facts(evidence: Evidence) -> dict[str, Any]:
    """What the log says about a piece of evidence."""
    place = {"page": evidence.page, "section": evidence.section}
    return {"score": evidence.score_id, "document": evidence.document_id, **place}
