"""Reads of meetings: who votes, who is there, the agenda with its votes, what was approved."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from appraisal.models import AgendaItem, Attendance, Council, Meeting, Seat
from appraisal.models.council import SeatQuerySet
from appraisal.rules import seats as seat_rules
from cchc_index.lib import clock
from criteria.models import RoundGroup
from units.rules import AnyUser

from . import digests

_ITEM = ("round_group__group", "round_group__round", "unit", "criterion", "reason", "concluded_by")


def has_council(round_id: int) -> bool:
    """Whether the round is decided by a council that has been written down."""
    return Council.objects.filter(round=round_id).exists()


def last_concluded(block: RoundGroup) -> dict[str, AgendaItem]:
    """{kind: the item of this kind that was concluded last} of survey and ranking; one query."""
    rows = AgendaItem.objects.filter(
        round_group=block,
        kind__in=[AgendaItem.Kind.SURVEY, AgendaItem.Kind.RANKING],
        state__in=[AgendaItem.State.PASSED, AgendaItem.State.REJECTED],
    )
    return {row.kind: row for row in rows.order_by("concluded_at", "pk")}


def electorate(council: Council, day: date | None = None) -> list[Seat]:
    """The members of whom more than half must agree: every voting seat that is held on the day, or today."""
    return list(council.seats.in_force(day).voting().select_related("agency", "user"))


def seats_in_force(council: Council) -> list[Seat]:
    """Everybody who sits in the council or helps it today."""
    return list(council.seats.in_force().select_related("agency", "user"))


def is_invitation_stale(meeting: Meeting, items: Iterable[AgendaItem]) -> bool:
    """Whether time, place or agenda have changed since the invitation."""
    return meeting.invited_at is not None and digests.invitation_digest(meeting, items) != meeting.invitation


def open_consents() -> list[Meeting]:
    """Written consents whose deadline is ahead, that began before today."""
    rows = Meeting.objects.filter(kind=Meeting.Kind.CONSENT, state=Meeting.State.OPEN, deadline__gt=clock.now())
    midnight = clock.hanoi(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return list(rows.filter(opened_at__lt=midnight).select_related("council__round").order_by("pk"))


def present_seats(meeting: Meeting) -> frozenset[int]:
    """The keys of the seats whose holders are there."""
    rows = Attendance.objects.filter(meeting=meeting, present=True).order_by()
    return frozenset(rows.values_list("seat_id", flat=True))


def is_voting(meeting: Meeting) -> bool:
    return meeting.items.filter(state=AgendaItem.State.VOTING).exists()


def agenda(meeting: Meeting) -> list[AgendaItem]:
    """The items in their order with every vote and every dissent; three queries."""
    rows = meeting.items.select_related(*_ITEM).order_by("position")
    return list(rows.prefetch_related("votes__seat", "votes__cast_by", "dissents__seat__agency"))


def visible_items(user: AnyUser) -> QuerySet[AgendaItem]:
    """The items of the meetings that the person reads."""
    meetings = seat_rules.meetings_visible_to(user).order_by()
    rows = AgendaItem.objects.filter(meeting__in=meetings.values("pk"))
    return rows.select_related("meeting__council__round", *_ITEM).order_by("meeting", "position")


def seat_choices(council: Council) -> SeatQuerySet:
    """Whoever may take the minutes, and of the voting seats preside."""
    return council.seats.in_force().select_related("agency")


def next_item(item: AgendaItem) -> AgendaItem | None:
    """The next item of the agenda that has no conclusion yet, from the beginning again after the last; one query."""
    open_ = [AgendaItem.State.WAITING, AgendaItem.State.VOTING]
    rows = AgendaItem.objects.filter(meeting=item.meeting_id, state__in=open_).exclude(pk=item.pk)
    others = list(rows.select_related(*_ITEM).order_by("position"))
    return min(others, key=lambda row: (row.position < item.position, row.position), default=None)
