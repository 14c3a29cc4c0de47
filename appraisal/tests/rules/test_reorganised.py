"""The bar of the own unit and of a declared interest across a reorganisation, at every door, each with its control.

DV1 is what the member's agency became (or came from), DV2 is a unit that merged into the same one, or no kin at all.
"""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from appraisal.assignments import actions as assignments
from appraisal.assignments.queries import board
from appraisal.interests import actions as interests
from appraisal.models import Appraisal
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.rules import deciding, reach, reading
from appraisal.tests.factories import Council, attach, council, document, fresh, release_row
from appraisal.tests.pages import cell_page, sign_in, status, unit_page
from cchc_index.lib.faults import Refused
from selfassess.models import SelfScore
from units.models import Role, Succession, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

Became = Callable[[Council], None]


def step(old: Unit, new: Unit) -> None:
    Succession.objects.create(predecessor=old, successor=new, kind=Succession.Kind.MERGE, on=date(2025, 3, 1))


def home_became_the_first(case: Council) -> None:
    step(case.home, case.first)


def the_first_became_home(case: Council) -> None:
    step(case.first, case.home)


def over_two_steps(case: Council) -> None:
    between = UnitFactory.create()
    step(case.home, between)
    step(between, case.first)


def both_merged_elsewhere(case: Council) -> None:
    for old in (case.home, case.second):
        step(old, case.first)


KIN = [home_became_the_first, the_first_became_home, over_two_steps, both_merged_elsewhere]


@pytest.fixture
def case() -> Council:
    return council()


def recognise(case: Council, unit: Unit) -> Appraisal:
    return decisions.recognise(actor=fresh(case.member), **case.cell(unit), seen_version=0)


def test_without_a_succession_every_door_is_open(case: Council) -> None:
    """The control of the tests below."""
    assert reach.closed_units(fresh(case.member)) == {case.home.pk}
    client = sign_in(case.member)
    assert [status(client, page) for page in (unit_page(case.first), cell_page(case))] == [200, 200]
    assert recognise(case, case.first).pk


@pytest.mark.parametrize("became", KIN)
def test_nobody_appraises_what_their_unit_became_or_came_from(became: Became, case: Council) -> None:
    became(case)
    member = fresh(case.member)
    assert not deciding.can_appraise(member, case.round_group, case.first, case.leaf)
    assert deciding.can_appraise(member, case.round_group, case.second, case.leaf)  # a sibling is nobody's own
    assert set(reach.units_appraisable_by(member, case.round_group)) == {case.second}
    with pytest.raises(PermissionDenied):
        recognise(case, case.first)
    for unit, refused in ((case.first, True), (case.second, False)):
        cells = [(unit.pk, case.other_leaf.pk, None)]
        if refused:
            with pytest.raises((PermissionDenied, Refused)):
                bulk.bulk_recognise(actor=fresh(case.member), round_group_id=case.round_group.pk, cells=cells)
        else:
            assert bulk.bulk_recognise(actor=fresh(case.member), round_group_id=case.round_group.pk, cells=cells) == 1
    assert set(Appraisal.objects.values_list("unit", flat=True)) == {case.second.pk}


@pytest.mark.parametrize("became", KIN)
def test_pages_and_files_of_kin_are_closed_and_say_why(became: Became, case: Council) -> None:
    papers = {unit: document(unit, case.officer, unit.code) for unit in (case.first, case.second)}
    for unit, paper in papers.items():
        attach(SelfScore.objects.get(assessment__unit=unit, criterion=case.leaf), paper)
    became(case)
    client = sign_in(case.member)
    for unit, answer in ((case.first, 404), (case.second, 200)):
        file = reverse("appraisal:document", args=[papers[unit].pk])
        assert [status(client, page) for page in (unit_page(unit), cell_page(case, unit), file)] == [answer] * 3
    assert "kế thừa nhau" in client.get(unit_page(case.first)).text
    assert "Đây là đơn vị của bạn" in client.get(unit_page(case.home)).text


@pytest.mark.parametrize("became", KIN)
def test_assignments_keep_kin_apart(became: Became, case: Council) -> None:
    became(case)
    found = board(case.round_group)
    assert found.judgeable(case.member.pk) == {case.second.pk}
    with pytest.raises(Refused, match="Không thẩm định được đơn vị nào đã chọn"):
        assignments.assign(
            actor=case.manager,
            round_group_id=case.round_group.pk,
            member_ids=[case.member.pk],
            branch_id=case.leaf.pk,
            unit_ids=[case.first.pk],
        )


def test_a_declared_interest_reaches_what_the_unit_became(case: Council) -> None:
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Em ruột là lãnh đạo.")
    assert reach.closed_units(fresh(case.member)) == {case.home.pk, case.first.pk}
    step(case.first, case.second)
    everything = {case.home.pk, case.first.pk, case.second.pk}
    assert reach.closed_units(fresh(case.member)) == everything
    seen = fresh(case.member)
    reach.desk(seen, case.round_group.round)
    assert reach.closed_units(seen) == everything
    assert board(case.round_group).judgeable(case.member.pk) == frozenset()
    page = sign_in(case.member).get(unit_page(case.second))
    assert page.status_code == 404
    assert "Em ruột là lãnh đạo." in page.text
    assert case.first.name in page.text


def test_what_was_told_to_a_unit_stays_with_its_own_people(case: Council) -> None:
    recognise(case, case.first)
    release_row(case.round_group, "round1")
    step(case.first, case.home)
    assert reading.entries_visible_to(fresh(case.officer)).exists()
    assert not reading.entries_visible_to(person(Role.UNIT_HEAD, case.home)).exists()


def test_the_place_of_a_member_costs_the_same_after_a_reorganisation(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    over_two_steps(case)
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason="Người thân.")
    member = fresh(case.member)
    with django_assert_num_queries(2):  # who it is, with the line; the place with the interests' lines
        reach.desk(member, case.round_group.round)
        assert reach.closed_units(member) >= {case.home.pk, case.first.pk, case.second.pk}
