"""Roles: who holds which, where, and that nobody else does."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from pytest_django import DjangoAssertNumQueries

from units import rules
from units.models import Membership, Role, User
from units.tests.factories import MembershipFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

PREDICATES = {
    Role.INDEX_MANAGER: rules.is_index_manager,
    Role.SURVEY_OPERATOR: rules.is_survey_operator,
    Role.COUNCIL_MEMBER: rules.is_council_member,
    Role.OBSERVER: rules.is_observer,
}


def again(user: User) -> User:
    """The person in the next request."""
    return User.objects.get(pk=user.pk)


def allowed(*names: str, active: bool = True) -> User:
    """Somebody to whom the administrator gave these permissions."""
    user = UserFactory.create(is_active=active)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.mark.parametrize("role", Role)
def test_each_role_is_itself_and_no_other(role: Role) -> None:
    unit = UnitFactory.create()
    user = person(role, unit)
    assert [held for held in Role if rules.has_role(user, held)] == [role]
    assert [held for held in Role if rules.has_unit_role(user, unit.pk, held)] == [role]
    assert [held for held, holds in PREDICATES.items() if holds(user)] == [held for held in PREDICATES if held == role]


def test_a_role_in_a_unit_is_held_there_and_nowhere_else() -> None:
    here, there = UnitFactory.create(), UnitFactory.create()
    user = person(Role.UNIT_HEAD, here)
    MembershipFactory.create(user=user, role=Role.UNIT_OFFICER, unit=there)
    heads = [unit for unit in (here, there) if rules.has_unit_role(user, unit.pk, Role.UNIT_HEAD)]
    assert heads == [here]
    assert list(rules.units_where(user, Role.UNIT_HEAD)) == [here]
    assert list(rules.units_where(user, Role.UNIT_OFFICER)) == [there]
    assert set(rules.units_where(user, Role.UNIT_HEAD, Role.UNIT_OFFICER)) == {here, there}
    assert list(rules.units_where(user)) == []


def test_any_of_the_roles_asked_for_is_enough() -> None:
    unit = UnitFactory.create()
    user = person(Role.UNIT_OFFICER, unit)
    assert rules.has_unit_role(user, unit.pk, Role.UNIT_HEAD, Role.UNIT_OFFICER)
    assert not rules.has_unit_role(user, unit.pk, Role.UNIT_HEAD, Role.OBSERVER)
    assert not rules.has_unit_role(user, unit.pk)


def test_ones_own_units_are_those_of_any_role() -> None:
    home, elsewhere = UnitFactory.create(), UnitFactory.create()
    user = person(Role.COUNCIL_MEMBER, home)
    MembershipFactory.create(user=user, role=Role.OBSERVER)
    assert [unit for unit in (home, elsewhere) if rules.is_own_unit(user, unit.pk)] == [home]
    assert rules.grants(user).own_units == {home.pk}
    assert rules.grants(user).unit_roles == {(home.pk, Role.COUNCIL_MEMBER)}


def test_what_was_taken_back_counts_no_more_and_what_others_hold_never() -> None:
    unit = UnitFactory.create()
    person(Role.INDEX_MANAGER, unit)
    user = person(Role.UNIT_HEAD, unit)
    Membership.objects.filter(user=user).update(active=False)
    assert rules.grants(again(user)) == rules.Grants()
    assert rules.Grants() == rules.Grants(frozenset(), frozenset(), frozenset())


def test_nobody_and_a_closed_account_hold_nothing() -> None:
    closed = person(Role.OBSERVER, is_active=False)
    for user in (AnonymousUser(), closed):
        assert rules.grants(user) == rules.Grants()
        assert list(rules.units_where(user, *Role)) == []


def test_roles_are_read_once_in_a_request(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = again(person(Role.OBSERVER))
    with django_assert_num_queries(1):
        assert [rules.is_observer(user), rules.is_observer(user), rules.is_index_manager(user)] == [True, True, False]


@pytest.mark.parametrize(
    ("names", "units", "people"),
    [
        ((), False, False),
        (("add_unit",), False, False),
        (("change_unit",), False, False),
        (("add_unit", "change_unit"), True, False),
        (("change_membership",), False, True),
    ],
)
def test_the_administrator_lets_units_and_people_be_managed_one_by_one(
    names: tuple[str, ...], units: bool, people: bool
) -> None:
    user = allowed(*names)
    assert (rules.may_manage_units(user), rules.may_manage_people(user)) == (units, people)


def test_a_closed_account_manages_nothing_whatever_it_was_let() -> None:
    superuser = UserFactory.create(is_superuser=True, is_active=False)
    for user in (superuser, allowed("add_unit", "change_unit", "change_membership", active=False), AnonymousUser()):
        assert (rules.may_manage_units(user), rules.may_manage_people(user)) == (False, False)
    assert (rules.may_manage_units(None), rules.may_manage_people(None)) == (True, True)
