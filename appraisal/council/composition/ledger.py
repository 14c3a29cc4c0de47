"""The proof of councils: decision and seats equal what the log last said of them."""

from collections.abc import Iterator

from appraisal.core.ledger import CHUNK, Sealed, check_last, check_sealed
from appraisal.models import Council, CouncilPaper, Seat
from cchc_index.lib.whole import file_faults

from . import digests


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. A fixed number of queries; `files` False leaves the
    stored files unread."""
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.order_by("pk"):
        seats.setdefault(seat.council_id, []).append(seat)
    rows = {
        council.pk: (str(council), digests.council_facts(council, seats.get(council.pk, []))["digest"])
        for council in Council.objects.select_related("round").order_by("pk")
    }
    yield from check_last(digests.VERBS, "thành phần", rows)
    yield from check_sealed(digests.VERB_PAPER, "tệp quyết định thành lập Hội đồng", _papers())
    if files:
        yield from _check_files()


def _papers() -> Iterator[Sealed]:
    for paper in CouncilPaper.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(paper.log_id, digests.paper_digest(paper))


def _check_files() -> Iterator[str]:
    for paper in CouncilPaper.objects.order_by("pk").iterator(CHUNK):
        fault = f"{paper}: tệp {paper.file.name} không còn trong kho hoặc đã bị sửa."
        yield from file_faults(paper.file, paper.digest, fault)
