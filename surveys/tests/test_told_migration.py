"""What was told came later: surveys of before keep their tallies, wait for nothing and hold nobody back."""

import pytest
from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from surveys.tests.test_scales_migration import database, rows

pytestmark = pytest.mark.once
__all__ = ["database"]

BEFORE, AFTER = ("surveys", "0015_paper_typed_twice"), ("surveys", "0018_boxes_left_unopened")


def migrated(database: BaseDatabaseWrapper, target: tuple[str, str]) -> Apps:
    """By the squashed migrations, from which these begin."""
    executor = MigrationExecutor(database)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


def test_rows_of_before_keep_their_meaning(database: BaseDatabaseWrapper) -> None:
    before = migrated(database, BEFORE)
    group = rows(before, "units", "UnitGroup").create(code="so", name="Sở", position=1)
    unit = rows(before, "units", "Unit").create(group=group, code="SNV", name="Sở Nội vụ")
    decision = rows(before, "criteria", "Decision").create(number="1/QĐ")
    set_ = rows(before, "criteria", "CriteriaSet").create(decision=decision, group=group)
    leaf = rows(before, "criteria", "Criterion").create(
        criteria_set=set_, code="1.3", name="Câu hỏi", position=1, source="survey", max_points="2"
    )
    round_ = rows(before, "criteria", "Round").create(year=2030, assessed_from="2030-01-01", assessed_to="2030-12-31")
    block = rows(before, "criteria", "RoundGroup").create(round=round_, group=group, criteria_set=set_)
    survey = rows(before, "surveys", "Survey").create(round_group=block, least_n=5, small_cell=5)
    people = rows(before, "surveys", "RespondentGroup").create(survey=survey, code="dan", name="Dân")
    rows(before, "surveys", "Tally").create(
        respondent_group=people, unit=unit, criterion=leaf, counts={"1": 7, "2": 5}, answered=12
    )
    after = migrated(database, AFTER)
    kept = rows(after, "surveys", "Survey").get()
    assert (kept.least_n, kept.small_cell, kept.due, kept.held) == (5, 5, False, [])
    tally = rows(after, "surveys", "Tally").get()
    assert (tally.counts, tally.answered) == ({"1": 7, "2": 5}, 12)
    assert not rows(after, "surveys", "ToldTally").exists()
    assert not rows(after, "surveys", "GroupPeople").exists()  # points by people are off until the plan names people
