"""Who may what, asked of the rules themselves: each refuses on its own, also where an action looks earlier."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from appraisal.archive import actions as archive_actions
from appraisal.models import Appraisal, AppraisalEntry, Confirmation
from appraisal.opinions import actions as opinions
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.rules import answering, deciding, reach, reading, stages
from appraisal.tests.factories import (
    Council,
    acknowledged,
    assign,
    attach,
    council,
    document,
    fresh,
    next_year,
    question_row,
    release_row,
    stage_of,
    submitted,
)
from appraisal.tests.pages import adjusted_and_released
from appraisal.tests.refusing import adjust, elsewhere, recognise
from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria.models import Criterion, Round, Stage
from criteria.tests.factories import RoundGroupFactory, open_stage
from selfassess.models import Document, SelfScore
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def judges(case: Council, user: User, unit: Unit) -> bool:
    return deciding.can_appraise(fresh(user), case.round_group, unit, case.leaf)


def settles(case: Council, user: User, unit: Unit, stage: str = "round1") -> bool:
    scope = reach.scope_of(fresh(user), case.round_group)
    return deciding.may_settle(user, stage_of(case.round_group, stage), scope, unit.pk, case.leaf.pk)


def due(case: Council, stage: str) -> bool:
    return stages.release_is_due(stages.calendar(case.round_group), case.round_group, stage_of(case.round_group, stage))


# --- deciding -----------------------------------------------------------------------------------------


def test_nobody_judges_while_nothing_is_open() -> None:
    case = council(None)
    assert not judges(case, case.member, case.first)
    open_stage(case.round_group.round, "round1")
    assert judges(case, case.member, case.first)


def test_a_unit_of_another_block_is_nobodys(case: Council) -> None:
    assert not judges(case, case.member, UnitFactory.create(group__code="huyen"))


def test_in_the_meeting_the_manager_judges_every_unit_but_the_own(case: Council) -> None:
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    assert judges(case, case.manager, case.first)
    assert not judges(case, case.manager, case.home)
    assert not judges(case, case.member, case.first)


def test_who_settles_between_two_opinions(case: Council) -> None:
    stranger, observer = person(Role.COUNCIL_MEMBER), person(Role.OBSERVER)
    assert [settles(case, who, case.first) for who in (case.member, case.manager)] == [True, True]
    assert [settles(case, who, case.first) for who in (stranger, observer, case.officer)] == [False] * 3
    assert not settles(case, case.manager, case.home)
    assert not settles(case, case.manager, case.first, "final")


def test_who_is_assigned_one_unit_decides_and_settles_there_and_nowhere_else(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, units=[case.second])
    assert [judges(case, colleague, unit) for unit in (case.first, case.second)] == [False, True]
    assert [settles(case, colleague, unit) for unit in (case.first, case.second)] == [False, True]


def test_a_leaf_that_the_survey_scores_is_nobodys(case: Council) -> None:
    case.leaf = case.round_group.criteria_set.criteria.get(code="1.3")
    assert not settles(case, case.manager, case.first)
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    assert not judges(case, case.manager, case.first)


# --- taking back --------------------------------------------------------------------------------------


def undoable(case: Council, user: User) -> list[int]:
    """What the queryset offers; the predicate offers no step that the queryset does not know as standing."""
    found = list(deciding.steps_undoable_by(fresh(user), case.round_group))
    stage, scope = stages.calendar(case.round_group).stage, reach.scope_of(fresh(user), case.round_group)
    for step in found:
        cell = (step.appraisal.unit_id, step.appraisal.criterion_id)
        assert deciding.may_undo(user, stage, scope, cell, step)
    return [step.pk for step in found]


def last_step(standing: Appraisal) -> AppraisalEntry:
    return present(standing.entries.order_by("sequence").last())


def settled_blind(case: Council, unit: Unit, leaf: Criterion) -> None:
    """Two members take the unit's score, each for themselves."""
    block, cell = case.round_group, case.cell(unit, leaf)
    opinions.mark_blind(actor=case.manager, round_group_id=block.pk, criterion_id=leaf.pk, tolerance=Decimal(0))
    other = person(Role.COUNCIL_MEMBER)
    assign(other, block)
    for member in (case.member, other):
        opinions.give_opinion(actor=member, **cell, recognising=True, seen_version=0)


