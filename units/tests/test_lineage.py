"""The own unit across a reorganisation: up and down over any number of steps, never sideways."""

from datetime import date
from itertools import pairwise

import pytest
from pytest_django import DjangoAssertNumQueries

from units import queries, rules
from units.models import Role, Succession, Unit, User
from units.tests.factories import MembershipFactory, UnitFactory, person

pytestmark = pytest.mark.django_db

KINDS = Succession.Kind


def became(old: Unit, new: Unit | None, kind: Succession.Kind = KINDS.MERGE) -> None:
    Succession.objects.create(predecessor=old, successor=new, kind=kind, on=date(2025, 3, 1))


@pytest.fixture
def units() -> dict[str, Unit]:
    """a and b merge into c, c becomes d; e is split into f and g; h is abolished; z stands apart."""
    made = {name: UnitFactory.create(code=name.upper()) for name in "abcdefghz"}
    for old, new, kind in (
        ("a", "c", KINDS.MERGE),
        ("b", "c", KINDS.MERGE),
        ("c", "d", KINDS.RENAME),
        ("e", "f", KINDS.SPLIT),
        ("e", "g", KINDS.SPLIT),
    ):
        became(made[old], made[new], kind)
    became(made["h"], None, KINDS.ABOLITION)
    return made


OWN = {
    "a": "acd",
    "b": "bcd",
    "c": "abcd",
    "d": "abcd",
    "e": "efg",
    "f": "ef",
    "g": "eg",
    "h": "h",
    "z": "z",
}
"""The whole matrix: who comes from the first may not appraise the second; every other pair is open."""


def own(user: User, units: dict[str, Unit]) -> str:
    return "".join(name for name, unit in units.items() if rules.is_own_unit(user, unit.pk))


@pytest.mark.parametrize(("home", "expected"), OWN.items())
def test_what_a_unit_came_from_and_what_became_of_it_are_own(home: str, expected: str, units: dict[str, Unit]) -> None:
    user = person(Role.COUNCIL_MEMBER, units[home])
    assert own(user, units) == expected
    assert set(rules.own_units(user)) == {units[name] for name in expected}
    assert rules.grants(user).home_units == {units[home].pk}
    assert queries.lines_of([units[home].pk]) == {units[home].pk: {units[name].pk for name in expected}}


def test_without_the_succession_the_other_unit_is_open(units: dict[str, Unit]) -> None:
    Succession.objects.filter(predecessor=units["a"]).delete()
    assert own(person(Role.COUNCIL_MEMBER, units["a"]), units) == "a"


def test_a_role_in_the_successor_gives_none_in_the_predecessor(units: dict[str, Unit]) -> None:
    head = person(Role.UNIT_HEAD, units["c"])
    assert [name for name, unit in units.items() if rules.has_unit_role(head, unit.pk, Role.UNIT_HEAD)] == ["c"]
    assert list(rules.units_where(head, Role.UNIT_HEAD)) == [units["c"]]


def test_the_lines_of_several_homes_come_together(units: dict[str, Unit]) -> None:
    user = person(Role.COUNCIL_MEMBER, units["f"])
    MembershipFactory.create(user=user, role=Role.UNIT_OFFICER, unit=units["a"])
    assert own(user, units) == "acdef"


def test_rows_that_lead_in_a_circle_come_to_an_end(units: dict[str, Unit]) -> None:
    became(units["d"], units["a"])
    became(units["z"], units["z"])
    assert own(person(Role.COUNCIL_MEMBER, units["a"]), units) == "abcd"
    assert own(person(Role.COUNCIL_MEMBER, units["z"]), units) == "z"
    assert [unit.code for unit in queries.origins(units["z"]).line] == ["Z"]
    circle = queries.origins(units["d"])
    assert ([unit.code for unit in circle.line], [unit.code for unit in circle.merged]) == (["D", "C"], ["A", "B"])


def test_who_somebody_is_takes_one_query_however_long_the_line(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    line = [UnitFactory.create() for _ in range(40)]
    for old, new in pairwise(line):
        became(old, new, KINDS.RENAME)
    user = User.objects.get(pk=person(Role.COUNCIL_MEMBER, line[20]).pk)
    with django_assert_num_queries(1):
        assert rules.grants(user).own_units == {unit.pk for unit in line}
    with django_assert_num_queries(2):
        assert queries.origins(line[-1]).line == line[::-1]
    with django_assert_num_queries(0):
        assert queries.lines_of([]) == {}


@pytest.mark.parametrize(
    ("unit", "line", "merged"),
    [("d", "dc", "ab"), ("c", "c", "ab"), ("f", "fe", ""), ("a", "a", ""), ("h", "h", "")],
)
def test_a_line_goes_back_as_long_as_there_is_one_predecessor(
    unit: str, line: str, merged: str, units: dict[str, Unit]
) -> None:
    found = queries.origins(units[unit])
    assert found.line == [units[name] for name in line]
    assert found.merged == [units[name] for name in merged]
