"""A meeting: who conducts it, who is there, what is voted on, what follows from the votes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.council import ledger
from appraisal.council.agenda import actions as agenda
from appraisal.council.agenda import queries as agenda_queries
from appraisal.council.agenda.actions import Proposal
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings import subjects
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Appraisal, Dissent, Interest, Seat, Vote
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.council.council_site import (
    Body,
    at_the_meeting,
    body,
    cell_item,
    consent,
    meeting_row,
    passed,
    session,
    user_of,
    voted,
)
from appraisal.tests.factories import Council
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from selfassess.models import SelfScore
from units.auditlog.actions import record
from units.auditlog.models import LogEntry
from units.models import Role, Succession, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return at_the_meeting()


@pytest.fixture
def sitting(case: Council) -> Body:
    return body(case)


# --- a cell ------------------------------------------------------------------------------------------


def test_a_majority_decides_the_cell_with_its_words(case: Council, sitting: Body) -> None:
    item = passed(cell_item(session(sitting, case), case), sitting, case)
    standing = case.standing()
    assert (item.state, item.in_favour, item.electorate) == ("passed", 4, 4)
    assert (standing.action, standing.points, standing.stage.kind) == ("adjust", Decimal("0.5"), "meeting")
    entry = standing.entries.get()
    assert "Hồ sơ thiếu." in entry.comment
    assert "4 tán thành" in entry.comment
    assert list(ledger.check()) == []


@pytest.mark.parametrize(("agree", "state"), [(2, "rejected"), (3, "passed")])
def test_half_of_the_members_is_not_a_majority(case: Council, sitting: Body, agree: int, state: str) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, *sitting.voting[:agree])
    voted(item, case, *sitting.voting[agree:], choice="against")
    assert votes.conclude(actor=case.manager, item_id=item.pk).state == state
    assert Appraisal.objects.exists() is (state == "passed")


def test_members_who_are_absent_count_in_the_whole(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    there = [sitting.chair.pk, sitting.vice.pk, sitting.third.pk]
    meetings.note_attendance(actor=case.manager, meeting_id=meeting.pk, present=there)
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, sitting.chair, sitting.vice)
    assert votes.conclude(actor=case.manager, item_id=item.pk).state == "rejected"  # 2 of 4


def test_without_a_quorum_nothing_is_concluded(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, *sitting.voting)
    there = [sitting.chair.pk, sitting.vice.pk]
    meetings.note_attendance(actor=case.manager, meeting_id=meeting.pk, present=there)
    with pytest.raises(Refused, match="2/4 thành viên"):
        votes.conclude(actor=case.manager, item_id=item.pk)
    assert not Appraisal.objects.exists()


def test_recognition_and_keeping_are_decided_too(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    recognised = cell_item(meeting, case, verb="recognise", points=None, reason_id=None)
    passed(recognised, sitting, case)
    assert (case.standing().action, case.standing().points) == ("recognise", Decimal("1.5"))
    kept = cell_item(meeting, case, case.second, verb="keep", points=None, reason_id=None)
    agenda.present(actor=case.manager, item_id=kept.pk)
    voted(kept, case, sitting.chair, sitting.vice, sitting.third)
    with pytest.raises(Refused, match="giữ nguyên"):  # there is no earlier adjustment to keep
        votes.conclude(actor=case.manager, item_id=kept.pk)
    kept.refresh_from_db()
    assert kept.state == "voting"


def test_concluding_twice_is_one_conclusion(case: Council, sitting: Body) -> None:
    item = passed(cell_item(session(sitting, case), case), sitting, case)
    count = LogEntry.objects.count()
    votes.conclude(actor=case.manager, item_id=item.pk)
    assert LogEntry.objects.count() == count
    assert case.standing().version == 1


def test_what_changed_since_it_was_put_to_the_vote_is_not_decided(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, *sitting.voting)
    AgendaItem.objects.filter(pk=item.pk).update(seen_version=3)
    with pytest.raises(Conflict):
        votes.conclude(actor=case.manager, item_id=item.pk)
    agenda.put_back(actor=case.manager, item_id=item.pk, reason="Kết quả đã thay đổi.")
    assert not Vote.objects.exists()
    assert passed(item, sitting, case).state == "passed"


def test_what_is_recognised_is_what_lay_before_the_members(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case, verb="recognise", points=None, reason_id=None)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, *sitting.voting)
    item.refresh_from_db()
    own = SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf)
    assert item.points == own.get().points == Decimal("1.5")
    own.update(points=Decimal("1.25"))
    with pytest.raises(Refused, match="Điểm tự đánh giá đã thay đổi"):
        votes.conclude(actor=case.manager, item_id=item.pk)
    assert not Appraisal.objects.filter(unit=case.first, criterion=case.leaf, stage__kind="meeting").exists()
    assert agenda.put_back(actor=case.manager, item_id=item.pk, reason="Đơn vị nộp lại.").points is None
    assert passed(item, sitting, case).points == Decimal("1.25")
    own.update(points=None)
    other = cell_item(meeting, case, case.second, verb="recognise", points=None, reason_id=None)
    SelfScore.objects.filter(assessment__unit=case.second, criterion=case.leaf).update(points=None)
    with pytest.raises(Refused, match="chưa chấm tiêu chí này"):
        agenda.present(actor=case.manager, item_id=other.pk)


def test_in_the_meeting_stage_nobody_decides_beside_the_council(case: Council, sitting: Body) -> None:
    with pytest.raises(Refused, match="theo biểu quyết"):
        decisions.recognise(actor=outside(), **case.cell(), comment="Thống nhất.", seen_version=0)
    passed(cell_item(session(sitting, case), case), sitting, case)
    with pytest.raises(Refused, match="theo biểu quyết"):
        undo.undo(actor=outside(), **case.cell(), seen_version=1)


def outside() -> User:
    return person(Role.INDEX_MANAGER)


def test_without_a_council_the_manager_writes_as_before(case: Council) -> None:
    manager = person(Role.INDEX_MANAGER)
    decisions.recognise(actor=manager, **case.cell(), comment="Thống nhất.", seen_version=0)
    assert case.standing().action == "recognise"


def test_a_mandate_is_for_its_own_cell_while_it_is_voted_on(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    for mandate, cell in ((item.pk, case.cell()), (item.pk, case.cell(case.second)), (999, case.cell())):
        with pytest.raises(PermissionDenied):
            decisions.recognise(actor=case.manager, **cell, comment="Lách.", seen_version=0, mandate=mandate)


def test_a_cell_is_voted_on_only_in_the_meeting_stage(sitting: Body, case: Council) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    case.round_group.round.stages.filter(kind="meeting").update(closes_at=clock.now())
    with pytest.raises(Refused, match="giai đoạn họp Hội đồng chưa mở hoặc đã đóng"):
        agenda.present(actor=case.manager, item_id=item.pk)
    assert agenda_queries.obstacles(meeting, [item])


def test_the_page_says_which_stage_is_still_to_be_told(sitting: Body, case: Council) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    assert agenda_queries.obstacles(meeting, [item]) == []
    case.round_group.releases.filter(stage__name="round2").delete()
    told = case.round_group.round.stages.get(name="round2").title
    assert told in "".join(agenda_queries.obstacles(meeting, [item]))
    with pytest.raises(Refused, match="chưa thông báo kết quả"):
        agenda.present(actor=case.manager, item_id=item.pk)


# --- the own unit ------------------------------------------------------------------------------------


def test_nobody_votes_on_their_own_unit(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case, case.second)
    agenda.present(actor=case.manager, item_id=item.pk)
    for actor in (user_of(sitting.member), case.manager):  # nor is it written down for them
        with pytest.raises(PermissionDenied):
            votes.cast(actor=actor, item_id=item.pk, seat_id=sitting.member.pk, choice="for")
    with pytest.raises(PermissionDenied):
        votes.dissent(actor=user_of(sitting.member), item_id=item.pk, seat_id=sitting.member.pk, words="Không.")
    voted(item, case, sitting.chair)
    assert Vote.objects.get().seat == sitting.chair


def test_nor_on_what_their_unit_came_from(case: Council, sitting: Body) -> None:
    later = UnitFactory.create(group=case.second.group, code="SAU")
    Succession.objects.create(predecessor=case.first, successor=later, kind="rename", on=clock.today())
    Seat.objects.filter(pk=sitting.third.pk).update(agency=later)
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    with pytest.raises(PermissionDenied):
        votes.cast(actor=user_of(sitting.third), item_id=item.pk, seat_id=sitting.third.pk, choice="for")


def test_nor_where_they_declared_an_interest(case: Council, sitting: Body) -> None:
    user = user_of(sitting.chair)
    declared = {"reason": "Người nhà.", "declared_at": clock.now(), "declared_by": user}
    Interest.objects.create(member=user, unit=case.first, log=record(actor=user, verb="t", obj=user), **declared)
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    with pytest.raises(PermissionDenied):
        votes.cast(actor=user, item_id=item.pk, seat_id=sitting.chair.pk, choice="for")


def test_nobody_writes_the_conclusion_on_their_own_unit(case: Council, sitting: Body) -> None:
    """The manager comes from NHA, as the third member does."""
    item = cell_item(session(sitting, case), case, case.home)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, sitting.chair, sitting.vice, sitting.member)
    with pytest.raises(PermissionDenied):
        votes.conclude(actor=case.manager, item_id=item.pk)
    assert votes.conclude(actor=user_of(sitting.secretary), item_id=item.pk).state == "passed"


# --- votes -------------------------------------------------------------------------------------------


def test_a_vote_may_change_until_the_conclusion_and_the_log_keeps_both(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, sitting.chair)
    voted(item, case, sitting.chair, choice="against")
    voted(item, case, sitting.chair, choice="against")  # the same form twice
    entries = LogEntry.objects.filter(verb="appraisal.vote").order_by("number")
    assert [(entry.after or {})["choice"] for entry in entries] == ["for", "against"]
    assert Vote.objects.get().choice == "against"


def test_hands_are_counted_among_those_who_may(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case, case.second)  # the member of DV2 may not
    agenda.present(actor=case.manager, item_id=item.pk)
    hands = {"actor": case.manager, "item_id": item.pk}
    with pytest.raises(Refused, match="từ 0 đến 3"):
        votes.count_hands(**hands, in_favour=4, opposed=0, abstained=0)  # type: ignore[arg-type]
    votes.count_hands(**hands, in_favour=3, opposed=0, abstained=0)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="giơ tay"):
        voted(item, case, sitting.chair)
    assert votes.conclude(actor=case.manager, item_id=item.pk).state == "passed"
    assert list(ledger.check()) == []


def test_hands_and_names_do_not_mix(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, sitting.chair)
    with pytest.raises(Refused, match="ghi theo tên"):
        votes.count_hands(actor=case.manager, item_id=item.pk, in_favour=3, opposed=0, abstained=0)


def test_who_is_absent_does_not_vote(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    meetings.note_attendance(actor=case.manager, meeting_id=meeting.pk, present=[sitting.vice.pk, sitting.third.pk])
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    with pytest.raises(Refused, match="điểm danh"):
        voted(item, case, sitting.chair)


@pytest.mark.parametrize("name", ["secretary", "working"])
def test_the_secretary_and_the_working_group_do_not_vote(case: Council, sitting: Body, name: str) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    seat = getattr(sitting, name)
    with pytest.raises(PermissionDenied):
        votes.cast(actor=user_of(seat), item_id=item.pk, seat_id=seat.pk, choice="for")


def test_a_member_does_not_vote_for_another(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    with pytest.raises(PermissionDenied):
        votes.cast(actor=user_of(sitting.member), item_id=item.pk, seat_id=sitting.third.pk, choice="for")
    written = votes.cast(actor=user_of(sitting.secretary), item_id=item.pk, seat_id=sitting.third.pk, choice="for")
    assert written.cast_by == user_of(sitting.secretary)


def test_a_seat_that_has_ended_does_not_vote(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    Seat.objects.filter(pk=sitting.third.pk).update(valid_to=clock.today() - timedelta(days=1))
    with pytest.raises(PermissionDenied):
        voted(item, case, sitting.third)


def test_dissent_stays_in_words(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    against = {"item_id": item.pk, "seat_id": sitting.third.pk}
    for _ in range(2):
        votes.cast(actor=user_of(sitting.third), **against, choice="against", words="Đơn vị đã nộp đủ.")
    dissent = Dissent.objects.get()
    assert (dissent.seat, dissent.words) == (sitting.third, "Đơn vị đã nộp đủ.")
    with pytest.raises(TypeError):
        dissent.delete()
    assert list(ledger.check()) == []


# --- written consent ---------------------------------------------------------------------------------


def test_a_consent_ends_by_a_majority_or_by_its_deadline(case: Council, sitting: Body) -> None:
    row = consent(sitting, case)
    item = cell_item(row, case)
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    voted(item, case, sitting.chair, sitting.vice)
    with pytest.raises(Refused, match="Còn 2 thành viên"):
        votes.conclude(actor=case.manager, item_id=item.pk)
    voted(item, case, sitting.third)
    assert votes.conclude(actor=case.manager, item_id=item.pk).state == "passed"


def test_silence_until_the_deadline_agrees_to_nothing(case: Council, sitting: Body) -> None:
    row = consent(sitting, case)
    item = cell_item(row, case)
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    voted(item, case, sitting.chair, sitting.vice)
    assert row.deadline is not None
    with clock.at(row.deadline):
        with pytest.raises(Refused, match="Hạn cho ý kiến đã qua"):
            voted(item, case, sitting.third)
        done = votes.conclude(actor=case.manager, item_id=item.pk)
    assert (done.state, done.in_favour, done.abstained) == ("rejected", 2, 0)


def test_a_consent_needs_a_deadline_ahead(case: Council, sitting: Body) -> None:
    for deadline in (None, clock.now() - timedelta(hours=1)):
        with pytest.raises(Refused, match="[Hh]ạn cho ý kiến"):
            meeting_row(sitting, case, kind="consent", deadline=deadline)


def test_a_consent_about_nothing_is_not_sent(case: Council, sitting: Body) -> None:
    row = consent(sitting, case)
    with pytest.raises(Refused, match="Chưa có nội dung"):
        agenda.begin(actor=case.manager, meeting_id=row.pk)
    row.refresh_from_db()
    assert row.state == "planned"


# --- the course of a meeting -------------------------------------------------------------------------


def test_a_closed_meeting_takes_nothing_more(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    with pytest.raises(Refused, match="đang biểu quyết"):
        meetings.close(actor=case.manager, meeting_id=meeting.pk)
    agenda.put_back(actor=case.manager, item_id=item.pk, reason="Để lần sau.")
    meetings.close(actor=case.manager, meeting_id=meeting.pk)
    for deed in (
        lambda: agenda.present(actor=case.manager, item_id=item.pk),
        lambda: cell_item(meeting, case, case.second),
        lambda: meetings.note_attendance(actor=case.manager, meeting_id=meeting.pk, present=[]),
        lambda: meetings.begin(actor=case.manager, meeting_id=meeting.pk),
        lambda: agenda.remove(actor=case.manager, item_id=item.pk),
    ):
        with pytest.raises(Refused):
            deed()
    assert list(ledger.check()) == []


def test_a_council_of_nobody_does_not_meet(case: Council, sitting: Body) -> None:
    Seat.objects.filter(kind__in=["chair", "vice_chair", "member"]).update(valid_to=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="chưa có thành viên"):
        session(sitting, case)


def test_the_same_cell_stands_once_on_the_agenda(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    cell = [(case.first.pk, case.leaf.pk, "chosen")]
    given = {"actor": case.manager, "meeting_id": meeting.pk, "round_group_id": case.round_group.pk}
    assert [agenda.add_cells(**given, cells=cell) for _ in range(2)] == [1, 0]  # type: ignore[arg-type]
    surveyed = case.round_group.criteria_set.criteria.get(code="1.3")
    with pytest.raises(Refused, match="không thuộc khối"):
        agenda.add_cells(**given, cells=[(case.first.pk, surveyed.pk, "chosen")])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("proposal", "words"),
    [
        (Proposal("adjust", "Thiếu.", Decimal(9)), "từ 0 đến 2"),
        (Proposal("adjust", "Thiếu.", Decimal(1)), "Chọn lý do"),
        (Proposal("adjust", " ", Decimal(1)), "Nhập căn cứ"),
        (Proposal("xóa", "Thiếu."), "Chọn phương án"),
    ],
)
def test_a_proposal_is_one_that_can_be_decided(case: Council, sitting: Body, proposal: Proposal, words: str) -> None:
    item = cell_item(session(sitting, case), case)
    with pytest.raises(Refused, match=words):
        agenda.propose(actor=case.manager, item_id=item.pk, proposal=proposal)


def test_what_the_app_knows_as_contested_is_offered(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    rows = agenda_queries.contested(meeting, case.round_group)
    assert {(row.unit, row.criterion, row.origin) for row in rows} >= {(case.first, case.leaf, "pending")}
    passed(cell_item(meeting, case), sitting, case)
    rows = agenda_queries.contested(meeting, case.round_group)
    assert (case.first, case.leaf) not in {(row.unit, row.criterion) for row in rows}


# --- approvals ---------------------------------------------------------------------------------------


def test_what_is_approved_is_what_lay_before_the_members(
    case: Council, sitting: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands = ["a" * 64]
    monkeypatch.setitem(subjects._READERS, "survey", lambda _block: stands[0])
    meeting = session(sitting, case)
    given = {"actor": case.manager, "meeting_id": meeting.pk, "round_group_id": case.round_group.pk}
    item = agenda.add_subject(**given, kind="survey")  # type: ignore[arg-type]
    assert agenda.add_subject(**given, kind="survey") == item  # type: ignore[arg-type]
    agenda.present(actor=case.manager, item_id=item.pk)
    voted(item, case, *sitting.voting)  # everybody votes: it concerns all units
    stands[0] = "b" * 64
    with pytest.raises(Refused, match="Số liệu đã thay đổi"):
        votes.conclude(actor=case.manager, item_id=item.pk)
    agenda.put_back(actor=case.manager, item_id=item.pk, reason="Số liệu đã thay đổi.")
    assert passed(item, sitting, case).fingerprint == "b" * 64


def test_who_presides_does_not_keep_the_minutes(case: Council, sitting: Body) -> None:
    with pytest.raises(Refused, match="Chủ trì và thư ký phải là hai người"):
        meeting_row(sitting, case, presiding_id=sitting.chair.pk, secretary_id=sitting.chair.pk)
    row = meeting_row(sitting, case, presiding_id=sitting.chair.pk)
    assert (row.presiding_id, row.secretary_id) == (sitting.chair.pk, sitting.secretary.pk)


# --- who presides in fact, and another proposal --------------------------------------------------------


def test_who_neither_votes_presides_nor_who_keeps_the_minutes(case: Council, sitting: Body) -> None:
    for seat in (sitting.secretary, sitting.working):
        with pytest.raises(Refused, match="thành viên có quyền biểu quyết"):
            meeting_row(sitting, case, presiding_id=seat.pk, secretary_id=None)


def test_where_the_chair_is_absent_the_minutes_name_who_led(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case, presiding_id=sitting.chair.pk)
    given = {"actor": case.manager, "meeting_id": meeting.pk}
    there = [seat.pk for seat in sitting.voting if seat != sitting.chair]
    meetings.note_attendance(**given, present=there)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="không được điểm danh có mặt"):
        meetings.close(**given)  # type: ignore[arg-type]
    for seat in (sitting.secretary, sitting.working):
        with pytest.raises(Refused):
            meetings.note_attendance(**given, present=there, presiding_id=seat.pk)  # type: ignore[arg-type]
    meetings.note_attendance(**given, present=there, presiding_id=sitting.vice.pk)  # type: ignore[arg-type]
    assert meetings.close(**given).presiding == sitting.vice  # type: ignore[arg-type]
    assert not list(ledger.check())


def test_of_a_cell_that_was_not_passed_another_proposal_is_voted_on(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    first = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=first.pk)
    voted(first, case, sitting.chair, sitting.vice)  # two of four are no majority
    assert votes.conclude(actor=case.manager, item_id=first.pk).state == "rejected"
    assert not Appraisal.objects.filter(unit=case.first, criterion=case.leaf, stage__kind="meeting").exists()
    given = {"actor": case.manager, "meeting_id": meeting.pk, "round_group_id": case.round_group.pk}
    cell = [(case.first.pk, case.leaf.pk, "chosen")]
    assert [agenda.add_cells(**given, cells=cell) for _ in range(2)] == [1, 0]  # type: ignore[arg-type]
    second = meeting.items.exclude(pk=first.pk).get()
    agenda.propose(actor=case.manager, item_id=second.pk, proposal=Proposal("recognise", "Hồ sơ đủ."))
    assert passed(second, sitting, case).state == "passed"
    assert agenda.add_cells(**given, cells=cell) == 0  # type: ignore[arg-type]
    assert not list(ledger.check())
