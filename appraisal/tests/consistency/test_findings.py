"""What the report's page keeps between two looks is what would be read anew, after everything that moves a point."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from appraisal.archive import actions as archive
from appraisal.consistency.queries import report as consistency_report
from appraisal.consistency.queries.report import Findings
from appraisal.models import AppraisalEntry
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, council
from cchc_index.lib import clock
from criteria.models import RoundGroup
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from units.actions import units_changed
from units.models import Unit

pytestmark = pytest.mark.django_db


def now(case: Council) -> RoundGroup:
    """The block as the next request reads it."""
    return RoundGroup.objects.select_related("round", "group").get(pk=case.round_group.pk)


def looked(case: Council) -> Findings:
    """What a page shows, proved to be what the tables say."""
    kept = consistency_report.findings(now(case))
    assert kept == consistency_report.report(now(case)).findings
    return kept


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


def test_while_nothing_moves_nothing_is_read(case: Council, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    adjust(case, "1", 0)
    block = now(case)
    first = consistency_report.findings(block)
    with django_assert_num_queries(0):
        assert consistency_report.findings(block) is first


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
    kept = looked(case)
    AppraisalEntry.objects.filter(appraisal__round_group=case.round_group).update(at=clock.now() + timedelta(hours=1))
    assert consistency_report.findings(now(case)) is kept
    assert consistency_report.report(now(case)).fingerprint != kept.fingerprint


@pytest.fixture
def case() -> Council:
    return council()