def test_a_decision_is_taken_back_by_its_author_in_its_own_stage(case: Council) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    step = AppraisalEntry.objects.get()
    cell = (case.first.pk, case.leaf.pk)
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    rows = {name: stage_of(case.round_group, name) for name in ("round1", "round2", "final")}
    may = {
        (user, name): deciding.may_undo(user, stage, reach.scope_of(fresh(user), case.round_group), cell, step)
        for user in (case.member, rival, case.manager)
        for name, stage in [*rows.items(), (None, None)]
    }
    assert [at for at, allowed in may.items() if allowed] == [(case.member, "round1")]


def test_a_step_is_taken_back_in_its_own_year_while_the_unit_stands_submitted(case: Council) -> None:
    other = next_year(case)
    here, there = (last_step(recognise(year)) for year in (case, other))
    assert (undoable(case, case.member), undoable(other, case.member)) == ([here.pk], [there.pk])
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    assert (undoable(case, case.member), undoable(other, case.member)) == ([], [there.pk])


def test_a_step_is_offered_in_its_own_block_though_the_stage_is_that_of_the_whole_round(case: Council) -> None:
    leaf = elsewhere()
    block = RoundGroupFactory.create(round=case.round_group.round, criteria_set=leaf.criteria_set)
    unit = UnitFactory.create(group=block.group)
    submitted(block, unit, {leaf.code: "1"})
    assign(case.member, block)
    beside = replace(case, round_group=block, first=unit, leaf=leaf)
    step = last_step(recognise(beside))
    assert (undoable(case, case.member), undoable(beside, case.member)) == ([], [step.pk])


def test_when_a_later_step_was_taken_back_the_one_before_may_be(case: Council) -> None:
    first = last_step(recognise(case))
    second = last_step(adjust(case, 1))
    assert undoable(case, case.member) == [second.pk]
    undo.undo(actor=case.member, **case.cell(), seen_version=2)
    assert undoable(case, case.member) == [first.pk]


def test_what_another_wrote_is_not_offered_and_cells_do_not_hide_each_other(case: Council) -> None:
    second = last_step(recognise(case, unit_id=case.second.pk))
    recognise(case)
    first = last_step(adjust(case, 1))
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    assert (undoable(case, case.member), undoable(case, rival)) == ([first.pk, second.pk], [])


def test_a_step_of_a_released_stage_is_not_taken_back_in_the_next(case: Council) -> None:
    step = last_step(recognise(case))
    cell, scope = (case.first.pk, case.leaf.pk), reach.scope_of(case.member, case.round_group)
    assert deciding.may_undo(case.member, stage_of(case.round_group, "round1"), scope, cell, step)
    release_row(case.round_group, "round1")
    open_stage(case.round_group.round, "round2")
    assert not deciding.may_undo(case.member, stage_of(case.round_group, "round2"), scope, cell, step)
    assert undoable(case, case.member) == []


def test_who_is_no_longer_assigned_is_offered_nothing_to_take_back(case: Council) -> None:
    step = last_step(recognise(case))
    case.member.assignments.all().delete()
    scope = reach.scope_of(fresh(case.member), case.round_group)
    assert not deciding.may_undo(
        case.member, stage_of(case.round_group, "round1"), scope, (case.first.pk, case.leaf.pk), step
    )
    assert undoable(case, case.member) == []


def test_the_meetings_steps_are_any_managers_but_never_at_the_own_unit(case: Council) -> None:
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    outsider = person(Role.INDEX_MANAGER)
    words: dict[str, Any] = {"actor": outsider, "comment": "Hội đồng kết luận.", "seen_version": 0}
    here, home = (last_step(decisions.recognise(**case.cell(unit), **words)).pk for unit in (case.first, case.home))
    assert undoable(case, case.manager) == [here]
    assert set(undoable(case, outsider)) == {here, home}
    for who in (case.member, person(Role.OBSERVER), case.officer):
        assert undoable(case, who) == []


def test_opinions_settle_one_cell_of_one_year_and_no_other(case: Council) -> None:
    step = last_step(recognise(case))
    settled_blind(case, case.second, case.leaf)
    settled_blind(case, case.first, case.other_leaf)
    settled_blind(next_year(case), case.first, case.leaf)
    opinions.give_opinion(actor=case.member, **case.cell(), recognising=True, seen_version=1)
    assert undoable(case, case.member) == [step.pk]
    undo.undo(actor=case.member, **case.cell(), seen_version=1)
    assert not case.standing().is_decided


