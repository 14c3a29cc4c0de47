"""What the council's browser test stands on: twenty units in the meeting stage, a council with known accounts."""

from datetime import date
from decimal import Decimal

from appraisal.council.agenda import actions as agenda
from appraisal.council.composition import actions as composition
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.council.samples.actions import draw_sample
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Seat
from appraisal.review.bulk.actions import bulk_recognise
from appraisal.tests.council.council_site import Body, at_the_meeting, body, cell_item, held, session, user_of
from appraisal.tests.factories import Council, assign, council, submitted
from cchc_index.lib import clock
from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import RoundGroup
from selfassess.models import SelfScore
from surveys.models import SurveyScore
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory, person

NAMES = ("Sở Nội vụ", "Sở Tư pháp", "Sở Tài chính", "Sở Xây dựng", "Sở Y tế", "Sở Công Thương", "Sở Du lịch")
ACCOUNTS = {"chair": "chutich.pc", "member": "thanhvien.pc", "third": "thanhvien2.pc", "secretary": "thuky.pc"}


def seed() -> Council:
    """A session with every member there; one cell waits for the vote."""
    case = at_the_meeting()
    for number in range(17):
        name = NAMES[number] if number < len(NAMES) else f"Đơn vị minh họa số {number + 1}"
        unit = UnitFactory.create(group=case.round_group.group, code=f"U{number:02d}", name=name)
        submitted(case.round_group, unit, {"1.1": str(Decimal("1.9") - Decimal(number) / 20), "1.2": "0.5"})
    for unit in Unit.objects.filter(group=case.round_group.group):
        _finished(case, unit)
    sitting = body(case)
    _named(case.manager, "quanly.pc", "Hoàng Anh Dũng")
    for seat, account in ACCOUNTS.items():
        _named(user_of(getattr(sitting, seat)), account, f"Thành viên {account.partition('.')[0]}")
    _rename(sitting)
    cell_item(session(sitting, case), case, Unit.objects.get(code="U02"))
    return case


def seed_sample() -> Council:
    """Another member is to judge again what a member recognised in bulk: two units, two criteria."""
    case = council()
    cells = [(unit.pk, leaf.pk, 0) for unit in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    other = person(Role.COUNCIL_MEMBER, case.second)
    assign(other, case.round_group)
    _named(case.manager, "quanly.pc", "Hoàng Anh Dũng")
    _named(other, "thanhvien.pc", "Đỗ Thị Lan")
    draw_sample(actor=case.manager, round_group_id=case.round_group.pk, share=100, seed=28112026)
    return case


def seed_survey_session() -> None:
    """After a survey's table was received: a council in session, its results on the agenda."""
    manager, block = User.objects.get(username="quanly.snv"), RoundGroup.objects.get(survey__isnull=False)
    row = composition.compose(
        actor=None, round_id=block.round_id, number="1/QĐ-UBND", dated=date(2031, 1, 5), issuer="UBND Thành phố"
    )
    kinds = (Seat.Kind.CHAIR, Seat.Kind.MEMBER, Seat.Kind.MEMBER)
    seats = [held(row, kind, person(Role.COUNCIL_MEMBER)) for kind in kinds]
    secretary = held(row, Seat.Kind.SECRETARY, UserFactory.create())
    plan = MeetingPlan("session", "Họp Hội đồng", clock.now(), secretary_id=secretary.pk)
    meeting = meetings.plan(actor=manager, council_id=row.pk, entry=plan)
    meetings.begin(actor=manager, meeting_id=meeting.pk)
    meetings.note_attendance(actor=manager, meeting_id=meeting.pk, present=[seat.pk for seat in seats])
    agenda.add_subject(actor=manager, meeting_id=meeting.pk, kind=AgendaItem.Kind.SURVEY, round_group_id=block.pk)
    for seat, account in zip(seats, ACCOUNTS.values(), strict=False):
        _named(user_of(seat), account, f"Thành viên {account.partition('.')[0]}")


def agree_on_survey() -> None:
    """All but the chair are for it."""
    item = AgendaItem.objects.get()
    for seat in Seat.objects.filter(kind=Seat.Kind.MEMBER).order_by("pk"):
        votes.cast(actor=user_of(seat), item_id=item.pk, seat_id=seat.pk, choice="for")


def _finished(case: Council, unit: Unit) -> None:
    """Points of the survey, and the council's so far: what the unit gave itself."""
    for leaf in case.round_group.criteria_set.criteria.filter(is_leaf=True):
        if not leaf.is_self:
            row = {"round_group": case.round_group, "unit": unit, "criterion": leaf}
            SurveyScore.objects.create(**row, points=Decimal("0.8"), method="import")
    for score in SelfScore.objects.filter(assessment__unit=unit).select_related("criterion"):
        cell = {"round_group": case.round_group, "unit": unit, "criterion": score.criterion, "action": "recognise"}
        stage = case.round_group.round.stages.get(name="round2")
        case.round_group.appraisals.create(**cell, stage=stage, points=score.points, updated_at=clock.now())


def _named(user: User, account: str, name: str) -> None:
    user.username, user.full_name = account, name
    user.set_password(PASSWORD)
    user.save()


def _rename(sitting: Body) -> None:
    """The seats are called as their holders are."""
    for seat in Seat.objects.filter(council=sitting.council).select_related("user"):
        Seat.objects.filter(pk=seat.pk).update(name=str(seat.user))
