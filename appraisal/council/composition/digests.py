"""What the log takes of a council and of a seat."""

from collections.abc import Iterable

from appraisal.core.digests import moment
from appraisal.models import Council, CouncilPaper, Seat
from cchc_index.lib.canonical import digest

VERB_COMPOSE = "appraisal.compose"
VERB_SEAT = "appraisal.seat"
VERBS = (VERB_COMPOSE, VERB_SEAT)
VERB_PAPER = "appraisal.council_paper"

CouncilFacts = dict[str, object]


def council_facts(council: Council, seats: Iterable[Seat]) -> CouncilFacts:
    """A council as the log keeps it: the digest covers its decision and every seat."""
    decision = [council.round_id, council.number, council.dated, council.issuer, council.note, council.illustrative]
    rows = [[seat.pk, *seat_facts(seat).values()] for seat in sorted(seats, key=lambda seat: seat.pk)]
    return {"number": council.number, "dated": council.dated.isoformat(), "digest": digest([decision, rows])}


def paper_digest(paper: CouncilPaper) -> str:
    """Of the file the SHA-256 alone: what lies in the store is hashed again by the check."""
    decision = [paper.council_id, paper.number, paper.dated]
    stored = [paper.file.name, paper.original_name, paper.content_type, paper.size, paper.digest]
    return digest([*decision, *stored, paper.uploaded_by_id, moment(paper.uploaded_at)])


def seat_facts(seat: Seat) -> CouncilFacts:
    return {
        "kind": seat.kind,
        "name": seat.name,
        "title": seat.title,
        "agency": seat.agency_id,
        "agency_name": seat.agency_name,
        "user": seat.user_id,
        "valid_from": seat.valid_from.isoformat() if seat.valid_from else None,
        "valid_to": seat.valid_to.isoformat() if seat.valid_to else None,
    }
