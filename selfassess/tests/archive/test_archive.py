"""Finished scores of archives: one batch, repeatable without effect."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.streams import ABSENT
from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup
from criteria.tests.factories import small_round
from selfassess.archive import actions as archive
from selfassess.models import SelfAssessment, SelfScore, Transition
from selfassess.scores.queries import points_in_parts
from selfassess.tests.factories import SelfAssessmentFactory, SelfScoreFactory
from units.auditlog.models import LogEntry
from units.models import Role, Unit
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db


Rows = dict[tuple[int, int], Decimal | None]


@pytest.fixture
def round_group() -> RoundGroup:
    return small_round()


def cells(round_group: RoundGroup, unit: Unit, *values: Decimal | None) -> Rows:
    leaves = round_group.criteria_set.criteria.filter(source="self").order_by("position")
    return {(unit.pk, leaf.pk): value for leaf, value in zip(leaves, values, strict=False)}


def take(round_group: RoundGroup, rows: Rows) -> int:
    return archive.import_scores(actor=None, round_group=round_group, rows=rows)


def test_import_makes_submitted_assessments_and_one_log_entry(round_group: RoundGroup) -> None:
    units = [UnitFactory.create(), UnitFactory.create()]
    rows = cells(round_group, units[0], Decimal("1.5"), None) | cells(round_group, units[1], Decimal(0))
    assert take(round_group, rows) == 3
    assert set(SelfAssessment.objects.values_list("state", "imported")) == {("submitted", True)}
    assert Transition.objects.filter(verb="import").count() == 2
    entry = LogEntry.objects.get(verb="selfassess.import")
    assert entry.before == {units[0].code: {"1.1": None, "1.2": None}, units[1].code: {"1.1": None}}
    assert entry.after == {units[0].code: {"1.1": "1.5", "1.2": "KAD"}, units[1].code: {"1.1": "0"}}
    by_cell = {(unit, criterion): points for part in points_in_parts(round_group) for unit, criterion, points in part}
    first, second = sorted(cell for cell in rows if cell[0] == units[0].pk)
    claimed = SelfScore.objects.filter(assessment__unit=units[0]).order_by("criterion").values_list("na_claimed")
    assert (by_cell[first], by_cell[second]) == (15_000, ABSENT)
    assert list(claimed) == [(False,), (True,)]
    round_group.refresh_from_db()
    assert round_group.frozen_at is not None
    assert round_group.inputs_version == 1


def test_the_same_import_again_changes_nothing(round_group: RoundGroup) -> None:
    rows = cells(round_group, UnitFactory.create(), Decimal("1.5"), None)
    take(round_group, rows)
    assert take(round_group, rows) == 0
    round_group.refresh_from_db()
    assert (LogEntry.objects.filter(verb="selfassess.import").count(), round_group.inputs_version) == (1, 1)


def test_a_corrected_import_logs_only_what_changed(round_group: RoundGroup) -> None:
    unit = UnitFactory.create()
    take(round_group, cells(round_group, unit, Decimal("1.5"), None))
    assert take(round_group, cells(round_group, unit, Decimal("1.5"), Decimal(1))) == 1
    entry = present(LogEntry.objects.order_by("number").last())
    assert (entry.before, entry.after) == ({unit.code: {"1.2": "KAD"}}, {unit.code: {"1.2": "1"}})
    assert list(SelfScore.objects.order_by("criterion__position").values_list("version", flat=True)) == [1, 2]


def test_what_a_head_submitted_here_is_not_overwritten(round_group: RoundGroup) -> None:
    unit = UnitFactory.create()
    rows = cells(round_group, unit, Decimal(1), Decimal(1))
    take(round_group, rows)
    head = person(Role.UNIT_HEAD, unit)
    SelfAssessment.objects.update(submitted_by=head, submitted_at=clock.now(), imported=False)
    assert take(round_group, rows) == 0
    with pytest.raises(Refused, match="Mở lại"):
        take(round_group, cells(round_group, unit, Decimal(2)))


def test_wrong_unit_criterion_or_points_refuse_the_whole_batch(round_group: RoundGroup) -> None:
    good = cells(round_group, UnitFactory.create(), Decimal(1))
    stranger = UnitFactory.create(group=UnitGroupFactory.create(code="quan", name="Quận"))
    survey = round_group.criteria_set.criteria.get(code="1.3")
    unit = UnitFactory.create()
    every: tuple[Rows, ...] = (
        cells(round_group, stranger, Decimal(1)),
        {(unit.pk, survey.pk): Decimal(1)},
        cells(round_group, unit, Decimal("2.5")),
        cells(round_group, unit, Decimal(-1)),
    )
    for bad in every:
        with pytest.raises(Refused):
            take(round_group, good | bad)
    assert not SelfAssessment.objects.exists()


def test_queries_do_not_grow_with_units(round_group: RoundGroup) -> None:
    counts = []
    for number in (3, 40):
        rows: Rows = {}
        for _ in range(number):
            rows |= cells(round_group, UnitFactory.create(), Decimal(1), None)
        with CaptureQueriesContext(connection) as seen:
            take(round_group, rows)
        counts.append(len(seen))
    assert counts[0] >= counts[1]


def test_a_draft_is_the_units_own_business(round_group: RoundGroup) -> None:
    SelfScoreFactory.create(assessment=SelfAssessmentFactory.create(round_group=round_group), points=1)
    assert list(points_in_parts(round_group)) == []