def test_one_opinion_that_settled_nothing_does_not_bind_the_meeting(case: Council) -> None:
    block, cell = case.round_group, case.cell()
    opinions.mark_blind(actor=case.manager, round_group_id=block.pk, criterion_id=case.leaf.pk, tolerance=Decimal(0))
    opinions.give_opinion(actor=case.member, **cell, recognising=True, seen_version=0)
    for stage in ("round1", "round2"):
        release_row(block, stage)
    made = decisions.recognise(actor=case.manager, **cell, comment="Hội đồng kết luận.", seen_version=0)
    assert undoable(case, case.manager) == [last_step(made).pk]
    assert not undo.undo(actor=case.manager, **cell, seen_version=1).is_decided


# --- answering ----------------------------------------------------------------------------------------


def test_nobody_pursues_a_question_to_their_own_unit(case: Council) -> None:
    assert answering.may_pursue(case.manager, question_row(case, case.first))
    for who in (case.manager, case.member):
        assert not answering.may_pursue(who, question_row(case, case.home))


def test_only_the_units_own_people_reply(case: Council) -> None:
    standing = adjusted_and_released(case)
    strangers = (case.member, case.manager, person(Role.UNIT_OFFICER, case.second), person(Role.COUNCIL_MEMBER))
    assert [answering.can_reply(who, standing) for who in (case.officer, case.head)] == [True, True]
    assert not any(answering.can_reply(who, standing) for who in strangers)


def test_a_reply_is_due_on_an_adjustment_of_a_released_round_one(case: Council) -> None:
    standing = adjust(case, 0)
    open_stage(case.round_group.round, "explanation")
    release_row(next_year(case).round_group, "round1")
    release_row(case.round_group, "import")
    assert not answering.reply_due(standing)
    release_row(case.round_group, "round1")
    assert answering.reply_due(standing)
    standing.stage = stage_of(case.round_group, "round2")
    assert not answering.reply_due(standing)


def test_a_units_people_are_its_officers_and_heads_of_today(case: Council) -> None:
    person(Role.UNIT_OFFICER, case.second)
    person(Role.COUNCIL_MEMBER, case.first)
    Membership.objects.filter(user=person(Role.UNIT_OFFICER, case.first)).update(active=False)
    User.objects.filter(pk=person(Role.UNIT_HEAD, case.first).pk).update(is_active=False)
    assert set(answering.people_answering(case.first.pk)) == {case.officer, case.head}


# --- what is asked first ------------------------------------------------------------------------------


def must_confirm(user: User, round_: Round) -> bool:
    return reach.must_confirm(user, reach.desk(user, round_))


def test_only_a_member_of_the_council_is_asked_to_confirm(case: Council) -> None:
    assert not must_confirm(case.member, case.round_group.round)
    Confirmation.objects.filter(member=case.member)._raw_delete("default")
    assert must_confirm(fresh(case.member), case.round_group.round)
    Membership.objects.filter(user=case.member).update(active=False)
    assert not must_confirm(fresh(case.member), case.round_group.round)


# --- releasing ----------------------------------------------------------------------------------------


def test_an_archive_is_released_once_there_is_one_and_replies_never_are(case: Council) -> None:
    recognise(case, unit_id=case.second.pk)
    assert not due(case, "import")
    rows = {(case.first.pk, case.leaf.pk): Decimal(1)}
    archive_actions.import_standings(actor=None, round_group=case.round_group, rows=rows)
    assert due(case, "import")
    assert not due(case, "explanation")


def test_only_the_manager_reads_who_is_assigned_what_and_every_reason(case: Council) -> None:
    for who, sees in (
        (case.manager, True),
        (case.member, False),
        (person(Role.OBSERVER), False),
        (case.officer, False),
    ):
        assert reach.assignments_manageable_by(who).exists() is sees
        assert reach.reasons_manageable_by(who).exists() is sees


def test_who_reads_who_looked_at_the_report(case: Council) -> None:
    acknowledged(case.manager, case.round_group)
    for who in (case.manager, person(Role.OBSERVER), case.member, case.officer):
        reads = who not in (case.member, case.officer)
        assert stages.acknowledgements_visible_to(who).exists() is reads


