"""Documents that a unit sends to the council with a reply or an answer."""

from collections.abc import Iterable

from cchc_index.lib.faults import Refused
from selfassess.models import Document


def unit_documents(unit_id: int, document_ids: Iterable[int]) -> tuple[Document, ...]:
    """The documents of those keys, all of them the unit's own. Raises Refused."""
    wanted = set(document_ids)
    found = tuple(Document.objects.filter(pk__in=wanted, unit=unit_id).order_by("pk"))
    if len(found) != len(wanted):
        raise Refused("Có tài liệu không thuộc kho tài liệu của đơn vị: hãy chọn lại.")
    return found
