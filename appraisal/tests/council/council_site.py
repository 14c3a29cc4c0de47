"""A council over the small block: chair and vice-chair, two members, a secretary; all with accounts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from appraisal.council.agenda import actions as agenda
from appraisal.council.agenda.actions import Proposal
from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.council.votes import actions as votes
from appraisal.council.votes.queries import room
from appraisal.models import AgendaItem, Meeting, Seat
from appraisal.models import Council as CouncilRow
from appraisal.tests.factories import Council, council, release_row
from cchc_index.lib import clock
from units.models import Role, Unit, User
from units.tests.factories import UserFactory, person


@dataclass
class Body:
    """`chair`, `vice`, `member` (from unit DV2), `third` vote; `secretary` and `working` do not."""

    council: CouncilRow
    chair: Seat
    vice: Seat
    member: Seat
    third: Seat
    secretary: Seat
    working: Seat

    @property
    def voting(self) -> list[Seat]:
        return [self.chair, self.vice, self.member, self.third]


def at_the_meeting() -> Council:
    """The small block in the council's meeting: both appraisals have been released, nothing is decided."""
    case = council(stage="final")
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    return case


def held(row: CouncilRow, kind: str, user: User | None, agency: Unit | None = None) -> Seat:
    entry = SeatEntry(kind, str(user or "Người không có tài khoản"), agency=agency, agency_name="UBND", user=user)
    return composition.seat(actor=None, council_id=row.pk, entry=entry)


def body(case: Council) -> Body:
    round_ = case.round_group.round
    row = composition.compose(
        actor=None, round_id=round_.pk, number="1/QĐ-UBND", dated=date(round_.year, 1, 5), issuer="UBND Thành phố"
    )
    kind = Seat.Kind
    return Body(
        row,
        chair=held(row, kind.CHAIR, person(Role.COUNCIL_MEMBER)),
        vice=held(row, kind.VICE_CHAIR, person(Role.COUNCIL_MEMBER)),
        member=held(row, kind.MEMBER, person(Role.COUNCIL_MEMBER), case.second),
        third=held(row, kind.MEMBER, case.member),
        secretary=held(row, kind.SECRETARY, UserFactory.create()),
        working=held(row, kind.WORKING, UserFactory.create()),
    )


def user_of(seat: Seat) -> User:
    """The holder, as a new request sees them."""
    assert seat.user_id is not None
    return User.objects.get(pk=seat.user_id)


def session(sitting: Body, case: Council, **changes: object) -> Meeting:
    """A meeting that has begun with every member there."""
    row = meeting_row(sitting, case, **changes)
    meetings.begin(actor=case.manager, meeting_id=row.pk)
    if not row.is_consent:
        present = [seat.pk for seat in sitting.voting]
        meetings.note_attendance(actor=case.manager, meeting_id=row.pk, present=present)
    row.refresh_from_db()
    return row


def meeting_row(sitting: Body, case: Council, **changes: object) -> Meeting:
    entry = MeetingPlan("session", "Họp Hội đồng", clock.now(), secretary_id=sitting.secretary.pk)
    return meetings.plan(
        actor=case.manager,
        council_id=sitting.council.pk,
        entry=replace(entry, **changes),  # type: ignore[arg-type]
    )


def consent(sitting: Body, case: Council, hours: int = 24) -> Meeting:
    """A written consent that is planned, with so many hours until its deadline."""
    return meeting_row(sitting, case, kind="consent", deadline=clock.now() + timedelta(hours=hours))


def cell_item(meeting: Meeting, case: Council, unit: Unit | None = None, **proposal: object) -> AgendaItem:
    """A cell on the agenda, with what would be decided: 1 point less unless told otherwise."""
    cell = ((unit or case.first).pk, case.leaf.pk, "chosen")
    block = case.round_group.pk
    agenda.add_cells(actor=case.manager, meeting_id=meeting.pk, round_group_id=block, cells=[cell])
    item = meeting.items.get(unit=cell[0], criterion=cell[1])
    given = {"verb": "adjust", "comment": "Hồ sơ thiếu.", "points": Decimal("0.5"), "reason_id": case.reason.pk}
    proposed = Proposal(**{**given, **proposal})  # type: ignore[arg-type]
    return agenda.propose(actor=case.manager, item_id=item.pk, proposal=proposed)


def voted(item: AgendaItem, case: Council, *seats: Seat, choice: str = "for") -> None:
    """Each of the seats votes, as its holder."""
    for seat in seats:
        votes.cast(actor=user_of(seat), item_id=item.pk, seat_id=seat.pk, choice=choice)


def passed(item: AgendaItem, sitting: Body, case: Council) -> AgendaItem:
    """Put to the vote, agreed on by all who may, concluded by the manager."""
    agenda.present(actor=case.manager, item_id=item.pk)
    hall = room(item.meeting)
    voted(item, case, *(seat for seat in sitting.voting if hall.may(seat, item)))
    return votes.conclude(actor=case.manager, item_id=item.pk)
