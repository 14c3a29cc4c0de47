"""How far the ballots are: every group and unit against the plan, by name and by day."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib import clock
from criteria.models import RoundGroup
from surveys.batches import actions as batches
from surveys.coverage.queries import UnitBallots, coverage, unit_coverage
from surveys.models import PlannedBallots, RespondentGroup
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

MONDAY = datetime(2031, 9, 1, 23, 30, tzinfo=clock.HANOI)


@pytest.fixture
def block() -> RoundGroup:
    """Three a unit of the people, five from STC; the council is asked without a number; figures bring no ballots."""
    block = surveyed_round()
    people = asked_group(block, code="dan", planned_ballots=3)
    PlannedBallots.objects.create(respondent_group=people, unit=block.group.units.get(code="STC"), ballots=5)
    asked_group(block, code="hdnd")
    asked_group(block, code="sipas", mode=RespondentGroup.Mode.FIGURES)
    return block


def bring(block: RoundGroup, group: str, *ballots: tuple[object, ...]) -> None:
    batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents=group, source=csv_file(ballot_rows(*ballots))
    )


def test_every_unit_and_group_against_the_plan(block: RoundGroup) -> None:
    bring(block, "dan", *[(f"S{n}", "SNV", 1, 1) for n in range(3)], ("S9", "SNV", "", ""), ("T1", "STC", 1, 2))
    table = unit_coverage(block)
    assert [group.code for group in table.groups] == ["dan", "hdnd"]
    cells = {unit.code: row for unit, row in table.rows}
    assert cells["SNV"] == [UnitBallots(3, 3, 1), UnitBallots(None, 0, 0)]
    assert cells["STC"] == [UnitBallots(5, 1, 0), UnitBallots(None, 0, 0)]
    assert [cell.state for row in cells.values() for cell in row] == ["ok", "none", "wait", "none"]
    assert table.totals[0] == UnitBallots(8, 4, 1)
    named = {group.code: [(unit.code, cell.lacking) for unit, cell in units] for group, units in table.lacking}
    assert named == {"dan": [("STC", 4)], "hdnd": [("SNV", 1), ("STC", 1)]}
    assert coverage([block])[0].groups[0].expected == 8


def test_days_are_days_of_hanoi_and_add_up(block: RoundGroup) -> None:
    with clock.at(MONDAY):
        bring(block, "dan", ("S1", "SNV", 1, 1))
    with clock.at(MONDAY + timedelta(hours=1)):
        bring(block, "hdnd", ("H1", "SNV", 1, 1), ("H2", "SNV", "", ""))
        bring(block, "dan", ("S2", "SNV", 1, 1))
    days = unit_coverage(block).days
    assert [(day.day, day.by_group, day.total, day.so_far) for day in days] == [
        (date(2031, 9, 1), [1, 0], 1, 1),
        (date(2031, 9, 2), [1, 1], 2, 3),  # an invalid ballot is no progress
    ]


def test_queries_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    block = surveyed_round(units=8)
    for code in ("a", "b", "c"):
        asked_group(block, code=code)
        bring(block, code, *[(f"{code}{n}", unit, 1, 1) for n, unit in enumerate(("SNV", "STC", "DV002"))])
    with django_assert_num_queries(6):
        unit_coverage(block)


@pytest.mark.parametrize("role", Role)
def test_managers_and_observers_see_it_too(block: RoundGroup, role: Role) -> None:
    page = Client()
    page.force_login(person(role, UnitFactory.create()))
    reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER)
    answer = page.get(f"/dieu-tra/tien-do/{block.pk}/")
    assert answer.status_code == (200 if reads else 403)
    assert page.get("/dieu-tra/tien-do/987654/").status_code == (404 if reads else 403)
    if reads:
        assert "thiếu 3 trong 3 phiếu" in " ".join(answer.content.decode().split())
