"""Random rounds stored, computed and read back on the database in use, against the oracle in fractions.

The suite takes a sample; CCHC_RANDOM_ROUNDS=1000 takes a thousand.
"""

import os
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from cchc_index.lib import numbers
from criteria.models import CriteriaSet, Criterion, RoundGroup
from criteria.tests.factories import CriteriaSetFactory, DecisionFactory, RoundFactory, RoundGroupFactory
from results import ranking
from results.computation import actions as computation
from results.models import UnitResult
from results.ranking import LeafStanding, Policies, TreeRow
from units.models import Unit
from units.tests.factories import UnitGroupFactory

from .factories import give
from .test_ranking import Line, oracle, random_round

pytestmark = pytest.mark.django_db
ROUNDS = int(os.environ.get("CCHC_RANDOM_ROUNDS", "20"))


def test_random_rounds_come_back_from_the_database_exactly() -> None:
    rng = random.Random(3598)
    for number in range(ROUNDS):
        rows, policies, units = random_round(rng)
        # What the database keeps of a cell without ballots is no row at all.
        units = {
            u: {c: cell for c, cell in cells.items() if cell.state != ranking.NO_BALLOTS} for u, cells in units.items()
        }
        round_group = stored(number, rows, policies, units)
        computation.recompute(round_group_id=round_group.pk)
        agree(round_group, oracle(rows, policies, units))


def stored(
    number: int, rows: list[TreeRow], policies: Policies, units: dict[str, dict[str, LeafStanding]]
) -> RoundGroup:
    group = UnitGroupFactory.create(code=f"khoi-{number}")
    criteria_set = CriteriaSetFactory.create(
        group=group,
        decision=DecisionFactory.create(number="ngẫu nhiên"),
        na_policy=policies.na,
        ties=policies.ties,
        bands=[{"name": band.name, "from": str(band.edge)} for band in policies.bands],
    )
    store_tree(criteria_set, rows)
    Unit.objects.bulk_create([Unit(group=group, code=code, name=code) for code in units])
    round_group = RoundGroupFactory.create(round=RoundFactory.create(), criteria_set=criteria_set, group=group)
    give(round_group, {u: {c: text_of(cell) for c, cell in cells.items()} for u, cells in units.items()})
    return round_group


def store_tree(criteria_set: CriteriaSet, rows: list[TreeRow]) -> None:
    stored: dict[str, Criterion] = {}
    for position, row in enumerate(rows):
        stored[row.code] = Criterion.objects.create(
            criteria_set=criteria_set,
            code=row.code,
            name=row.code,
            position=position,
            parent=stored.get(row.parent or ""),
            is_leaf=row.is_leaf,
            source=row.source if row.is_leaf else "",
            kind=row.kind,
            max_points=row.max_points,
        )


def text_of(cell: LeafStanding) -> str | None:
    return None if cell.points is None else str(cell.points)


def agree(round_group: RoundGroup, expected: dict[str, Line]) -> None:
    results = {
        r.unit.code: r
        for r in UnitResult.objects.filter(computation__round_group=round_group, computation__current=True)
        .select_related("unit")
        .order_by("pk")
    }
    assert results.keys() == expected.keys()
    for unit, line in expected.items():
        result = results[unit]
        assert Fraction(result.points) == line.points
        assert Fraction(result.max_points) == line.most
        assert (result.rank, result.band) == (line.rank, line.band)
        assert result.index == (None if line.index is None else numbers.shown(line.index))
        assert set(result.incomplete) == line.missing
        assert isinstance(result.points, Decimal)
