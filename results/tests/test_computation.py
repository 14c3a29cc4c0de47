"""Recomputing: a pure function of the inputs, switched at once."""

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import council
from cchc_index.lib.canonical import digest
from criteria.actions import inputs_changed
from criteria.models import RoundGroup
from results import bundle, queries
from results.computation import actions as computations
from results.computation import queries as computed
from results.models import Computation, UnitResult
from units.models import Unit

from .factories import add_leaf, block, give

pytestmark = pytest.mark.django_db

T = TypeVar("T")


@pytest.fixture
def round_group() -> RoundGroup:
    round_group = block("A", "B", "C")
    give(round_group, {"A": {"1": "60", "2": "30"}, "B": {"1": "60", "2": "30"}, "C": {"1": "50.5", "2": "0"}})
    return round_group


def ranking(computation: Computation) -> list[tuple[str, int | None, Decimal | None]]:
    return [(r.unit.code, r.rank, r.index) for r in computed.ranked_results(computation)]


def test_recompute_ranks_the_block(round_group: RoundGroup) -> None:
    computation = computations.recompute(round_group_id=round_group.pk)

    assert computation.current
    assert ranking(computation) == [("A", 1, Decimal(90)), ("B", 1, Decimal(90)), ("C", 3, Decimal("50.50"))]


def test_recompute_of_the_same_inputs_writes_nothing(round_group: RoundGroup) -> None:
    first = computations.recompute(round_group_id=round_group.pk)
    inputs_changed(round_group.pk)

    again = computations.recompute(round_group_id=round_group.pk)

    assert again == first
    assert Computation.objects.count() == 1
    round_group.refresh_from_db()
    assert computed.is_up_to_date(round_group)


def test_the_same_inputs_in_whatever_order_have_the_same_digest() -> None:
    """Units, criteria, their places in the tree and the scores come in another order each time."""
    chance, seen = random.Random(5), set[str]()
    units, leaves = ["A", "B", "Đ", "a"], {"3": 5, "10": 4, "9": 3}
    scores = {unit: {leaf: str(number) for number, leaf in enumerate(leaves)} for unit in units}
    for _ in range(6):
        with transaction.atomic():
            round_group = block(*shuffled(chance, units))
            for code, maximum in shuffled(chance, leaves.items()):
                add_leaf(round_group.criteria_set, code, maximum, position=chance.randrange(9))
            for unit in shuffled(chance, units):
                for leaf, points in shuffled(chance, scores[unit].items()):
                    give(round_group, {unit: {leaf: points}})
            inputs = computed.group_inputs(round_group)
            assert [row["code"] for row in inputs["criteria"]] == ["1", "2", "3", "9", "10"]
            seen.add(digest(inputs))
            transaction.set_rollback(True)
    assert len(seen) == 1


def shuffled(chance: random.Random, items: Iterable[T]) -> list[T]:
    every = list(items)
    return chance.sample(every, len(every))


def test_a_decision_taken_back_leaves_the_unit_incomplete_and_not_at_zero() -> None:
    """0 of 2 and 1 points were recognised and count; taken back, the leaf is missing and there is no rank."""
    case = council()
    for leaf in (case.leaf, case.other_leaf):
        decisions.recognise(actor=case.member, **case.cell(leaf=leaf), seen_version=0)
    case.round_group.refresh_from_db()
    before = computations.recompute(round_group_id=case.round_group.pk).unit_results.get(unit=case.first)
    undo.undo(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=1)
    case.round_group.refresh_from_db()
    assert not computed.is_up_to_date(case.round_group)

    computation = computations.recompute(round_group_id=case.round_group.pk)

    after = computation.unit_results.get(unit=case.first)
    assert set(after.incomplete) - set(before.incomplete) == {case.other_leaf.code}
    assert (after.rank, after.index) == (None, None)
    assert states_of(case.round_group)[case.first.code, case.other_leaf.code] == ("not_scored", None)


def test_a_changed_program_recomputes(round_group: RoundGroup) -> None:
    first = computations.recompute(round_group_id=round_group.pk)
    Computation.objects.update(code_version="cũ")

    assert computations.recompute(round_group_id=round_group.pk) != first


def test_recompute_switches_and_keeps_the_old_one_for_its_readers(round_group: RoundGroup) -> None:
    first = computations.recompute(round_group_id=round_group.pk)
    held = ranking(first)
    give(round_group, {"C": {"2": "35"}})

    second = computations.recompute(round_group_id=round_group.pk)

    assert list(Computation.objects.filter(current=True)) == [second]
    assert ranking(first) == held
    assert ("C", 3, Decimal("85.50")) in ranking(second)


def test_old_computations_do_not_pile_up(round_group: RoundGroup) -> None:
    for points in range(10):
        give(round_group, {"C": {"2": str(points + 1)}})
        computations.recompute(round_group_id=round_group.pk)

    assert Computation.objects.count() == 6
    assert UnitResult.objects.count() == 6 * 3


