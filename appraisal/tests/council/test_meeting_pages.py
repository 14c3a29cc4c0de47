"""The pages of a meeting: who gets in, a meeting from its plan to its end, what a page costs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.council import urls
from appraisal.council.agenda import actions as agenda
from appraisal.council.agenda import queries as agenda_queries
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Attendance, Dissent, Meeting, Seat, Vote
from appraisal.tests.council.council_site import (
    Body,
    at_the_meeting,
    body,
    cell_item,
    consent,
    held,
    meeting_row,
    session,
    user_of,
    voted,
)
from appraisal.tests.factories import Council, submitted
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock, numbers
from selfassess.models import SelfScore
from units.models import Role
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return at_the_meeting()


@pytest.fixture
def sitting(case: Council) -> Body:
    return body(case)


def post(client: Client, name: str, pk: int, **form: object) -> int:
    return client.post(reverse(f"council:{name}", args=[pk]), form).status_code


def test_a_meeting_from_its_plan_to_its_end(case: Council, sitting: Body) -> None:
    client, year = sign_in(user_of(sitting.secretary)), case.round_group.round.year
    assert client.post(reverse("council:meeting-add", args=[year]), {"kind": "session"}).status_code == 422
    plan = {"kind": "session", "title": "Họp Hội đồng", "opens": "2031-02-01T08:00", "place": "Phòng họp 1"}
    assert client.post(reverse("council:meeting-add", args=[year]), plan).status_code == 302
    meeting = Meeting.objects.get()
    chosen = {"kind": "cell", "group": case.round_group.pk, "cells": f"{case.first.pk}:{case.leaf.pk}:pending"}
    assert "chưa có kết quả thẩm định" in client.get(reverse("council:agenda", args=[meeting.pk])).text
    assert post(client, "agenda", meeting.pk, **chosen) == 302
    item = AgendaItem.objects.get()
    assert post(client, "item", item.pk, verb="propose", points="0,5") == 422
    proposal = {"decision": "adjust", "points": "0,5", "reason": case.reason.pk, "comment": "Hồ sơ thiếu."}
    assert post(client, "item", item.pk, verb="propose", **proposal) == 302
    item.refresh_from_db()
    assert (item.verb, item.points, item.reason) == ("adjust", Decimal("0.5"), case.reason)
    corrected = {**plan, "title": "Họp xem xét kết quả", "secretary": sitting.secretary.pk}
    assert post(client, "meeting-edit", meeting.pk, **corrected) == 302
    meeting.refresh_from_db()
    assert (meeting.title, meeting.secretary) == ("Họp xem xét kết quả", sitting.secretary)


def test_contested_cells_are_shown_by_reason_each_with_its_page(
    case: Council, sitting: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, block = session(sitting, case), case.round_group
    first, *rest = agenda_queries.contested(meeting, block)
    monkeypatch.setattr(agenda_queries, "contested", lambda *_: [replace(first, origin="disputed"), *rest])
    page, code = reverse("council:agenda", args=[meeting.pk]), block.group.code
    opened = f'href="/tham-dinh/khoi/{code}/don-vi/'
    shown = sign_in(case.manager).get(page).text
    assert opened in shown
    assert f"?khoi={code}&amp;vi-sao=pending" in shown
    assert ":pending" not in shown
    assert ":disputed" not in (other := sign_in(case.manager).get(page, {"vi-sao": "pending"}).text)
    assert ":pending" in other
    secretary = sign_in(user_of(sitting.secretary)).get(page).text
    assert ":disputed" in secretary
    assert opened not in secretary, "an address that would answer 404"


def test_the_tab_of_the_council_is_the_one_a_person_comes_by(case: Council, sitting: Body) -> None:
    page = reverse("council:council", args=[case.round_group.round.year])
    marked = re.compile(r'aria-current="page"\s*>([^<]+)</a>')
    for person_, tabs in (
        (case.member, ["Thẩm định"]),
        (case.manager, ["Điều hành"]),
        (user_of(sitting.secretary), []),
    ):
        assert marked.findall(sign_in(person_).get(page).text) == tabs


def test_who_votes_on_a_ranking_is_led_to_it(case: Council, sitting: Body) -> None:
    meeting, block = session(sitting, case), case.round_group
    for kind, led in ((AgendaItem.Kind.RANKING, True), (AgendaItem.Kind.SURVEY, False)):
        item = agenda.add_subject(actor=case.manager, meeting_id=meeting.pk, kind=kind, round_group_id=block.pk)
        page = sign_in(user_of(sitting.member)).get(reverse("council:item", args=[item.pk])).text
        assert (reverse("results:projector", args=[meeting.pk]) in page) is led


def test_after_the_deadline_the_page_says_why_nobody_votes(case: Council, sitting: Body) -> None:
    row = consent(sitting, case)
    address = reverse("council:item", args=[cell_item(row, case).pk])
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    member = sign_in(user_of(sitting.third))
    assert "Biểu quyết của bạn" in member.get(address).text
    assert row.deadline is not None
    with clock.at(row.deadline):
        over = member.get(address).text
    assert "Đã hết hạn cho ý kiến lúc" in over
    assert "Biểu quyết của bạn" not in over


def test_members_vote_by_the_page(case: Council, sitting: Body) -> None:
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    manager = sign_in(case.manager)
    assert post(manager, "item", item.pk, verb="present") == 302
    for seat, choice in ((sitting.chair, "for"), (sitting.vice, "for"), (sitting.third, "for")):
        client = sign_in(user_of(seat))
        assert "Biểu quyết của bạn" in client.get(reverse("council:item", args=[item.pk])).text
        assert post(client, "item", item.pk, verb="vote", seat=seat.pk) == 422
        assert post(client, "item", item.pk, verb="vote", seat=seat.pk, choice=choice) == 302
    assert post(sign_in(user_of(sitting.member)), "item", item.pk, verb="conclude") == 403
    against = {"verb": "vote", "seat": sitting.member.pk, "choice": "against", "words": "Đã đủ hồ sơ."}
    assert post(sign_in(user_of(sitting.member)), "item", item.pk, **against) == 302
    assert post(manager, "item", item.pk, verb="conclude") == 302
    item.refresh_from_db()
    assert (item.state, item.in_favour, item.opposed) == ("passed", 3, 1)
    assert "Đã đủ hồ sơ." in manager.get(reverse("council:meeting", args=[meeting.pk])).text
    assert post(manager, "meeting", meeting.pk, verb="close") == 302
    assert "đã kết thúc" in manager.get(reverse("council:meeting", args=[meeting.pk])).text


def test_attendance_hands_and_dissent_by_the_page(case: Council, sitting: Body) -> None:
    meeting, client = meeting_row(sitting, case), sign_in(user_of(sitting.vice))
    assert post(client, "meeting", meeting.pk, verb="begin") == 302
    there = [seat.pk for seat in sitting.voting[:3]]
    client.post(reverse("council:meeting", args=[meeting.pk]), {"verb": "present", "members": there})
    assert set(Attendance.objects.filter(present=True).values_list("seat", flat=True)) == set(there)
    post(client, "agenda", meeting.pk, kind="other", title="Việc khác")
    item = AgendaItem.objects.get()
    post(client, "item", item.pk, verb="present")
    assert post(client, "item", item.pk, verb="hands", favour="") == 422
    post(client, "item", item.pk, verb="hands", favour="3", opposed="0", abstained="0")
    post(client, "item", item.pk, verb="dissent", seat=sitting.chair.pk, words="Cần bàn thêm.")
    post(client, "item", item.pk, verb="conclude")
    item.refresh_from_db()
    assert (item.state, item.counted, Dissent.objects.count()) == ("passed", True, 1)


def test_attendance_says_who_presides_and_whether_the_meeting_counts(case: Council, sitting: Body) -> None:
    meeting, client = meeting_row(sitting, case, presiding_id=sitting.chair.pk), sign_in(user_of(sitting.secretary))
    address = reverse("council:meeting", args=[meeting.pk])
    assert "thành viên có quyền biểu quyết\n" not in client.get(address).text  # nobody was asked yet
    post(client, "meeting", meeting.pk, verb="begin")
    page = client.get(address).text
    assert page.index("Điểm danh</h2>") < page.index("Chương trình</h2>")
    for count, counts in ((2, False), (3, True)):
        there = [seat.pk for seat in sitting.voting[-count:]]
        led = there[0]
        client.post(address, {"verb": "present", "members": there, "presiding": led})
        page = client.get(address).text
        assert f"{count}/4 thành viên" in page
        assert ("phiên họp có giá trị" in page) is counts
        assert page.index("Điểm danh</h2>") > page.index("Chương trình</h2>")
        assert Meeting.objects.get().presiding_id == led


def test_the_plan_begins_with_the_chair_and_the_secretary(case: Council, sitting: Body) -> None:
    form = sign_in(case.manager).get(reverse("council:meeting-add", args=[case.round_group.round.year])).context["form"]
    assert (form["presiding"].value(), form["secretary"].value()) == (sitting.chair.pk, sitting.secretary.pk)
    assert sitting.secretary not in form.fields["presiding"].queryset


def test_a_consent_that_was_sent_takes_no_more_and_says_what_silence_means(case: Council, sitting: Body) -> None:
    row, client = consent(sitting, case), sign_in(case.manager)
    cell_item(row, case)
    address, adding = reverse("council:meeting", args=[row.pk]), reverse("council:agenda", args=[row.pk])
    assert adding in client.get(address).text
    agenda.begin(actor=case.manager, meeting_id=row.pk)
    page = " ".join(client.get(address).text.split())
    assert adding not in page
    assert "không được coi là tán thành" in page


def test_who_votes_sees_what_the_unit_gave_itself_and_what_stood(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    page = sign_in(user_of(sitting.third)).get(reverse("council:item", args=[item.pk])).text
    claimed = numbers.vn(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf).points)
    assert f"tự đánh giá {claimed}" in page
    assert "kết quả trước khi biểu quyết" in page


def test_a_rejected_proposal_says_what_stands(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    votes.count_hands(actor=case.manager, item_id=item.pk, in_favour=2, opposed=2, abstained=0)
    votes.conclude(actor=case.manager, item_id=item.pk)
    page = sign_in(case.manager).get(reverse("council:item", args=[item.pk])).text
    assert "Điểm trước đó của tiêu chí giữ nguyên" in page


def test_a_member_of_the_unit_sees_no_vote(case: Council, sitting: Body) -> None:
    item = cell_item(session(sitting, case), case, case.second)
    agenda.present(actor=case.manager, item_id=item.pk)
    page = sign_in(user_of(sitting.member)).get(reverse("council:item", args=[item.pk])).text
    assert "Biểu quyết của bạn" not in page
    assert "không biểu quyết về đơn vị của mình" in page
    refused = {"verb": "vote", "seat": sitting.member.pk, "choice": "for"}
    assert post(sign_in(user_of(sitting.member)), "item", item.pk, **refused) == 403
    assert not Vote.objects.exists()


READS = {"chair", "vice", "member", "third", "secretary", "working", "manager", "observer", "stranger"}
CONDUCTS = {"chair", "vice", "secretary", "manager"}


def clients(case: Council, sitting: Body) -> Iterator[tuple[str, Client]]:
    yield "nobody", Client()
    for name in ("chair", "vice", "member", "third", "secretary", "working"):
        yield name, sign_in(user_of(getattr(sitting, name)))
    other_block = UnitFactory.create(group__code="huyen")
    for name, user in {
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
        "stranger": person(Role.COUNCIL_MEMBER),  # sits in no seat
        "officer": case.officer,
        "head": case.head,
        "other block": person(Role.UNIT_HEAD, other_block),
        "operator": person(Role.SURVEY_OPERATOR),
        "administrator": UserFactory.create(is_superuser=True, is_staff=True),
    }.items():
        yield name, sign_in(user)


def test_who_gets_where(case: Council, sitting: Body) -> None:
    """Every address by everybody; sending an empty form changes nothing for whoever may not."""
    meeting = session(sitting, case)
    item = cell_item(meeting, case)
    year = case.round_group.round.year
    reading = [reverse("council:meeting", args=[meeting.pk]), reverse("council:item", args=[item.pk])]
    conducting = [reverse("council:meeting-add", args=[year]), reverse("council:agenda", args=[meeting.pk])]
    conducting.append(reverse("council:meeting-edit", args=[meeting.pk]))
    elsewhere = {"council", "decision", "seat-add", "seat", "silence", "samples", "sample"}  # in tests of their own
    elsewhere |= {"agencies", "verifying", "verify", "paper", "silent"}
    assert {route.name for route in urls.urlpatterns} - elsewhere == {
        "meeting",
        "item",
        "meeting-add",
        "agenda",
        "meeting-edit",
    }
    before = Meeting.objects.count(), AgendaItem.objects.count()
    for name, client in clients(case, sitting):
        refused = 302 if name == "nobody" else 403
        for address in reading:
            expected = 200 if name in READS else 404 if "noi-dung" in address and name != "nobody" else refused
            assert client.get(address).status_code == expected, (name, address)
        for address in conducting:
            assert client.get(address).status_code == (200 if name in CONDUCTS else refused), (name, address)
        for verb in ("begin", "close", "present"):
            if name not in CONDUCTS:
                assert client.post(reading[0], {"verb": verb}).status_code == refused, (name, verb)
        for verb in ("propose", "present", "put_back", "remove", "hands", "conclude", "vote", "dissent"):
            if name not in CONDUCTS | {"member", "third"}:
                expected = refused if name in READS | {"nobody"} else 404
                assert client.post(reading[1], {"verb": verb}).status_code == expected, (name, verb)
    assert before == (Meeting.objects.count(), AgendaItem.objects.count())


def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_cost_the_same_for_many_items_votes_and_units(case: Council, sitting: Body) -> None:
    meeting, client = session(sitting, case), sign_in(case.manager)
    first = cell_item(meeting, case)
    agenda.present(actor=case.manager, item_id=first.pk)
    voted(first, case, sitting.chair)
    pages = [
        reverse("council:meeting", args=[meeting.pk]),
        reverse("council:item", args=[first.pk]),
        reverse("council:agenda", args=[meeting.pk]),
    ]
    few = [cost(client, page) for page in pages]
    for _ in range(4):
        unit = UnitFactory.create(group=case.round_group.group)
        submitted(case.round_group, unit, case.scores)
        cell_item(meeting, case, unit)
        held(sitting.council, Seat.Kind.MEMBER, person(Role.COUNCIL_MEMBER, unit))
    voted(first, case, sitting.vice, sitting.third)
    assert [cost(client, page) for page in pages] == few
