"""Who sits on the council of a round, who prepares and conducts its meetings, and who may vote on what."""

from collections.abc import Iterable

from django.db.models import QuerySet

from appraisal.models import SINGLE_SEATS, AgendaItem, Council, Interest, Meeting, Seat
from appraisal.models.council import VOTING_SEATS, SeatQuerySet
from units import queries as unit_queries
from units import rules as people
from units.models import Membership, Unit, User

Barred = dict[int, frozenset[int]]
"""By seat, the units whose matters its holder never votes on."""
LEADING = (Seat.Kind.CHAIR, Seat.Kind.VICE_CHAIR)


def may_compose(user: people.AnyUser) -> bool:
    """Who writes the council's decision and its seats down."""
    return people.is_index_manager(user)


def seats_of(user: people.AnyUser, council: Council) -> SeatQuerySet:
    """The seats that the person holds today."""
    held = Seat.objects.in_force().filter(council=council)
    return held.filter(user=user.pk) if isinstance(user, User) and user.is_active else held.none()


def kinds_of(user: people.AnyUser, council: Council) -> frozenset[str]:
    """As what the person sits in the council; one query."""
    return frozenset(seats_of(user, council).values_list("kind", flat=True))


def reads_councils(user: people.AnyUser) -> bool:
    """Who reads of every council: managers, observers and members."""
    return people.is_index_manager(user) or people.is_observer(user) or people.is_council_member(user)


def reads_council(user: people.AnyUser, council: Council) -> bool:
    """Who reads composition, agenda and votes: they, and whoever holds a seat."""
    return reads_councils(user) or bool(kinds_of(user, council))


def sees_board(user: people.AnyUser, council: Council) -> bool:
    """Who sees the ranking of a meeting before anything is published: managers, observers, and whoever holds a seat."""
    return people.is_index_manager(user) or people.is_observer(user) or bool(kinds_of(user, council))


def surveys_before(user: people.AnyUser) -> QuerySet[AgendaItem]:
    """The survey tables that the person shall approve: those on an agenda of a council in which the person votes, or
    writes the conclusion as its secretary. The working group helps with the cells and approves nothing."""
    rows = AgendaItem.objects.filter(kind=AgendaItem.Kind.SURVEY).order_by("pk")
    if not isinstance(user, User) or not user.is_active:
        return rows.none()
    seats = Seat.objects.in_force().filter(user=user.pk, kind__in=[*VOTING_SEATS, Seat.Kind.SECRETARY])
    return rows.filter(meeting__council__in=seats.order_by().values("council"))


def closed_answers(user: people.AnyUser) -> set[int]:
    """The units of whose survey the holder of a seat reads the points alone: those they never vote on."""
    held = Seat.objects.in_force().filter(user=user.pk) if isinstance(user, User) else Seat.objects.none()
    return {unit for units in barred_units(held).values() for unit in units}


def surveys_seen(user: people.AnyUser, items: Iterable[AgendaItem]) -> set[int]:
    """Of these items, those whose survey table the person reads: by a role, or because it is to be approved."""
    ids = {item.pk for item in items if item.kind == AgendaItem.Kind.SURVEY}
    if not ids or people.reads_surveys(user):
        return ids
    return set(surveys_before(user).filter(pk__in=ids).values_list("pk", flat=True))


def councils_visible_to(user: people.AnyUser) -> QuerySet[Council]:
    """`reads_council` as a queryset."""
    rows = Council.objects.select_related("round").order_by("round__year")
    if reads_councils(user):
        return rows
    if not isinstance(user, User) or not user.is_active:
        return rows.none()
    return rows.filter(pk__in=Seat.objects.in_force().filter(user=user).order_by().values("council"))


def meetings_visible_to(user: people.AnyUser) -> QuerySet[Meeting]:
    """The meetings of the councils that the person reads."""
    councils = councils_visible_to(user).order_by()
    rows = Meeting.objects.select_related("council__round", "presiding", "secretary")
    return rows.filter(council__in=councils.values("pk")).order_by("council", "number")


def may_conduct(user: people.AnyUser, council: Council) -> bool:
    """Who prepares the agenda, notes attendance and votes, and writes the conclusion: the index manager, the secretary,
    and whoever may preside."""
    return people.is_index_manager(user) or bool(kinds_of(user, council) & {*LEADING, Seat.Kind.SECRETARY})


def is_single(kind: str) -> bool:
    """A seat that one person holds at a time."""
    return kind in SINGLE_SEATS


def barred_units(seats: Iterable[Seat]) -> Barred:
    """What `reach.closed_units` says, for many seats at once: the units of the seat's agency and of every role of its
    holder, those of standing interests, and whatever these came from or became. At most three queries."""
    rows = list(seats)
    holders = {seat.user_id for seat in rows if seat.user_id}
    own: dict[int, set[int]] = {}
    held = Membership.objects.in_force().filter(user__in=holders, unit__isnull=False).order_by()
    for user, unit in held.values_list("user_id", "unit_id"):
        own.setdefault(user, set()).add(unit or 0)
    declared = Interest.objects.filter(member__in=holders, withdrawn_at=None).order_by()
    for user, unit in declared.values_list("member_id", "unit_id"):
        own.setdefault(user, set()).add(unit)
    by_seat = {seat.pk: {*own.get(seat.user_id or 0, ()), seat.agency_id or 0} - {0} for seat in rows}
    lines = unit_queries.lines_of(unit for units in by_seat.values() for unit in units)
    return {pk: frozenset[int]().union(*(lines[unit] for unit in units)) for pk, units in by_seat.items()}


def may_vote(seat: Seat, unit: Unit | None, barred: Barred) -> bool:
    """Nobody votes on their own unit; the secretary and the working group do not vote."""
    return seat.votes and (unit is None or unit.pk not in barred.get(seat.pk, frozenset()))
