"""An agency verifies a leaf before the members judge it: who speaks for it, when, and where it is shown."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.council import ledger
from appraisal.council.verifying import actions
from appraisal.models import VerifyingAgency, VerifyingOpinion
from appraisal.review.decisions import actions as decisions
from appraisal.rules import reading
from appraisal.tests.factories import Council, attach, council, document, release_row, submitted
from appraisal.tests.pages import cell_page, sign_in
from cchc_index.lib.faults import Refused
from criteria.tests.factories import RoundFactory
from selfassess.models import SelfScore
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


@pytest.fixture
def row(case: Council) -> VerifyingAgency:
    """DV2 verifies leaf 1.1."""
    cell = {"round_group_id": case.round_group.pk, "criterion_id": case.leaf.pk}
    made = actions.name_agency(actor=case.manager, **cell, agency=case.second)
    assert made is not None
    return made


def speaker(case: Council, role: Role = Role.UNIT_HEAD) -> User:
    return person(role, case.second)


def verify(row: VerifyingAgency, by: User, unit: Unit, points: str | None = "0.5", words: str = "Thiếu.") -> None:
    given = None if points is None else Decimal(points)
    actions.verify(actor=by, verifying_id=row.pk, unit_id=unit.pk, points=given, words=words)


@pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER])
def test_the_people_of_the_agency_speak_for_it(case: Council, row: VerifyingAgency, role: Role) -> None:
    verify(row, speaker(case, role), case.first)
    assert VerifyingOpinion.objects.get().points == Decimal("0.5")
    assert list(ledger.check()) == []


def test_never_on_their_own_unit(case: Council, row: VerifyingAgency) -> None:
    with pytest.raises(PermissionDenied):
        verify(row, speaker(case), case.second)


def test_others_do_not(case: Council, row: VerifyingAgency) -> None:
    observer = person(Role.OBSERVER, case.second)  # belongs to the agency and only looks
    for user in (case.member, case.manager, case.head, case.officer, observer, person(Role.UNIT_HEAD, case.home)):
        with pytest.raises(PermissionDenied):
            verify(row, user, case.home if user in (case.head, case.officer) else case.first)


def test_before_the_members_do(case: Council, row: VerifyingAgency) -> None:
    verify(row, speaker(case), case.first)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    with pytest.raises(Refused, match="cho ý kiến trước đó"):
        verify(row, speaker(case), case.first, "1")
    assert case.standing().points == Decimal("1.5")  # no point moves by the agency


@pytest.mark.parametrize(("points", "words"), [(None, "Thiếu."), ("9", "Thiếu."), ("0.5", " ")])
def test_points_and_words_are_asked(case: Council, row: VerifyingAgency, points: str | None, words: str) -> None:
    with pytest.raises(Refused):
        verify(row, speaker(case), case.first, points, words)


def test_a_unit_that_has_not_submitted_is_not_verified(case: Council, row: VerifyingAgency) -> None:
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    with pytest.raises(Refused, match="chưa nộp"):
        verify(row, speaker(case), case.first)


def test_the_opinion_stands_beside_the_decision(case: Council, row: VerifyingAgency) -> None:
    client = sign_in(case.member)
    assert "chưa có ý kiến" in client.get(cell_page(case)).text
    verify(row, speaker(case), case.first, words="Báo cáo chưa ký.")
    verify(row, speaker(case), case.first, "0.75", words="Đã bổ sung.")
    page = client.get(cell_page(case)).text
    assert "0,75 điểm" in page
    assert "Đã bổ sung." in page
    assert "Cơ quan kiểm chứng" not in client.get(cell_page(case, leaf=case.other_leaf)).text


def test_the_agency_reads_what_it_verifies_and_nothing_else(case: Council, row: VerifyingAgency) -> None:
    papers = {}
    for unit in (case.first, case.home, case.second):
        for leaf in (case.leaf, case.other_leaf):
            paper = document(unit, case.officer, f"{leaf.code}/BC-{unit.code}")
            attach(SelfScore.objects.get(assessment__unit=unit, criterion=leaf), paper)
            papers[unit, leaf] = paper
    head, member = speaker(case), speaker(case, Role.COUNCIL_MEMBER)
    theirs = {papers[case.first, case.leaf], papers[case.home, case.leaf]}
    assert set(reading.documents_visible_to(member)) == theirs
    own = {papers[case.second, case.leaf], papers[case.second, case.other_leaf]}
    assert set(reading.documents_visible_to(head)) == theirs | own
    actions.name_agency(actor=case.manager, round_group_id=row.round_group_id, criterion_id=case.leaf.pk, agency=None)
    assert set(reading.documents_visible_to(member)) == set()


def test_only_a_manager_names_the_agency(case: Council) -> None:
    cell = {"round_group_id": case.round_group.pk, "criterion_id": case.leaf.pk}
    for user in (case.member, case.head, person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            actions.name_agency(actor=user, **cell, agency=case.second)
    surveyed = case.round_group.criteria_set.criteria.get(code="1.3")
    with pytest.raises(Refused):
        actions.name_agency(
            actor=case.manager, round_group_id=case.round_group.pk, criterion_id=surveyed.pk, agency=case.second
        )
    assert not VerifyingAgency.objects.exists()


@pytest.mark.parametrize("change", [{"points": Decimal(2)}, {"words": "Khác."}])
def test_ledger_proves_opinions(case: Council, row: VerifyingAgency, change: dict[str, object]) -> None:
    verify(row, speaker(case), case.first)
    VerifyingOpinion.objects.update(**change)
    assert any("không khớp" in line for line in ledger.check())


def test_by_the_pages(case: Council, row: VerifyingAgency) -> None:
    year, head = case.round_group.round.year, speaker(case)
    client, page = sign_in(head), reverse("council:verify", args=[row.pk])
    shown = client.get(page).text
    assert case.first.name in shown
    assert f'Cho ý kiến<span class="hidden-text"> về {case.second}' not in shown
    assert client.get(reverse("council:verifying")).status_code == 200
    assert client.post(page, {"chosen": case.first.pk}).status_code == 422
    assert client.post(page, {"chosen": case.second.pk, "points": "1", "words": "Đủ."}).status_code == 403
    assert client.post(page, {"chosen": case.first.pk, "points": "1", "words": "Đủ."}).status_code == 302
    naming = reverse("council:agencies", args=[year, "so"])
    manager = sign_in(case.manager)
    assert manager.post(naming, {"criterion": case.other_leaf.pk, "unit": case.home.pk}).status_code == 302
    assert VerifyingAgency.objects.count() == 2
    for user, reads in ((case.member, 200), (person(Role.OBSERVER), 200), (case.officer, 404), (case.head, 404)):
        assert sign_in(user).get(page).status_code == reads
        assert sign_in(user).get(naming).status_code == 403
        assert sign_in(user).post(naming, {"criterion": case.leaf.pk}).status_code == 403
    assert sign_in(case.head).get(reverse("council:verifying")).status_code == 403


def test_the_page_costs_the_same_for_many_units(case: Council, row: VerifyingAgency) -> None:
    client, page = sign_in(speaker(case)), reverse("council:verify", args=[row.pk])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for _ in range(5):
        submitted(case.round_group, UnitFactory.create(group=case.round_group.group), case.scores)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


# --- what waits for the agency: its tab, its page, its letter ------------------------------------------


def tabs(user: User) -> list[str]:
    return [tab.name for tab in sign_in(user).get(reverse("results:ranking")).context["frame_tabs"]]


def test_the_tab_is_the_agencys_own(case: Council, row: VerifyingAgency) -> None:
    assert "council:verifying" in tabs(speaker(case))
    for user in (case.officer, case.manager, person(Role.OBSERVER, case.second), person(Role.UNIT_HEAD, case.first)):
        assert "council:verifying" not in tabs(user)
    row.active = False
    row.save()
    assert "council:verifying" not in tabs(speaker(case))


def test_the_page_counts_what_waits(case: Council, row: VerifyingAgency) -> None:
    head = speaker(case)

    def counted() -> tuple[int, int]:
        (one,) = sign_in(head).get(reverse("council:verifying")).context["rows"]
        return one.waiting, one.given

    assert counted() == (2, 0), "not the agency itself"
    verify(row, head, case.first)
    assert counted() == (1, 1)
    decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=0)
    decisions.recognise(actor=case.member, **case.cell(case.first), seen_version=0)
    assert counted() == (1, 1), "the member's home still waits"


def test_another_year_is_another_list(case: Council, row: VerifyingAgency) -> None:
    RoundFactory.create(year=case.round_group.round.year + 1)
    page = sign_in(speaker(case)).get(reverse("council:verifying"), {"nam": case.round_group.round.year + 1})
    assert page.context["rows"] == []


def test_the_agency_is_told_when_something_new_waits(case: Council, row: VerifyingAgency) -> None:
    head = speaker(case)
    assert actions.remind_agencies().written == 1
    assert actions.remind_agencies().written == 0
    letter = Mail.objects.get()
    assert letter.recipient == head
    assert "2 lượt tiêu chí" in letter.body
    assert reverse("council:verifying") in letter.body
    verify(row, head, case.first)
    assert actions.remind_agencies().written == 0, "less waits, nothing new"
    submitted(case.round_group, UnitFactory.create(group=case.round_group.group), case.scores)
    assert actions.remind_agencies().written == 1


def test_nothing_waits_once_the_stage_was_released(case: Council, row: VerifyingAgency) -> None:
    speaker(case)
    release_row(case.round_group, "round1")
    assert actions.remind_agencies().written == 0
