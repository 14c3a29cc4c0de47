"""What a person judges and reads follows from their assignments, less their own units and those of an interest."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from appraisal.interests import actions as interests
from appraisal.models import Assignment, Confirmation, Interest, Reason
from appraisal.opinions.actions import mark_blind
from appraisal.rules import reach, stages
from appraisal.tests.factories import Council, assign, confirmed, council, fresh, next_year, release_row, submitted
from criteria.models import Criterion, Round, RoundGroup
from criteria.queries import measured
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
)
from selfassess.models import SelfScore
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

COUNCIL_SIDE = {Role.COUNCIL_MEMBER, Role.INDEX_MANAGER, Role.OBSERVER}


@pytest.fixture
def case() -> Council:
    return council()


def declared(case: Council, member: User, unit: Unit) -> Interest:
    return interests.declare_interest(actor=case.manager, member=member, unit=unit, reason="Người nhà làm ở đó.")


# --- who has a place -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_has_a_place_on_the_councils_side(role: Role, case: Council) -> None:
    user = person(role, case.first)
    assert reach.has_desk(user) is (role in COUNCIL_SIDE)
    assert reach.reads_all(user) is (role in COUNCIL_SIDE - {Role.COUNCIL_MEMBER})
    assert reach.can_assign(user) is (role == Role.INDEX_MANAGER)
    assert reach.assignments_manageable_by(user).exists() is (role == Role.INDEX_MANAGER)
    assert reach.reasons_manageable_by(user).exists() is (role == Role.INDEX_MANAGER)


def test_assignments_stand_as_they_were_made_and_reasons_by_their_code(case: Council) -> None:
    late = person(Role.COUNCIL_MEMBER)
    made = [
        case.member.assignments.get(),
        assign(late, case.round_group),
        assign(case.member, case.round_group, case.leaf),
    ]
    assert list(reach.assignments_manageable_by(case.manager)) == made
    for code in ("zz", "aa"):
        Reason.objects.create(code=code, text=code)
    codes = [reason.code for reason in reach.reasons_manageable_by(case.manager)]
    assert codes == sorted(codes)
    assert {"aa", "zz"} < set(codes)


# --- closed units --------------------------------------------------------------------------------------


def test_the_own_unit_and_those_of_a_standing_interest_are_closed(case: Council) -> None:
    declared(case, person(Role.COUNCIL_MEMBER), case.second)
    interest = declared(case, case.member, case.first)
    assert reach.closed_units(fresh(case.member)) == {case.home.pk, case.first.pk}
    interests.withdraw_interest(actor=case.manager, interest_id=interest.pk, reason="Đã chuyển công tác.")
    assert reach.closed_units(fresh(case.member)) == {case.home.pk}
    assert reach.closed_units(AnonymousUser()) == frozenset()


def test_an_interest_closes_units_to_whoever_has_a_desk(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    declared(case, colleague, case.first)
    Membership.objects.filter(user=colleague).update(role=Role.OBSERVER)
    assert reach.closed_units(fresh(colleague)) == {case.first.pk}
    Membership.objects.filter(user=colleague).update(role=Role.UNIT_OFFICER, unit=case.second)
    assert reach.closed_units(fresh(colleague)) == {case.second.pk}


def test_closed_units_are_read_once_until_an_interest_changes(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    member = fresh(case.member)
    reach.forget_closed_units(member)
    assert reach.closed_units(member) == {case.home.pk}
    declared(case, fresh(member), case.first)
    with django_assert_num_queries(0):
        assert reach.closed_units(member) == {case.home.pk}
    reach.forget_closed_units(member)
    assert reach.closed_units(member) == {case.home.pk, case.first.pk}


# --- holdings and scope --------------------------------------------------------------------------------


def test_holdings_are_the_assignments_of_the_block_in_plain_numbers(case: Council) -> None:
    assign(case.member, case.round_group, case.leaf, [case.second, case.first])
    next_year(case)
    declared(case, case.member, case.first)
    found = reach.holdings(fresh(case.member), case.round_group)
    first_two = tuple(sorted((case.first.pk, case.second.pk)))
    assert found.parts == ((None, ()), (case.leaf.pk, first_two))
    assert (found.closed, found.reads_all) == (tuple(sorted((case.first.pk, case.home.pk))), False)
    assert reach.holdings(case.manager, case.round_group) == reach.Holdings((), (case.home.pk,), True)
    assert reach.holdings(person(Role.OBSERVER), case.round_group) == reach.Holdings((), (), True)


def test_who_left_the_council_holds_nothing_though_assigned(case: Council) -> None:
    Membership.objects.filter(user=case.member).update(active=False)
    assert reach.holdings(fresh(case.member), case.round_group).parts == ()
    assert reach.holdings(AnonymousUser(), case.round_group).parts == ()


def test_a_scope_is_read_in_three_queries(case: Council, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assign(case.member, case.round_group, case.leaf, [case.second])
    member = fresh(case.member)
    assert reach.has_desk(member)
    with django_assert_num_queries(3):
        scope = reach.scope_of(member, case.round_group)
    assert scope.leaves == {case.leaf.pk, case.other_leaf.pk}
    assert scope.parts == (
        reach.Part(scope.leaves, None),
        reach.Part(frozenset({case.leaf.pk}), frozenset({case.second.pk})),
    )


# --- what a page asks first ----------------------------------------------------------------------------


def test_what_a_page_asks_first_is_what_the_rules_say_one_by_one(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    block, later = case.round_group, next_year(case).round_group
    assign(case.member, block, case.leaf, [case.second, case.first])
    left, became_officer = person(Role.COUNCIL_MEMBER), person(Role.COUNCIL_MEMBER)
    for who in (left, became_officer):
        assign(who, block)
        declared(case, who, case.first)
    declared(case, case.member, case.second)
    Membership.objects.filter(user=left).update(active=False)
    Membership.objects.filter(user=became_officer).update(role=Role.UNIT_OFFICER, unit=case.second)
    tolerances = {case.leaf.pk: Decimal("0.25"), case.other_leaf.pk: Decimal(0)}
    for pk, tolerance in tolerances.items():
        mark_blind(actor=case.manager, round_group_id=block.pk, criterion_id=pk, tolerance=tolerance)
    mark_blind(actor=case.manager, round_group_id=later.pk, criterion_id=case.leaf.pk, tolerance=Decimal(1))
    for year, stage in ((block, "round1"), (block, "import"), (later, "round2")):
        release_row(year, stage)

    for user in (case.member, case.manager, person(Role.OBSERVER), case.officer, left, became_officer):
        asked = fresh(user)
        reach.has_desk(asked)  # roles are read once for the whole request
        with django_assert_num_queries(1):
            desk = reach.desk(asked, block.round)
        with django_assert_num_queries(0):
            held = desk.holdings(asked, block)
        assert held == reach.holdings(fresh(user), block)
        assert desk.released == {block.pk: stages.released_stages(block.pk)}
        assert desk.blind == {block.pk: tolerances}


def test_closed_units_that_a_request_has_read_stay_as_they_were(case: Council) -> None:
    member = fresh(case.member)
    assert reach.closed_units(member) == {case.home.pk}
    declared(case, fresh(case.member), case.first)
    reach.desk(member, case.round_group.round)
    assert reach.closed_units(member) == {case.home.pk}


# --- cells as a condition ------------------------------------------------------------------------------


def scores_of(user: User) -> set[tuple[int, int]]:
    """(unit, leaf) of the self-assessed scores in the cells assigned to the person."""
    rows = SelfScore.objects.filter(reach.assigned_cells(user, "assessment__", ""))
    return set(rows.values_list("assessment__unit", "criterion"))


def only_assigned(case: Council, branch: Criterion | None = None, *units: Unit) -> User:
    user = person(Role.COUNCIL_MEMBER)
    assign(user, case.round_group, branch, units)
    return user


def test_assigned_cells_are_those_the_scope_covers(case: Council) -> None:
    area = case.round_group.criteria_set.criteria.get(code="1")
    everybody = [
        case.member,
        only_assigned(case),
        only_assigned(case, area, case.first),
        only_assigned(case, case.leaf),
        only_assigned(case, case.leaf, case.first, case.second),
        person(Role.COUNCIL_MEMBER),
    ]
    assign(everybody[3], case.round_group, case.other_leaf, [case.home])
    declared(case, everybody[1], case.second)
    places = [(unit.pk, leaf.pk) for unit in (case.first, case.second, case.home)
              for leaf in (case.leaf, case.other_leaf)]  # fmt: skip
    for user in map(fresh, everybody):
        scope = reach.scope_of(user, case.round_group)
        assert scores_of(user) == {place for place in places if scope.covers(*place)}
    assert [len(scores_of(fresh(user))) for user in everybody] == [4, 4, 2, 4, 2, 0]


def test_an_assignment_of_one_year_opens_no_other(case: Council) -> None:
    colleague = only_assigned(case)
    next_year(case)
    mine = SelfScore.objects.filter(reach.assigned_cells(colleague, "assessment__", ""))
    assert {score.assessment.round_group for score in mine} == {case.round_group}


def other_set(case: Council, *leaves: str, source: str = "self") -> RoundGroup:
    """The block a year later by another decision: area 1 with the given leaves."""
    decision = DecisionFactory.create(number="02/QĐ-THU")
    criteria_set = CriteriaSetFactory.create(decision=decision, group=case.round_group.group)
    area = CriterionFactory.create(criteria_set=criteria_set, code="1", is_leaf=False, source="")
    for code in leaves:
        CriterionFactory.create(criteria_set=criteria_set, code=code, source=source, parent=area)
    year = case.round_group.round.year + 1
    return RoundGroupFactory.create(round=RoundFactory.create(year=year), criteria_set=criteria_set)


def test_assignments_in_blocks_of_different_sets_are_read_together(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    block = other_set(case, "1.1", "1.2", "1.4")
    submitted(block, case.first, {"1.1": "1", "1.2": "1", "1.4": "1"})
    assign(case.member, block, block.criteria_set.criteria.get(code="1.4"))
    assign(case.member, block, block.criteria_set.criteria.get(code="1"), [case.second])
    member = fresh(case.member)
    assert reach.closed_units(member) == {case.home.pk}
    with django_assert_num_queries(3):
        reach.assigned_cells(member, "")
    assert len(scores_of(member)) == 5
    mine = SelfScore.objects.filter(reach.assigned_cells(member, "assessment__", ""), assessment__round_group=block)
    assert [score.criterion.code for score in mine] == ["1.4"]


def test_a_set_of_which_units_score_nothing_opens_nothing(case: Council) -> None:
    block = other_set(case, "1.1", source="survey")
    submitted(block, case.first, {"1.1": "1"})
    newcomer = person(Role.COUNCIL_MEMBER)
    assign(newcomer, block)
    assert scores_of(newcomer) == set()


# --- units ---------------------------------------------------------------------------------------------


def test_the_units_a_person_sees_are_those_in_which_they_hold_a_leaf(case: Council) -> None:
    survey = case.round_group.criteria_set.criteria.get(code="1.3")
    narrow, both = only_assigned(case, case.leaf, case.second), only_assigned(case, case.leaf, case.second)
    assign(both, case.round_group, case.other_leaf)
    away = only_assigned(case, survey)
    assign(away, case.round_group, case.leaf, [case.first])
    seen = {
        case.member: {case.first, case.second},
        narrow: {case.second},
        both: {case.first, case.second, case.home},
        away: {case.first},
        case.manager: {case.first, case.second, case.home},
        person(Role.OBSERVER): {case.first, case.second, case.home},
    }
    for user, units in seen.items():
        scope = reach.scope_of(fresh(user), case.round_group)
        assert {unit for unit in measured(case.round_group) if reach.reads_unit(scope, unit.pk)} == units
        if not scope.reads_all:
            assert set(reach.units_appraisable_by(fresh(user), case.round_group)) == units
    assert not reach.units_appraisable_by(case.manager, case.round_group).exists()


def test_units_of_another_block_are_in_nobodys_reach(case: Council) -> None:
    UnitFactory.create(group__code="huyen")
    assert reach.units_appraisable_by(case.member, case.round_group).count() == 2


# --- confirming ----------------------------------------------------------------------------------------


def must_confirm(user: User, round_: Round) -> bool:
    return reach.must_confirm(user, reach.desk(user, round_))


def test_who_is_assigned_confirms_once_a_year(case: Council) -> None:
    later, colleague = next_year(case), person(Role.COUNCIL_MEMBER)
    years = (case.round_group.round, later.round_group.round)
    Confirmation.objects.filter(member=case.member, round=years[1])._raw_delete("default")
    confirmed(colleague, years[1])
    assert [must_confirm(case.member, year) for year in years] == [False, True]
    assert [must_confirm(colleague, year) for year in years] == [False, False], "assigned nothing"
    Assignment.objects.create(round_group=case.round_group, member=colleague)
    assert [must_confirm(fresh(colleague), year) for year in years] == [True, False]
    assert must_confirm(UserFactory.create(), years[0]) is False