def test_a_slower_run_over_older_inputs_does_not_win(round_group: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run with newer inputs finishes between reading and switching: its result stays."""
    newer = []
    switch = computations._switch

    def overtaken(mine: Computation) -> Computation:
        monkeypatch.setattr(computations, "_switch", switch)
        give(round_group, {"C": {"2": "35"}})
        newer.append(computations.recompute(round_group_id=round_group.pk))
        return switch(mine)

    monkeypatch.setattr(computations, "_switch", overtaken)

    assert computations.recompute(round_group_id=round_group.pk) == newer[0]
    assert list(Computation.objects.filter(current=True)) == newer
    assert Computation.objects.count() == 1


def test_a_failed_write_leaves_the_old_result(round_group: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    first = computations.recompute(round_group_id=round_group.pk)
    give(round_group, {"C": {"2": "35"}})
    monkeypatch.setattr(computations, "insert_rows", lambda *a, **k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        computations.recompute(round_group_id=round_group.pk)

    assert list(Computation.objects.all()) == [first]
    assert UnitResult.objects.count() == 3


def states_of(round_group: RoundGroup) -> dict[tuple[str, str], tuple[str, str | None]]:
    cells = computed.group_inputs(round_group)["cells"]
    return {(cell["unit"], cell["criterion"]): (cell["state"], cell["points"]) for cell in cells}


def test_four_states_reach_the_results(round_group: RoundGroup) -> None:
    other = block("A", "B", "C", "D", group="huyen", year=2032)
    give(other, {"A": {"1": "0"}, "B": {"1": None}, "C": {"2": "7"}})

    computation = computations.recompute(round_group_id=other.pk)

    assert states_of(other) == {
        ("A", "1"): ("scored", "0"),
        ("A", "2"): ("no_ballots", None),
        ("B", "1"): ("not_applicable", None),
        ("B", "2"): ("no_ballots", None),
        ("C", "1"): ("not_scored", None),
        ("C", "2"): ("scored", "7"),
        ("D", "1"): ("not_scored", None),
        ("D", "2"): ("no_ballots", None),
    }
    incomplete = {result.unit.code: result.incomplete for result in computed.ranked_results(computation)}
    assert incomplete == {"A": ["2"], "B": ["2"], "C": ["1"], "D": ["1", "2"]}


def test_what_one_unit_no_longer_measured_has_moves_nothing(round_group: RoundGroup) -> None:
    """Rows are read unit by unit; those of a unit that left stand between those of the others."""
    before = computations.recompute(round_group_id=round_group.pk)
    Unit.objects.filter(code="B").update(valid_to=date(2030, 12, 31))
    inputs_changed(round_group.pk)

    after = computations.recompute(round_group_id=round_group.pk)

    assert ranking(after) == [("A", 1, Decimal(90)), ("C", 2, Decimal("50.50"))]
    assert after != before


@pytest.mark.parametrize("cell", [{"1": "59.9999"}, {"1": "0"}, {"1": None}, {"2": "30.0001"}, {"2": None}])
def test_whatever_cell_changes_is_computed_anew(round_group: RoundGroup, cell: dict[str, str | None]) -> None:
    first = computations.recompute(round_group_id=round_group.pk)
    give(round_group, {"B": cell})

    assert computations.recompute(round_group_id=round_group.pk).inputs_digest != first.inputs_digest


def test_rows_of_the_database_equal_the_bundle(round_group: RoundGroup) -> None:
    give(round_group, {"B": {"1": "33.3333"}})
    computation = computations.recompute(round_group_id=round_group.pk)

    assert computed.result_rows(computation) == bundle.results_of(computed.group_inputs(round_group))


def test_order_of_units_is_that_of_code_points_on_every_database() -> None:
    """A database may sort "a" before "B" or "S-2" after "S1"; the bundle's bytes may not depend on it."""
    round_group = block("b", "B", "a", "S-2", "S1", "Đ", group="thu-tu", year=2035)
    computation = computations.recompute(round_group_id=round_group.pk)

    codes = sorted(["b", "B", "a", "S-2", "S1", "Đ"])
    assert [unit["code"] for unit in computed.group_inputs(round_group)["units"]] == codes
    assert [row["unit"] for row in computed.result_rows(computation)] == codes


def test_self_points_are_the_units_own_sum(round_group: RoundGroup) -> None:
    computation = computations.recompute(round_group_id=round_group.pk)

    assert computation.unit_results.get(unit__code="C").self_points == Decimal("50.5")


def test_reading_inputs_takes_the_same_queries_for_few_and_many_units(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    few, many = block("A", group="it", year=2033), block(*"ABCDEFGH", group="nhieu", year=2034)
    give(many, {unit: {"1": "1", "2": "1"} for unit in "ABCDEFGH"})
    for round_group in (few, many):
        measured = queries.measured_groups(round_group.round)[0]
        with django_assert_num_queries(5):
            computed.group_inputs(measured)


def test_recompute_writes_in_bulk(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    many = block(*[f"U{i}" for i in range(40)], group="nhieu", year=2034)
    with django_assert_max_num_queries(25):
        computations.recompute(round_group_id=many.pk)
