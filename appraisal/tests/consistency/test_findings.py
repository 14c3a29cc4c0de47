"""What the report's page keeps between two looks is what would be read anew, after everything that moves a point."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from appraisal.archive import actions as archive
from appraisal.consistency.queries import kept
from appraisal.consistency.queries import report as consistency_report
from appraisal.consistency.queries.report import Findings
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, council
from appraisal.tests.large_block import large_block
from cchc_index.lib import clock, prepared
from cchc_index.lib.faults import Conflict, Refused
from criteria.actions import inputs_changed
from criteria.models import RoundGroup
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from units.actions import units_changed
from units.models import Unit

pytestmark = pytest.mark.django_db


def again(block: RoundGroup) -> RoundGroup:
    """The block as the next request reads it."""
    return RoundGroup.objects.select_related("round", "group").get(pk=block.pk)


def now(case: Council) -> RoundGroup:
    return again(case.round_group)


def looked(case: Council) -> Findings:
    """What a page shows, proved to be what the tables say."""
    found = kept.findings(now(case))
    assert found == consistency_report.report(now(case)).findings
    return found


def adjust(case: Council, points: str, version: int, unit: Unit | None = None) -> None:
    decisions.adjust(
        actor=case.member,
        **case.cell(unit),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment="Thiếu.",
        seen_version=version,
    )


def reopen(case: Council) -> None:
    sheet = SelfAssessment.objects.get(round_group=case.round_group, unit=case.second)
    lifecycle.reopen(actor=case.manager, assessment_id=sheet.pk, reason="Nộp nhầm bản.")


def end(unit: Unit, block: RoundGroup) -> None:
    """The unit is measured no more."""
    Unit.objects.filter(pk=unit.pk).update(valid_to=block.round.assessed_from - timedelta(days=1))
    units_changed([unit.group_id])


def test_whatever_moves_a_point_is_seen_at_the_next_look(case: Council) -> None:
    block = case.round_group
    steps: list[Callable[[], object]] = [
        lambda: adjust(case, "1", 0),
        lambda: adjust(case, "0.5", 0, case.second),
        lambda: adjust(case, "0.75", 1),
        lambda: undo.undo(actor=case.member, **case.cell(), seen_version=2),
        lambda: archive.import_standings(
            actor=case.manager, round_group=block, rows={(case.first.pk, case.other_leaf.pk): Decimal("0.5")}
        ),
        lambda: reopen(case),
        lambda: end(case.second, block),
    ]
    before = looked(case)
    for number, step in enumerate(steps):
        step()
        after = looked(case)
        assert after != before, f"step {number} moved nothing: it proves nothing"
        before = after


CHANGES = st.lists(
    st.tuples(st.sampled_from(["adjust", "recognise", "undo", "reopen", "submit", "rename"]), st.integers(0, 11)),
    min_size=3,
    max_size=8,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=CHANGES)
def test_after_any_changes_what_is_kept_of_the_units_is_what_would_be_read_anew(
    case: Council, changes: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        for verb, place in changes:
            with suppress(Conflict, Refused):
                change(case, verb, place)
            looked(case)
        transaction.set_rollback(True)
    kept.forget()  # the next example's rows have the same keys


def change(case: Council, verb: str, place: int) -> None:
    """A step somewhere in the block; a refused one changes nothing."""
    unit = (case.first, case.second)[place % 2]
    leaf = (case.leaf, case.other_leaf)[place // 2 % 2]
    cell = case.cell(unit, leaf)
    standing = Appraisal.objects.filter(**cell).first()
    version = standing.version if standing else 0
    sheet = SelfAssessment.objects.get(round_group=case.round_group, unit=unit)
    if verb == "adjust":
        points = leaf.max_points * (place // 4) / 4
        reason = case.reason.pk
        decisions.adjust(
            actor=case.member, **cell, points=points, reason_id=reason, comment="Thiếu.", seen_version=version
        )
    elif verb == "recognise":
        decisions.recognise(actor=case.member, **cell, seen_version=version)
    elif verb == "undo":
        undo.undo(actor=case.member, **cell, seen_version=version)
    elif verb == "reopen":
        lifecycle.reopen(actor=case.manager, assessment_id=sheet.pk, reason="Nộp nhầm bản.")
    elif verb == "submit":
        state = {"state": SelfAssessment.State.SUBMITTED, "submitted_at": clock.now()}
        SelfAssessment.objects.filter(pk=sheet.pk).update(**state)
        inputs_changed(case.round_group.pk)
    else:
        Unit.objects.filter(pk=unit.pk).update(name=f"Đơn vị số {place}")


@pytest.mark.parametrize("size", [(4, 9), (9, 20)])
def test_a_step_on_one_unit_reads_that_unit_alone(
    size: tuple[int, int], django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The units and their versions, the scores and steps of the unit that moved."""
    monkeypatch.setattr(prepared, "_keeps_statements", lambda: False)  # a statement kept by name hides what it reads
    large = large_block(*size)
    kept.findings(again(large.round_group))
    standing = large.say_again()
    block = again(large.round_group)
    with django_assert_num_queries(8) as asked:
        found = kept.findings(block)
    scores = [query["sql"] for query in asked if "na_claimed" in query["sql"]]
    assert len(scores) == 1
    assert f"({standing.unit_id})" in scores[0] or f"= {standing.unit_id}" in scores[0]
    assert found == consistency_report.report(block).findings


def test_while_nothing_moves_nothing_is_read(case: Council, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    adjust(case, "1", 0)
    block = now(case)
    first = kept.findings(block)
    with django_assert_num_queries(0):
        assert kept.findings(block) is first


def test_what_was_rolled_back_is_not_kept(case: Council) -> None:
    before = looked(case)
    with transaction.atomic():
        adjust(case, "1", 0)
        assert looked(case) != before
        transaction.set_rollback(True)
    assert looked(case) == before


def test_the_verbs_read_anew(case: Council) -> None:
    """A row written behind the log moves no mark: the page does not see it, the release does."""
    adjust(case, "1", 0)
    before = looked(case)
    AppraisalEntry.objects.filter(appraisal__round_group=case.round_group).update(at=clock.now() + timedelta(hours=1))
    assert kept.findings(now(case)) is before
    assert consistency_report.report(now(case)).fingerprint != before.fingerprint


@pytest.fixture
def case() -> Council:
    return council()