def test_a_phase_has_begun_from_its_very_instant() -> None:
    at = clock.now()
    begun = []
    for opens in (None, at, at + timedelta(microseconds=1)):
        stage = Stage(pk=1, name="round1", kind="appraisal", position=1, opens_at=opens, closes_at=at + timedelta(1))
        begun.append(stages.Calendar((stage,), frozenset(), at).may_be_released(stage))
    assert begun == [True, True, False]


def test_round_one_is_not_due_once_round_two_was_released(case: Council) -> None:
    assert due(case, "round1")
    release_row(case.round_group, "round2")
    assert not due(case, "round1")


def test_a_release_stands_once_the_next_was_made_but_an_archive_rests_on_none(case: Council) -> None:
    first = release_row(case.round_group, "round1")
    rows = {(case.first.pk, case.leaf.pk): Decimal(1)}
    archive_actions.import_standings(actor=None, round_group=case.round_group, rows=rows)
    archive = release_row(case.round_group, "import")
    assert not stages.something_rests_on(first)
    release_row(case.round_group, "round2")
    assert stages.something_rests_on(first)
    assert not stages.something_rests_on(archive)


# --- what is judged at all ----------------------------------------------------------------------------


def test_the_council_reads_the_leaves_that_units_score_in_this_set_and_no_others(case: Council) -> None:
    elsewhere()
    survey = case.round_group.criteria_set.criteria.get(code="1.3")
    for who in (case.manager, case.member):
        scope = reach.scope_of(who, case.round_group)
        assert scope.leaves == {case.leaf.pk, case.other_leaf.pk}
        assert not scope.shows(case.first.pk, survey.pk)


def test_a_branch_without_any_such_leaf_opens_no_unit_and_no_question(case: Council) -> None:
    survey = case.round_group.criteria_set.criteria.get(code="1.3")
    newcomer = person(Role.COUNCIL_MEMBER)
    assign(newcomer, case.round_group, branch=survey)
    assert not reach.units_appraisable_by(newcomer, case.round_group).exists()
    question_row(replace(case, leaf=survey), case.first)
    for who in (newcomer, case.member):
        assert list(answering.questions_visible_to(who)) == []


# --- reading ------------------------------------------------------------------------------------------


def test_who_reads_which_cells(case: Council) -> None:
    recognise(case)
    adjusted = Appraisal.objects.get()
    readers: dict[str, User | AnonymousUser] = {
        "member": case.member,
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
    }
    others: dict[str, User | AnonymousUser] = {
        "officer": case.officer,
        "stranger": person(Role.COUNCIL_MEMBER),
        "nobody": AnonymousUser(),
    }
    seen = {name: adjusted in reading.appraisals_visible_to(who) for name, who in {**readers, **others}.items()}
    assert seen == dict.fromkeys(readers, True) | dict.fromkeys(others, False)


def test_who_reads_which_evidence(case: Council) -> None:
    paper, spare = document(case.first, case.officer), document(case.first, case.officer, "13/BC-THU")
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    both, one = {paper, spare}, {paper}
    none: set[Document] = set()
    for who, expected in (
        (case.manager, both),
        (person(Role.OBSERVER), both),
        (case.officer, both),
        (case.member, one),
        (person(Role.COUNCIL_MEMBER), none),
        (person(Role.UNIT_HEAD, case.second), none),
    ):
        assert set(reading.documents_visible_to(who)) == expected


def test_what_a_unit_replied_with_opens_to_who_judges_the_cell(case: Council) -> None:
    standing, paper = adjusted_and_released(case), document(case.first, case.officer)
    words: dict[str, Any] = {"agree": False, "comment": "Có báo cáo.", "document_ids": [paper.pk]}
    replies.reply(actor=case.head, appraisal_id=standing.pk, **words)
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, branch=case.other_leaf)
    assert set(reading.documents_visible_to(case.member)) == {paper}
    assert not reading.documents_visible_to(colleague).exists()


def test_a_unit_reads_its_own_released_cells_and_no_others(case: Council) -> None:
    other_officer = person(Role.UNIT_OFFICER, case.second)
    standing = recognise(case)
    release_row(next_year(case).round_group, "round1")
    for who in (case.officer, other_officer):
        assert not reading.entries_visible_to(who).exists()
        assert not reading.appraisals_visible_to(who).exists()
    release_row(case.round_group, "round1")
    assert list(reading.appraisals_visible_to(case.officer)) == [standing]
    assert not reading.appraisals_visible_to(other_officer).exists()
