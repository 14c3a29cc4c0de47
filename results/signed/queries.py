"""The signed decision that stands beside a publication, and its file as long as it is what was posted."""

import hashlib
from collections.abc import Iterable

from results.models import Publication, SignedDecision


def standing(publication: Publication) -> SignedDecision | None:
    """The signed decision of a publication; one query."""
    return standing_of([publication.pk]).get(publication.pk)


def standing_of(publications: Iterable[int]) -> dict[int, SignedDecision]:
    """Publication → its signed decision, where there is one; one query."""
    rows = SignedDecision.objects.filter(publication__in=list(publications), withdrawn_at=None)
    return {row.publication_id: row for row in rows.select_related("posted_by", "publication__round")}


def whole(row: SignedDecision) -> bytes | None:
    """The file, when it is still the one that was posted; None for one that is gone or was changed. Raises
    OSError where the store does not answer."""
    try:
        with row.file.open("rb") as stored:
            data: bytes = stored.read()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == row.digest else None
