"""How much of a unit's statement a person sees: managers all, the unit what is released, a member their criteria."""

import pytest
from django.contrib.auth.models import AnonymousUser

from appraisal.interests import actions as interests
from appraisal.models import AppraisalEntry
from appraisal.tests.factories import Council, assign, council, fresh, next_year, release_row
from appraisal.tests.refusing import recognise
from results.statement import rules as statement_rules
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    """Both leaves of `first` are decided, and a leaf of another unit."""
    made = council()
    recognise(made)
    recognise(made, criterion_id=made.other_leaf.pk)
    recognise(made, unit_id=made.second.pk)
    return made


@pytest.fixture
def later(case: Council) -> Council:
    """The next year, in which a leaf of `first` is decided too."""
    made = next_year(case)
    recognise(made)
    return made


def sight(case: Council, user: User, unit: Unit | None = None) -> statement_rules.Sight:
    seen = statement_rules.sight_of(fresh(user), case.round_group, unit or case.first)
    assert seen is not None
    return seen


def entries(case: Council, *leaves: int) -> set[AppraisalEntry]:
    """The steps of the unit in this year, on these leaves."""
    rows = AppraisalEntry.objects.filter(appraisal__round_group=case.round_group, appraisal__unit=case.first)
    return set(rows.filter(appraisal__criterion__in=leaves))


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("role", [Role.INDEX_MANAGER, Role.OBSERVER])
def test_managers_and_observers_see_everything_of_the_unit_and_year(case: Council, role: Role) -> None:
    seen = sight(case, person(role))
    assert (seen.everything, seen.names, seen.unsubmitted, seen.leaves) == (True, True, True, None)
    assert set(seen.entries) == entries(case, case.leaf.pk, case.other_leaf.pk)


def test_a_units_people_see_what_is_released_without_the_councils_names(case: Council, later: Council) -> None:
    for who in (case.officer, case.head):
        seen = sight(case, who)
        assert (seen.everything, seen.names, seen.unsubmitted, seen.leaves) == (False, False, True, None)
        assert not seen.entries.exists()
    release_row(later.round_group, "round1")
    assert not sight(case, case.officer).entries.exists()
    release_row(case.round_group, "round1")
    assert set(sight(case, case.officer).entries) == entries(case, case.leaf.pk, case.other_leaf.pk)


def test_a_member_sees_of_the_own_unit_what_its_people_are_shown_but_no_drafts(case: Council) -> None:
    seen = sight(case, case.member, case.home)
    assert (seen.everything, seen.names, seen.unsubmitted, seen.leaves) == (False, False, False, None)


def test_a_member_sees_of_another_unit_the_criteria_assigned(case: Council, later: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, branch=case.other_leaf, units=[case.first])
    assign(colleague, later.round_group)
    for who, leaves in ((case.member, {case.leaf.pk, case.other_leaf.pk}), (colleague, {case.other_leaf.pk})):
        seen = sight(case, who)
        assert (seen.everything, seen.names, seen.unsubmitted, seen.leaves) == (
            False,
            True,
            False,
            frozenset(leaves),
        )
        assert set(seen.entries) == entries(case, *leaves)
    assert statement_rules.sight_of(fresh(colleague), case.round_group, case.second) is None


def test_whoever_has_no_part_in_it_sees_nothing(case: Council) -> None:
    others = person(Role.UNIT_OFFICER, case.second), person(Role.COUNCIL_MEMBER), person(Role.SURVEY_OPERATOR)
    for who in (*others, UserFactory.create()):
        assert statement_rules.sight_of(fresh(who), case.round_group, case.first) is None
    assert statement_rules.sight_of(AnonymousUser(), case.round_group, case.first) is None


@pytest.mark.parametrize("role", Role)
def test_statements_are_the_business_of_all_but_the_survey(role: Role) -> None:
    assert statement_rules.has_statements(person(role, UnitFactory.create())) is (role != Role.SURVEY_OPERATOR)


def test_statements_are_nobodys_business_without_a_role() -> None:
    for who in (UserFactory.create(), AnonymousUser()):
        assert statement_rules.has_statements(who) is False


def test_declared_unit_has_no_statement_for_the_member() -> None:
    case = council()
    assert statement_rules.sight_of(fresh(case.member), case.round_group, case.first) is not None
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Người nhà làm ở đó.")
    assert statement_rules.sight_of(fresh(case.member), case.round_group, case.first) is None
