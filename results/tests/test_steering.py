"""The control room: what waits for whom, by risk; filters; one count; one press reminds; the next step."""

import io
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.assignments.queries import board
from appraisal.models import Appraisal, Question
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, council, release_stage
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from criteria.tests.factories import CriterionFactory, open_stage, small_round
from results.gates import queries as gates
from results.publication import actions as publications
from results.steering import actions, queries, tables
from selfassess.models import SelfAssessment
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def year() -> Council:
    return council()


def line(round_group: RoundGroup, unit: Unit) -> tables.SteeredUnit:
    return next(one for one in queries.situation(round_group.round).lines if one.pk == unit.pk)


def ask(case: Council, unit: Unit, state: str = "open") -> None:
    Question.objects.create(
        round_group=case.round_group,
        unit=unit,
        criterion=case.leaf,
        opened_by=case.member,
        opened_at=clock.now(),
        due_on=clock.today(),
        state=state,
    )


def test_a_line_says_what_waits_for_whom(year: Council) -> None:
    ask(year, year.first)
    ask(year, year.first, "answered")
    found = line(year.round_group, year.first)
    assert found.waits[:3] == [
        "đơn vị trả lời 1 câu hỏi",
        "Hội đồng đọc 1 câu trả lời",
        "Hội đồng thẩm định 2 tiêu chí",
    ]
    assert found.lacking == ["cau-hoi", "tham-dinh", "dtxhh"]


def test_who_is_late_stands_first_and_who_is_done_last() -> None:
    block_ = small_round()
    late, submitted = UnitFactory.create(group=block_.group), UnitFactory.create(group=block_.group)
    open_stage(block_.round, "self_assessment", opens=clock.now() - timedelta(days=9), closes=clock.now())
    SelfAssessment.objects.create(
        round_group=block_, unit=submitted, state="submitted", submitted_at=clock.now(), imported=True
    )
    lines = queries.situation(block_.round).lines
    assert [one.pk for one in lines] == [late.pk, submitted.pk]
    assert lines[0].lacking[:2] == ["qua-han", "chua-nop"]
    assert lines[1].last is not None


def test_a_bonus_criterion_counts_as_it_counts_for_the_council(year: Council) -> None:
    CriterionFactory.create(
        criteria_set=year.round_group.criteria_set, code="9", position=9, source="self", kind="bonus", max_points=1
    )
    council_counts = board(year.round_group)
    totals = tables.totals(queries.situation(year.round_group.round).lines)
    assert totals[year.round_group.group.code].cells == len(council_counts.leaves) * len(council_counts.units)


def test_filters_stand_in_the_address(year: Council, client: Client) -> None:
    ask(year, year.first)
    client.force_login(year.manager)
    place = f"{reverse('results:control')}?nam={year.round_group.round.year}"
    everything = client.get(place).content.decode()
    assert f"?nam={year.round_group.round.year}&amp;loc=cau-hoi" in everything
    page = client.get(f"{place}&loc=cau-hoi").content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    assert year.first.name in page
    assert year.second.name not in page
    group = year.round_group.group.code
    assert f"&amp;loc=cau-hoi&amp;khoi={group}" in client.get(f"{place}&khoi={group}").content.decode()
    assert "khoi=&lt;" not in everything
    assert client.get(f"{place}&loc=khong-co&khoi=khong-co").status_code == 200


def test_one_press_reminds_each_person_once_a_day_until_it_is_done(year: Council) -> None:
    head, stranger = person(Role.UNIT_HEAD, year.first), person(Role.UNIT_HEAD, year.second)
    ask(year, year.first)
    given: dict[str, Any] = {"actor": year.manager, "round_id": year.round_group.round_id}
    assert actions.remind(**given).written > 0
    letters = Mail.objects.filter(event__startswith="results.remind:")
    assert letters.filter(recipient=head).count() == 1
    assert "trả lời 1 câu hỏi" in letters.get(recipient=head).body
    assert not letters.filter(recipient=stranger).exists()
    assert actions.remind(**given).written == 0
    assert LogEntry.objects.filter(verb="round.remind").count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        assert actions.remind(**given).written > 0
        Question.objects.update(state="answered")
        with pytest.raises(Refused, match="Không có việc nào"):
            actions.remind(**given)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_only_a_manager_reminds(year: Council, client: Client, role: Role) -> None:
    other = person(role, year.second)
    with pytest.raises(PermissionDenied):
        actions.remind(actor=other, round_id=year.round_group.round_id)
    client.force_login(other)
    assert client.get(reverse("results:remind")).status_code == 403
    assert client.post(reverse("results:remind")).status_code == 403


def test_the_preview_names_who_and_what(year: Council, client: Client) -> None:
    person(Role.UNIT_HEAD, year.first)
    ask(year, year.first)
    client.force_login(year.manager)
    place = f"{reverse('results:remind')}?nam={year.round_group.round.year}&loc=cau-hoi"
    page = client.get(place).content.decode()
    assert "trả lời 1 câu hỏi" in page
    assert not Mail.objects.filter(event__startswith="results.remind:").exists()
    assert "thư nhắc" in client.post(place, follow=True).content.decode()
    assert Mail.objects.filter(event__startswith="results.remind:").exists()


