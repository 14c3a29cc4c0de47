"""How much of its room a unit has used. A file shared by two versions counts once."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Sum

from .models import Document


@dataclass(frozen=True, slots=True)
class Used:
    documents: int
    size: int

    @property
    def quota(self) -> int:
        return int(settings.EVIDENCE_QUOTA_BYTES)

    @property
    def most_documents(self) -> int:
        return int(settings.EVIDENCE_MAX_DOCUMENTS)


def used(unit_id: int) -> Used:
    """Files and bytes kept for the unit, old versions included; one query."""
    files = Document.objects.filter(unit=unit_id).order_by().values("file", "size").distinct()
    found = files.aggregate(documents=Count("file"), bytes=Sum("size"))
    return Used(found["documents"], int(found["bytes"] or 0))
