"""A document as the log keeps it."""

from typing import Any

from selfassess.models import Document


def document_facts(document: Document) -> dict[str, Any]:
    """A document as the log keeps it."""
    return {
        "number": document.number,
        "file": document.original_name,
        "digest": document.digest,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "issuer": document.issuer,
        "abstract": document.abstract,
    }
