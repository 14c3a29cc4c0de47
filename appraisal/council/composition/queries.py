"""Reads of a council and its seats."""

from dataclasses import dataclass

from django.db.models import QuerySet

from appraisal.models import Council, CouncilPaper, Meeting, Seat, SilenceRule
from cchc_index.lib import clock
from criteria.models import Round
from units.models import UNITS_BY_NAME, Unit, User


@dataclass(frozen=True)
class SeatLine:
    """A seat as the page shows it."""

    seat: Seat
    in_force: bool


def council_of(round_id: int) -> Council | None:
    return Council.objects.select_related("round").filter(round=round_id).first()


def papers(council: Council) -> list[CouncilPaper]:
    """The files of its decisions, the newest first; one query."""
    return list(council.papers.select_related("uploaded_by").order_by("-pk"))


def seat_lines(council: Council) -> list[SeatLine]:
    """Every seat, the chair first, those in force before others; one query."""
    order = list(Seat.Kind.values)
    today = clock.today()
    rows = council.seats.select_related("agency", "user").order_by("pk")
    lines = [SeatLine(seat, _holds(seat, today)) for seat in rows]
    return sorted(lines, key=lambda line: (not line.in_force, order.index(line.seat.kind), line.seat.pk))


def meetings(council: Council) -> list[Meeting]:
    """Its meetings and written consents, the newest first."""
    return list(council.meetings.order_by("-number"))


def silence_of(round_id: int) -> SilenceRule | None:
    """What silence means in the round, where it was stated."""
    return SilenceRule.objects.filter(round=round_id).first()


def _holds(seat: Seat, today: object) -> bool:
    begun = seat.valid_from is None or seat.valid_from <= today  # type: ignore[operator]
    return begun and (seat.valid_to is None or seat.valid_to >= today)  # type: ignore[operator]


def agencies() -> QuerySet[Unit]:
    """Every unit a member may come from."""
    return Unit.objects.select_related("group").order_by(*UNITS_BY_NAME, "pk")


def accounts() -> QuerySet[User]:
    """Every open account that may be tied to a seat."""
    return User.objects.filter(is_active=True).order_by("full_name", "username")


def round_of_year(year: int) -> QuerySet[Round]:
    return Round.objects.filter(year=year)
