"""The published points of an earlier year, for the unit's own page (selfassess.council)."""

from collections.abc import Sequence

from criteria.models import Criterion, RoundGroup
from selfassess.council import Finding
from units.models import Unit

from . import pages
from .models import Publication


def published(round_group: RoundGroup, unit: Unit, criteria: Sequence[Criterion]) -> dict[int, Finding]:
    """What the publication in force says: frozen, whatever the tables say now. One query once its bundle
    has been read."""
    rows = Publication.objects.filter(round=round_group.round_id, state=Publication.State.PUBLISHED)
    publication = rows.defer("bundle").order_by("-published_at", "-pk").first()
    block = pages.book_of(publication).block(round_group.group.code) if publication else None
    if publication is None or block is None:
        return {}
    found = {}
    for criterion in criteria:
        cell = block.cell(unit.code, criterion.code)
        if cell.state in ("scored", "not_applicable"):
            stage = f"Công bố số {publication.number}"
            found[criterion.pk] = Finding(cell.points, cell.state == "not_applicable", stage)
    return found
