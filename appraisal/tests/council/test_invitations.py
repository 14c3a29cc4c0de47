"""Letters of a meeting: who is invited, once per change; a written consent's opening and its reminders."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from appraisal.council import ledger
from appraisal.council.agenda import actions as agenda
from appraisal.council.meetings import actions
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.council.votes import actions as votes
from appraisal.models import Meeting
from appraisal.tests.council.council_site import (
    Body,
    at_the_meeting,
    body,
    cell_item,
    consent,
    held,
    meeting_row,
    user_of,
    voted,
)
from appraisal.tests.factories import Council
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units.mail.models import Mail
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return at_the_meeting()


@pytest.fixture
def sitting(case: Council) -> Body:
    return body(case)


def planned(sitting: Body, case: Council) -> Meeting:
    return meeting_row(sitting, case, title="Họp xem xét kết quả", place="Phòng 301")


def replanned(row: Meeting, sitting: Body, case: Council, **changes: str) -> Meeting:
    title, place = changes.get("title", row.title), changes.get("place", row.place)
    entry = MeetingPlan("session", title, row.held_at, place, secretary_id=sitting.secretary.pk)
    return actions.plan(actor=case.manager, council_id=sitting.council.pk, entry=entry, meeting_id=row.pk)


def test_who_has_no_account_is_named_to_whoever_invites(case: Council, sitting: Body) -> None:
    meeting, client = planned(sitting, case), sign_in(case.manager)
    address = reverse("council:meeting", args=[meeting.pk])
    assert "không có tài khoản" not in client.post(address, {"verb": "invite"}, follow=True).text
    seat = held(sitting.council, "member", None)
    told = client.post(address, {"verb": "invite"}, follow=True).text
    assert f"1 người không có tài khoản, mời bằng giấy: {seat.name}." in told
    row = consent(sitting, case)
    cell_item(row, case)
    begun = client.post(reverse("council:meeting", args=[row.pk]), {"verb": "begin"}, follow=True).text
    assert f"gửi văn bản giấy và ghi ý kiến thay: {seat.name}." in begun


def invite(row: Meeting, case: Council) -> int:
    return actions.invite(actor=case.manager, meeting_id=row.pk).written


def to_everybody(sitting: Body) -> set[int]:
    return {user_of(seat).pk for seat in (*sitting.voting, sitting.secretary, sitting.working)}


def test_everybody_who_sits_there_is_invited_with_time_place_agenda_and_link(case: Council, sitting: Body) -> None:
    row = planned(sitting, case)
    item = cell_item(row, case)
    held(sitting.council, "member", None)  # without an account: the secretary tells them
    assert invite(row, case) == 6
    letters = Mail.objects.order_by("pk")
    assert {letter.recipient_id for letter in letters} == to_everybody(sitting)
    said = letters[0].body
    for words in (clock.in_words(row.held_at), "Phòng 301", str(item), reverse("council:meeting", args=[row.pk])):
        assert words in said
    assert list(ledger.check()) == []


def test_once_for_each_change(case: Council, sitting: Body) -> None:
    row = planned(sitting, case)
    assert invite(row, case) == 6
    assert invite(row, case) == 0, "the same invitation again"
    replanned(row, sitting, case)
    assert Mail.objects.count() == 6, "nothing has changed"
    replanned(row, sitting, case, place="Phòng 402")
    assert Mail.objects.count() == 12, "a changed place is told at once"
    replanned(row, sitting, case, place="Phòng 301")
    assert Mail.objects.count() == 18, "back to the first place is a change too"
    cell_item(row, case)
    assert Mail.objects.count() == 18, "an agenda that grows is told when somebody presses"
    row.refresh_from_db()
    assert invite(row, case) == 6
    assert list(ledger.check()) == []


def test_a_plan_that_nobody_was_invited_to_tells_nobody(case: Council, sitting: Body) -> None:
    replanned(planned(sitting, case), sitting, case, place="Phòng 402")
    assert not Mail.objects.exists()


def test_who_joins_later_gets_the_invitation_as_it_is(case: Council, sitting: Body) -> None:
    row = planned(sitting, case)
    invite(row, case)
    held(sitting.council, "member", person(Role.COUNCIL_MEMBER))
    assert invite(row, case) == 1


def test_only_who_conducts_invites_and_only_before_the_meeting(case: Council, sitting: Body) -> None:
    row = planned(sitting, case)
    for user in (user_of(sitting.member), user_of(sitting.working), person(Role.OBSERVER), case.head):
        with pytest.raises(PermissionDenied):
            actions.invite(actor=user, meeting_id=row.pk)
        answer = sign_in(user).post(reverse("council:meeting", args=[row.pk]), {"verb": "invite"})
        assert answer.status_code == 403
    actions.begin(actor=case.manager, meeting_id=row.pk)
    with pytest.raises(Refused):
        invite(row, case)
    with pytest.raises(Refused):
        invite(consent(sitting, case), case)
    assert not Mail.objects.exists()


def test_by_the_page(case: Council, sitting: Body) -> None:
    row = planned(sitting, case)
    client, address = sign_in(user_of(sitting.secretary)), reverse("council:meeting", args=[row.pk])
    assert "chưa gửi" in client.get(address).text
    assert "Đã gửi giấy mời cho 6 người." in client.post(address, {"verb": "invite"}, follow=True).text
    assert "chương trình đã thay đổi" not in client.get(address).text
    cell_item(row, case)
    assert "chương trình đã thay đổi" in client.get(address).text


def test_a_written_consent_is_told_when_it_opens_to_who_votes(case: Council, sitting: Body) -> None:
    row = consent(sitting, case)
    item = cell_item(row, case)
    assert not Mail.objects.exists()
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    letters = Mail.objects.order_by("pk")
    assert {letter.recipient_id for letter in letters} == {user_of(seat).pk for seat in sitting.voting}
    assert len(letters) == 4
    assert row.deadline is not None
    for words in (clock.in_words(row.deadline), str(item)):
        assert words in letters[0].body


@pytest.fixture
def open_consent(case: Council, sitting: Body) -> Meeting:
    """About two units, one of them the member's own, until the third midnight from now, whatever the hour of the test;
    its first letters are not counted."""
    midnight = clock.hanoi(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    row = consent(sitting, case)
    row.deadline = midnight + timedelta(days=3)
    row.save(update_fields=["deadline"])
    cell_item(row, case)
    cell_item(row, case, unit=case.second)
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    Mail.objects.all().delete()
    return row


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> datetime:
    at = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


def test_who_has_not_voted_is_reminded_once_for_each_step(
    case: Council, sitting: Body, open_consent: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert votes.remind_voters().written == 0, "not on the day it began"
    first, second = open_consent.items.order_by("position")
    voted(first, case, sitting.chair, sitting.member)
    voted(second, case, sitting.chair)
    later(monkeypatch, 1)
    assert votes.remind_voters().written == 2
    reminded = {user_of(sitting.vice).pk, user_of(sitting.third).pk}  # the member may not vote on their own unit
    assert set(Mail.objects.values_list("recipient_id", flat=True)) == reminded
    assert "còn 2 nội dung" in Mail.objects.order_by("pk")[0].body
    assert votes.remind_voters().written == 0
    later(monkeypatch, 1)
    voted(first, case, sitting.vice)
    voted(second, case, sitting.vice)
    call_command("send_reminders")
    assert Mail.objects.count() == 3, "who has voted since is left alone"


def test_nobody_is_reminded_after_the_end(open_consent: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, 3)
    assert votes.remind_voters().written == 0


def test_reminders_cost_the_same_for_many_items(
    case: Council,
    sitting: Body,
    open_consent: Meeting,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    later(monkeypatch, 1)
    with django_assert_max_num_queries(16):
        votes.remind_voters()
