"""Who may vote on an item, and what the votes come to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from appraisal.council.meetings import queries as meetings
from appraisal.models import AgendaItem, Meeting, Seat, Vote
from appraisal.rules import seats as seat_rules
from cchc_index.lib import clock

from .majority import VoteCount


@dataclass(frozen=True)
class Room:
    """Who votes in a meeting: all members, those who may now, and the units that each of them never votes on."""

    meeting: Meeting
    seats: list[Seat]
    present: frozenset[int]
    barred: seat_rules.Barred

    def may(self, seat: Seat, item: AgendaItem) -> bool:
        """Whether the holder of the seat may vote on the item now."""
        return self.is_here(seat) and seat_rules.may_vote(seat, item.unit, self.barred)

    def is_here(self, seat: Seat) -> bool:
        """At the meeting; a written consent is everywhere."""
        return seat.pk in self.present or self.meeting.is_consent

    def silent(self, item: AgendaItem, votes: Iterable[Vote]) -> list[Seat]:
        """Who might vote on the item and did not; nobody where hands were counted, or nothing was asked yet."""
        if item.counted or item.state == AgendaItem.State.WAITING:
            return []
        said = {vote.seat_id for vote in votes}
        return [seat for seat in self.seats if seat.pk not in said and self.may(seat, item)]

    def is_barred(self, seat: Seat, item: AgendaItem) -> bool:
        return not seat_rules.may_vote(seat, item.unit, self.barred)

    def count(self, item: AgendaItem, votes: Iterable[Vote]) -> VoteCount:
        """What the votes come to: a show of hands as it was counted, else the votes of those who may vote."""
        if item.counted:
            return VoteCount(item.in_favour or 0, item.opposed or 0, item.abstained or 0, len(self.seats))
        allowed = {seat.pk for seat in self.seats if self.may(seat, item)}
        cast = {vote.seat_id: vote.choice for vote in votes if vote.seat_id in allowed}
        sums = Counter(cast.values())
        choice = Vote.Choice
        open_ = len(allowed) - len(cast)
        return VoteCount(sums[choice.FOR], sums[choice.AGAINST], sums[choice.ABSTAIN], len(self.seats), open_)

    @property
    def is_past(self) -> bool:
        """The deadline of a written consent has come."""
        return self.meeting.deadline is not None and self.meeting.deadline <= clock.now()


def room(meeting: Meeting) -> Room:
    """At most five queries, whatever the number of members. Of a meeting that is over: those who were members then."""
    ended = clock.hanoi(meeting.closed_at).date() if meeting.closed_at else None
    seats = meetings.electorate(meeting.council, ended)
    return Room(meeting, seats, meetings.present_seats(meeting), seat_rules.barred_units(seats))
