"""What stands of a round, kept: always what the plain reading says, whatever moved in between."""

import random
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisal.core.queries import stood
from appraisal.models import Appraisal
from appraisal.review.bulk.actions import bulk_recognise
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo.actions import undo
from appraisal.tests.factories import Council, council, submitted
from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from units.auditlog.models import LogEntry
from units.models import Unit
from units.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    found = council()
    for _ in range(4):
        submitted(found.round_group, UnitFactory.create(group=found.round_group.group), found.scores)
    stood.forget()
    return found


def plainly(case: Council) -> tuple[object, object]:
    return told(stood.stood(case.round_group.round_id))


def kept(case: Council) -> tuple[object, object]:
    return told(stood.kept_stood(case.round_group.round_id))


def told(found: stood.StoodRound) -> tuple[object, object]:
    return sorted(found.lines), dict(found.marks)


def units_of(case: Council) -> list[Unit]:
    return list(Unit.objects.filter(group=case.round_group.group).exclude(pk=case.home.pk).order_by("pk"))


def version(case: Council, unit: Unit, leaf: Criterion) -> int:
    row = Appraisal.objects.filter(round_group=case.round_group, unit=unit, criterion=leaf).first()
    return row.version if row else 0


def decide(case: Council, unit: Unit, points: str = "0.5") -> Appraisal:
    return decisions.adjust(
        actor=case.member,
        **case.cell(unit),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment="Hồ sơ thiếu.",
        seen_version=version(case, unit, case.leaf),
    )


def some_step(case: Council, chance: random.Random) -> None:
    """A cell decided, cells recognised at once, a decision taken back; or nothing, where the house refuses it."""
    kind, units = chance.choice(("one", "many", "back")), units_of(case)
    if kind == "many":
        cells = [(unit.pk, case.other_leaf.pk) for unit in chance.sample(units, chance.randint(1, len(units)))]
        seen = [(unit, leaf, version(case, Unit(pk=unit), case.other_leaf)) for unit, leaf in cells]
        bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=seen)
        return
    unit = chance.choice(units)
    if kind == "one":
        decide(case, unit, chance.choice(("0.25", "0.5", "1")))
    else:
        undo(actor=case.member, **case.cell(unit), seen_version=version(case, unit, case.leaf))


@pytest.mark.parametrize("seed", range(6))
def test_after_any_steps_it_says_what_the_plain_reading_says(case: Council, seed: int) -> None:
    chance, moved = random.Random(seed), 0
    for _ in range(25):
        for _ in range(chance.randint(0, 3)):
            try:
                with transaction.atomic():
                    some_step(case, chance)
                moved += 1
            except Refused:
                continue
        assert kept(case) == plainly(case)
    assert moved > 10


def test_of_one_unit_that_moved_this_one_is_read_again(case: Council) -> None:
    first, second = units_of(case)[:2]
    for unit in (first, second):
        decide(case, unit)
    kept(case)
    decide(case, first, "0.25")
    with CaptureQueriesContext(connection) as asked:
        kept(case)
    assert len(asked) == 4
    assert len(kept(case)[0]) == 2  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as asked:
        kept(case)
    assert len(asked) == 1


def test_many_units_that_moved_cost_one_reading_of_all(case: Council) -> None:
    decide(case, units_of(case)[-1])
    kept(case)
    for unit in units_of(case)[: stood.FEW + 1]:
        decide(case, unit)
    with CaptureQueriesContext(connection) as asked:
        now = kept(case)
    assert len(asked) == 4
    assert now == plainly(case)


def test_what_was_rolled_back_is_not_kept(case: Council) -> None:
    unit = units_of(case)[0]
    before = kept(case)
    with transaction.atomic():
        decide(case, unit)
        assert kept(case) != before
        transaction.set_rollback(True)
    assert kept(case) == before == plainly(case)


def test_a_log_with_another_past_is_read_from_the_beginning(case: Council) -> None:
    """As after a restored backup that has counted on: without a look at the digest the change would be missed."""
    first, second = units_of(case)[:2]
    decide(case, first)
    kept(case)
    Appraisal.objects.filter(unit=first).update(version=7)
    decide(case, second)
    assert kept(case) != plainly(case)  # the negative control: a change that no log entry tells
    LogEntry.objects.filter(pk=LogEntry.objects.latest("number").pk).update(digest="0" * 64)
    decide(case, second, "0.25")
    assert kept(case) == plainly(case)
