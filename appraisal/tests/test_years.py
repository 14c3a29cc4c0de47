"""One year never counts in another: the same units, people and criteria are appraised twice, side by side."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.archive import actions as archive
from appraisal.core import digests as core_digests
from appraisal.models import BlindCriterion, Confirmation, Question, Release
from appraisal.opinions import actions as opinions
from appraisal.opinions.actions import Given
from appraisal.questions import actions as questions
from appraisal.questions import states
from appraisal.releases import actions as releases
from appraisal.review.bulk import actions as bulk
from appraisal.rules import reach, stages
from appraisal.tests.factories import Council, assign, council, next_year, release_row, release_stage, stage_of
from appraisal.tests.refusing import adjust, recognise, refused
from cchc_index.lib import clock
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


@pytest.fixture
def later(case: Council) -> Council:
    return next_year(case)


def unmark(case: Council, leaf: Criterion) -> None:
    opinions.withdraw_mark(actor=case.manager, round_group_id=case.round_group.pk, criterion_id=leaf.pk)


def opinion(case: Council, member: User, leaf: Criterion | None = None) -> Given:
    return opinions.give_opinion(actor=member, **case.cell(leaf=leaf), recognising=True, seen_version=0)


def withdraw(case: Council) -> None:
    block = case.round_group.pk
    releases.withdraw_release(actor=case.manager, round_group_id=block, stage="round1", reason="Thông báo nhầm.")


def mark(case: Council, leaf: Criterion) -> None:
    block = case.round_group.pk
    opinions.mark_blind(actor=case.manager, round_group_id=block, criterion_id=leaf.pk, tolerance=Decimal(0))


def test_a_leaf_marked_for_two_opinions_is_marked_in_its_year_and_alone(case: Council, later: Council) -> None:
    mark(later, case.leaf)
    mark(case, case.other_leaf)
    assert recognise(case).version == 1
    with refused("hai ý kiến"):
        recognise(later)


def test_marks_and_opinions_of_one_year_bind_neither_the_other_nor_the_next_leaf(case: Council, later: Council) -> None:
    for year, leaf in ((later, case.leaf), (case, case.leaf), (case, case.other_leaf)):
        mark(year, leaf)
    assert BlindCriterion.objects.count() == 3
    for year, leaf in ((later, case.leaf), (case, case.other_leaf)):
        opinion(year, case.member, leaf)
        with refused("đã có ý kiến"):
            unmark(year, leaf)
    unmark(case, case.leaf)
    assert set(BlindCriterion.objects.values_list("round_group", "criterion")) == {
        (later.round_group.pk, case.leaf.pk),
        (case.round_group.pk, case.other_leaf.pk),
    }


def test_two_opinions_of_two_years_or_leaves_settle_nothing(case: Council, later: Council) -> None:
    mark(later, case.leaf)
    with refused("không cần hai ý kiến"):
        opinion(case, case.member)
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group)
    mark(case, case.leaf)
    mark(case, case.other_leaf)
    opinion(later, case.member)
    opinion(case, case.member, case.other_leaf)
    given = opinion(case, colleague)
    assert (given.opinion.seat, given.settled) == (1, None)
    assert opinion(case, case.member).settled == case.standing()


def test_a_decision_of_one_year_is_none_in_the_other(case: Council, later: Council) -> None:
    recognise(later)
    adjust(later, 1)
    SelfScore.objects.filter(assessment__round_group=later.round_group).update(points=Decimal("0.25"))
    assert recognise(case, unit_id=case.second.pk).version == 1
    recognise(later, unit_id=case.second.pk)
    assert recognise(case, 1, unit_id=case.second.pk).version == 2
    cells = [(case.first.pk, case.leaf.pk, 0)]
    assert bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells) == 1
    assert (case.standing().version, case.standing().points) == (1, Decimal("1.5"))


def test_a_batch_of_one_year_is_not_taken_back_in_the_other(case: Council, later: Council) -> None:
    cell = (case.first.pk, case.leaf.pk)
    bulk.bulk_recognise(actor=case.member, round_group_id=later.round_group.pk, cells=[(*cell, 0)])
    recognise(case)
    batch = LogEntry.objects.get(verb=core_digests.VERB_BULK)
    with refused("không thuộc lần này"):
        bulk.undo_batch(actor=case.member, round_group_id=case.round_group.pk, batch_id=batch.pk, cells=[(*cell, 1)])


def test_who_is_assigned_in_one_year_judges_nothing_in_the_other(case: Council, later: Council) -> None:
    newcomer = person(Role.COUNCIL_MEMBER)
    assign(newcomer, later.round_group)
    assert recognise(replace(later, member=newcomer)).version == 1
    with refused("không thuộc phần được phân công", PermissionDenied):
        recognise(replace(case, member=newcomer))


def test_the_word_on_conflicts_is_given_for_one_year(case: Council, later: Council) -> None:
    Confirmation.objects.filter(round=later.round_group.round)._raw_delete("default")
    newcomer = person(Role.COUNCIL_MEMBER)
    assign(newcomer, later.round_group)
    Confirmation.objects.filter(member=newcomer)._raw_delete("default")
    for member, years in ((case.member, (False, True)), (newcomer, (False, True))):
        assert (
            tuple(reach.must_confirm(member, reach.desk(member, year.round_group.round)) for year in (case, later))
            == years
        )


def test_a_question_of_one_year_is_closed_in_it(case: Council, later: Council) -> None:
    words: dict[str, Any] = {"actor": case.member, "text": "Số văn bản?", "due_on": clock.today()}
    ours, theirs = (questions.ask(**year.cell(), **words) for year in (case, later))
    questions.close_question(actor=case.member, question_id=ours.pk)
    assert list(Question.objects.filter(state=states.OPEN)) == [theirs]


def test_the_phases_and_archives_of_one_year_open_nothing_in_the_other(case: Council, later: Council) -> None:
    rows = {(case.first.pk, case.leaf.pk): Decimal(1)}
    archive.import_standings(actor=None, round_group=later.round_group, rows=rows)
    blocks = [year.round_group for year in (case, later)]
    assert [stages.release_is_due(stages.calendar(b), b, stage_of(b, "import")) for b in blocks] == [False, True]
    release_row(case.round_group, "import")
    assert recognise(case).stage.name == "round1"
    case.round_group.round.stages.update(opens_at=None, closes_at=None)
    with refused("không trong thời gian"):
        recognise(case, 1)


def test_a_release_of_one_year_is_neither_the_others_nor_taken_back_with_it(case: Council, later: Council) -> None:
    theirs = release_stage(case.manager, later.round_group)
    assert recognise(case).stage.name == "round1"
    with refused("chưa thông báo"):
        withdraw(case)
    ours = release_stage(case.manager, case.round_group)
    assert ours != theirs
    open_stage(later.round_group.round, "round2")
    assert recognise(later).stage.name == "round2"
    later_on = release_stage(case.manager, later.round_group, "round2")
    withdraw(case)
    assert set(Release.objects.all()) == {theirs, later_on}


def test_a_draft_of_one_year_is_judged_by_no_submission_of_the_other(case: Council, later: Council) -> None:
    later.round_group.assessments.update(state="draft", submitted_at=None)
    with refused("chưa nộp"):
        recognise(later)
    assert recognise(case).version == 1
