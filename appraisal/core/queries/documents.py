"""The documents that a unit may send to the council."""

from django.db.models import QuerySet

from selfassess.models import Document
from units.models import Unit


def current_documents(unit: Unit) -> QuerySet[Document]:
    """The newest version of each of the unit's documents, the last uploaded first."""
    return Document.objects.filter(unit=unit, replaced_by=None).order_by("-uploaded_at", "-pk")
