"""The proof of councils: decision and seats equal what the log last said of them."""

from collections.abc import Iterator

from appraisal.core.ledger import check_last
from appraisal.models import Council, Seat

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Three queries."""
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.order_by("pk"):
        seats.setdefault(seat.council_id, []).append(seat)
    rows = {
        council.pk: (str(council), digests.council_facts(council, seats.get(council.pk, []))["digest"])
        for council in Council.objects.select_related("round").order_by("pk")
    }
    yield from check_last(digests.VERBS, "thành phần", rows)
