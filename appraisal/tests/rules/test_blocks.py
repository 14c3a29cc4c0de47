"""The calendar of blocks as it is read, what may be released, looked at and taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from appraisal.archive import actions as archive
from appraisal.models import AppraisalEntry
from appraisal.rules import stages
from appraisal.tests.factories import (
    Council,
    acknowledged,
    assign,
    council,
    fresh,
    next_year,
    release_row,
    stage_of,
    submitted,
)
from appraisal.tests.refusing import elsewhere, recognise
from cchc_index.lib import clock
from criteria.models import RoundGroup, Stage
from criteria.tests.factories import RoundGroupFactory, open_stage
from selfassess.models import SelfScore
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def names(now: stages.Calendar) -> list[str]:
    return [stage.name for stage in now.stages]


def beside(block: RoundGroup) -> RoundGroup:
    """Another block of the same round, which has the same stages: one unit, one leaf."""
    leaf = elsewhere()
    other = RoundGroupFactory.create(round=block.round, criteria_set=leaf.criteria_set)
    submitted(other, UnitFactory.create(group=other.group), {leaf.code: "1"})
    return other


def put(block: RoundGroup, name: str, position: int) -> None:
    Stage.objects.filter(round=block.round, name=name).update(position=position)


# --- reading -------------------------------------------------------------------------------------------


def test_a_calendar_is_the_stages_of_the_year_in_order_and_what_was_released(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    block, before = case.round_group, clock.now()
    release_row(next_year(case).round_group, "round1")
    release_row(block, "round2")
    put(block, "survey", 0)
    put(block, "final", stage_of(block, "round2").position)
    with django_assert_num_queries(2):
        now = stages.calendar(block)
    assert names(now) == [
        "survey", "self_assessment", "round1", "explanation", "round2", "final", "publication", "import",
    ]  # fmt: skip
    assert now.released == {stage_of(block, "round2").pk} == stages.released_stages(block.pk)
    assert before <= now.at <= clock.now()
    rows = list(now.stages)[::-1]
    with django_assert_num_queries(1):
        assert stages.calendar(block, rows).stages == now.stages
    shown = [stage.pk for stage in rows[:2]]
    with django_assert_num_queries(0):
        assert stages.calendar(block, rows, shown).released == set(shown)


def test_calendars_of_several_blocks_are_read_in_two_queries(
    case: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    here, there = case.round_group, next_year(case).round_group
    blocks = [there, here, beside(here)]
    for name in ("round1", "round2"):
        release_row(here, name)
    release_row(there, "round1")
    put(there, "survey", 0)
    before = clock.now()
    with django_assert_num_queries(2):
        found = stages.calendars(iter(blocks))
    assert list(found) == [block.pk for block in blocks]
    for block in blocks:
        one = stages.calendar(block)
        assert (found[block.pk].stages, found[block.pk].released) == (one.stages, one.released)
        assert before <= found[block.pk].at <= clock.now()
    assert [len(found[block.pk].released) for block in blocks] == [1, 2, 0]
    assert stages.calendars([]) == {}


def test_a_year_whose_stages_nobody_set_up_has_a_calendar_without_any(case: Council) -> None:
    block = next_year(case).round_group
    Stage.objects.filter(round=block.round).delete()
    assert stages.calendars([block])[block.pk].stages == ()


# --- looking at the report -----------------------------------------------------------------------------


def reviewed(block: RoundGroup) -> str:
    stage = stages.stage_to_review(stages.calendar(block))
    return stage.name if stage else ""


def test_the_report_is_looked_at_before_each_release_and_after_it_until_the_next_begins(case: Council) -> None:
    block = case.round_group
    Stage.objects.filter(round=block.round).update(opens_at=clock.now() + timedelta(days=9), closes_at=None)
    assert reviewed(block) == ""
    for before, stage, after in (("", "round1", "round2"), ("round1", "round2", "final"), ("round2", "final", "")):
        assert reviewed(block) == before
        open_stage(block.round, stage)
        assert reviewed(block) == stage
        release_row(block, stage)
        assert reviewed(block) == stage
        assert after != stage


def test_a_stage_without_a_report_is_not_looked_at(case: Council) -> None:
    block = case.round_group
    Stage.objects.filter(round=block.round, name="round1").update(report_required=False)
    assert reviewed(block) == ""
    release_row(block, "round1")
    open_stage(block.round, "round2")
    assert reviewed(block) == "round2"
    release_row(block, "round2")
    Stage.objects.filter(round=block.round, name="round2").update(report_required=False)
    Stage.objects.filter(round=block.round, name="final").update(opens_at=clock.now() + timedelta(days=9))
    assert reviewed(block) == ""


def test_only_the_manager_looks_and_at_the_stage_in_question(case: Council) -> None:
    block = case.round_group
    looks = {
        (who.pk, stage): stages.can_acknowledge(fresh(who), block, stage)
        for who in (case.manager, case.member, person(Role.OBSERVER), case.officer)
        for stage in ("round1", "round2", "final", "")
    }
    assert [at for at, may in looks.items() if may] == [(case.manager.pk, "round1")]
    Stage.objects.filter(round=block.round).update(opens_at=clock.now() + timedelta(days=9), closes_at=None)
    assert not stages.can_acknowledge(case.manager, block, "round1"), "nothing has begun"


def test_acknowledgements_stand_by_block_the_newest_year_first(case: Council) -> None:
    later = next_year(case)
    rows = [acknowledged(case.manager, case.round_group)]
    recognise(case)
    rows.append(acknowledged(case.manager, case.round_group))
    newest_year = acknowledged(case.manager, later.round_group)
    assert list(stages.acknowledgements_visible_to(person(Role.OBSERVER))) == [newest_year, *rows]


# --- releasing and taking back -------------------------------------------------------------------------


def test_a_stage_is_due_once(case: Council) -> None:
    block, stage = case.round_group, stage_of(case.round_group, "round1")
    assert stages.release_is_due(stages.calendar(block), block, stage)
    release_row(block, "round1")
    assert not stages.release_is_due(stages.calendar(block), block, stage)


def test_an_archive_of_another_block_makes_none_due_here_and_one_is_released_once(case: Council) -> None:
    later, rows = next_year(case), {(case.first.pk, case.leaf.pk): case.leaf.max_points}
    archive.import_standings(actor=None, round_group=later.round_group, rows=rows)
    other = beside(case.round_group)
    score = SelfScore.objects.get(assessment__round_group=other)
    beside_rows = {(score.assessment.unit_id, score.criterion_id): score.points}
    archive.import_standings(actor=None, round_group=other, rows=beside_rows)
    due = [
        stages.release_is_due(stages.calendar(block), block, stage_of(block, "import"))
        for block in (case.round_group, later.round_group)
    ]
    assert due == [False, True]
    release_row(later.round_group, "import")
    now = stages.calendar(later.round_group)
    assert not stages.release_is_due(now, later.round_group, stage_of(later.round_group, "import"))


def test_a_release_is_taken_back_until_somebody_decides_in_a_later_stage(case: Council) -> None:
    block, later = case.round_group, next_year(case)
    recognise(case)
    release = release_row(block, "round1")
    for name in ("round1", "round2"):
        release_row(later.round_group, name)
    assert not stages.something_rests_on(release), "neither what it shows nor another year rests on it"
    open_stage(block.round, "round2")
    other = beside(block)
    release_row(other, "round1")
    score = SelfScore.objects.get(assessment__round_group=other)
    assign(case.member, other)
    recognise(replace(case, round_group=other, first=score.assessment.unit, leaf=score.criterion))
    release_row(other, "round2")
    assert not stages.something_rests_on(release), "nor does another block of the year"
    recognise(case, unit_id=case.second.pk)
    assert AppraisalEntry.objects.filter(stage=stage_of(block, "round2")).count() == 2
    assert stages.something_rests_on(release)


def test_an_archive_that_was_released_does_not_hold_the_stages_before_it(case: Council) -> None:
    block = case.round_group
    release = release_row(block, "round1")
    release_row(block, "import")
    assert stage_of(block, "import").position > stage_of(block, "round1").position
    assert not stages.something_rests_on(release)
