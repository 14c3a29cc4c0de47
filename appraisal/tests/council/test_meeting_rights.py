"""A meeting: who conducts it and who votes, and what the ledger finds changed."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.council import ledger
from appraisal.council.agenda import actions as agenda
from appraisal.council.meetings import actions as meetings
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Attendance, Dissent, Meeting, Seat, Vote
from appraisal.tests.council.council_site import (
    Body,
    at_the_meeting,
    body,
    cell_item,
    held,
    passed,
    session,
    user_of,
)
from appraisal.tests.factories import Council
from cchc_index.lib import clock
from units.models import Role
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return at_the_meeting()


@pytest.fixture
def sitting(case: Council) -> Body:
    return body(case)


# --- rights ------------------------------------------------------------------------------------------

CONDUCTS = {"manager", "chair", "vice", "secretary"}
VOTES = {"chair", "vice", "member", "third"}


def everybody(case: Council, sitting: Body) -> dict[str, object]:
    seats = {name: user_of(getattr(sitting, name)) for name in ("chair", "vice", "member", "third")}
    helpers = {name: user_of(getattr(sitting, name)) for name in ("secretary", "working")}
    others = {
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
        "head": case.head,
        "officer": case.officer,
        "stranger": person(Role.COUNCIL_MEMBER),
        "administrator": UserFactory.create(is_superuser=True, is_staff=True),
    }
    return {**seats, **helpers, **others}


def test_who_conducts(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    for name, user in everybody(case, sitting).items():
        for deed in (
            lambda who: meetings.note_attendance(
                actor=who, meeting_id=meeting.pk, present=[seat.pk for seat in sitting.voting]
            ),
            lambda who: agenda.add_subject(actor=who, meeting_id=meeting.pk, kind="other", title="Việc khác"),
            lambda who: meeting_by(who, sitting),
            lambda who: votes.count_hands(actor=who, item_id=item.pk, in_favour=1, opposed=0, abstained=0),
        ):
            if name in CONDUCTS:
                deed(user)
            else:
                with pytest.raises(PermissionDenied):
                    deed(user)


def meeting_by(user: object, sitting: Body) -> Meeting:
    plan = meetings.MeetingPlan("session", "Họp", clock.now())
    return meetings.plan(actor=user, council_id=sitting.council.pk, entry=plan)  # type: ignore[arg-type]


def test_who_votes(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    seats = {name: getattr(sitting, name) for name in (*VOTES, "secretary", "working")}
    for name, user in everybody(case, sitting).items():
        own = seats.get(name, sitting.third)
        if name in VOTES or (name in CONDUCTS and own.votes):
            votes.cast(actor=user, item_id=item.pk, seat_id=own.pk, choice="for")  # type: ignore[arg-type]
        else:
            with pytest.raises(PermissionDenied):
                votes.cast(actor=user, item_id=item.pk, seat_id=own.pk, choice="for")  # type: ignore[arg-type]
    assert Vote.objects.count() == len(VOTES)


# --- the ledger --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Vote, {"choice": "against"}),
        (Attendance, {"present": False}),
        (Dissent, {"words": "Đồng ý."}),
        (AgendaItem, {"in_favour": 2}),
        (AgendaItem, {"points": Decimal("1.0")}),
        (Meeting, {"title": "Khác"}),
    ],
)
def test_what_is_changed_behind_the_log_is_found(
    case: Council, sitting: Body, model: type, change: dict[str, object]
) -> None:
    item = passed(cell_item(session(sitting, case), case), sitting, case)
    votes.dissent(actor=case.manager, item_id=item.pk, seat_id=sitting.third.pk, words="Chưa thỏa đáng.")
    assert list(ledger.check()) == []
    model._base_manager.update(**change)  # type: ignore[attr-defined]
    assert any("không khớp mã kiểm tra" in line for line in ledger.check())


@pytest.mark.parametrize("model", [Vote, Attendance, AgendaItem, Meeting])
def test_what_is_deleted_behind_the_log_is_found(case: Council, sitting: Body, model: type) -> None:
    item = passed(cell_item(session(sitting, case), case), sitting, case)
    if model is not Vote:
        for below in (Vote, Attendance) if model is not Attendance else ():
            below.objects.all().delete()
    if model is Meeting:
        AgendaItem.objects.all().delete()
    model._base_manager.all().delete()  # type: ignore[attr-defined]
    assert item.pk
    assert list(ledger.check())


def test_an_item_taken_off_the_agenda_leaves_no_break(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    agenda.remove(actor=case.manager, item_id=cell_item(meeting, case).pk)
    assert list(ledger.check()) == []


def test_a_seat_without_an_account_votes_by_the_secretary(case: Council, sitting: Body) -> None:
    paper = held(sitting.council, Seat.Kind.MEMBER, None)
    meeting = session(sitting, case)
    meetings.note_attendance(
        actor=case.manager, meeting_id=meeting.pk, present=[seat.pk for seat in (*sitting.voting, paper)]
    )
    item = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=item.pk)
    votes.cast(actor=user_of(sitting.secretary), item_id=item.pk, seat_id=paper.pk, choice="for")
    assert Vote.objects.get().seat == paper