def test_the_main_action_is_the_one_that_is_next() -> None:
    round_group = block("A")
    open_stage(round_group.round, "self_assessment")

    def label() -> str:
        return queries.next_step(queries.situation(round_group.round), None, None).label

    assert label() == "Nhắc nộp bản tự đánh giá: 1 đơn vị"
    give(round_group, {"A": {"1": "60"}})
    assert label() == "Xem tiến độ điều tra xã hội học"
    give(round_group, {"A": {"2": "30"}})
    assert label() == f"Đề nghị công bố kết quả năm {round_group.round.year}"
    open_stage(round_group.round, "self_assessment", opens=clock.now() - timedelta(2), closes=clock.now())
    made = publications.publish(
        round_id=round_group.round_id, number="1/QĐ", dated=clock.today().replace(year=2032), signers=signed()
    )
    now = queries.situation(round_group.round)
    assert queries.next_step(now, None, made).label == "Xem công bố số 1/QĐ"
    assert queries.next_step(now, made, None).label == "Xem đề nghị công bố số 1/QĐ"


def test_what_the_council_has_not_told_is_next_before_the_publication(year: Council) -> None:
    label = queries.next_step(queries.situation(year.round_group.round), None, None).label
    assert label.startswith("Xem tiến độ thẩm định")


def test_the_state_is_given_as_a_workbook_and_on_paper(year: Council, client: Client) -> None:
    manager: User = year.manager
    client.force_login(manager)
    place = {"year": year.round_group.round.year}
    sheet = client.get(reverse("results:state-xlsx", kwargs=place))
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    names = [row[2] for row in book["Tiến độ"].iter_rows(min_row=2, values_only=True)]
    assert {year.first.name, year.second.name} <= set(names)
    assert client.get(reverse("results:state-pdf", kwargs=place)).content.startswith(b"%PDF")
    client.force_login(year.member)
    assert client.get(reverse("results:state-xlsx", kwargs=place)).status_code == 403


def test_the_room_costs_the_same_for_many_units_and_blocks(year: Council) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            queries.situation(year.round_group.round)
        return len(counted)

    before = cost()
    UnitFactory.create_batch(9, group=year.round_group.group)
    give(block("X", "Y", group="huyen", year=year.round_group.round.year), {"X": {"1": "60", "2": "30"}})
    assert cost() == before


def test_what_the_room_keeps_is_what_it_would_count_anew(year: Council) -> None:
    """After a decision, its release, an answer that does not agree: each moves something."""
    round_, cell = year.round_group.round, year.cell()

    def looked() -> queries.Situation:
        with clock.at(clock.now()):
            kept, anew = queries.situation(round_, for_page=True), queries.situation(round_)
        assert (kept.lines, kept.gates) == (anew.lines, anew.gates)
        assert kept.facts.mark is not None
        return kept

    before = looked()
    adjusted = decisions.adjust(
        actor=year.member, **cell, points=Decimal(1), reason_id=year.reason.pk, comment="Thiếu.", seen_version=0
    )
    after = looked()
    assert after.lines != before.lines
    release_stage(year.manager, year.round_group)
    open_stage(round_, "explanation")
    asked = looked()
    assert any(one.adjusted for one in asked.lines)
    replies.reply(actor=year.head, appraisal_id=adjusted.pk, agree=False, comment="Đã nộp.", document_ids=[])
    answered = looked()
    assert not any(one.adjusted for one in answered.lines)
    assert len(answered.gates) > len(asked.gates)


def test_of_one_unit_that_moved_the_room_reads_that_unit_alone(year: Council) -> None:
    """The readings that go through every step of a round, after one step; all of them, when many have moved."""
    round_, asked = year.round_group.round, []

    def reader(units: Sequence[int] | None) -> dict[tuple[int, int], int]:
        asked.append(units)
        among = {} if units is None else {"unit__in": units}
        rows = Appraisal.objects.filter(**among).values_list("round_group", "unit")
        return {row[:2]: row[2] for row in rows.order_by().annotate(Count("pk"))}

    def look() -> dict[tuple[int, int], int]:
        return dict(gates.facts(round_, for_page=True).read_by_unit(reader))

    gates.forget()
    first, second = ((year.round_group.pk, unit.pk) for unit in (year.first, year.second))
    decisions.recognise(actor=year.member, **year.cell(), seen_version=0)
    assert look() == {first: 1}
    assert look() == {first: 1}
    assert asked == [None], "nothing moved"
    decisions.recognise(actor=year.member, **year.cell(unit=year.second), seen_version=0)
    assert look() == {first: 1, second: 1}
    undo.undo(actor=year.member, **year.cell(), seen_version=1)
    look()
    assert asked[1:] == [[year.second.pk], [year.first.pk]], "what was taken back moved its unit too"
    gates.forget()
    assert look() == {first: 1, second: 1}
    assert asked[3:] == [None]
