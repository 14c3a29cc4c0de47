"""Questions, replies and what is read: whose they are, in which order they stand, what stays among the council."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from appraisal.interests import actions as interests
from appraisal.models import AppraisalEntry, Question
from appraisal.questions import actions as questions
from appraisal.replies import actions as replies
from appraisal.review.undo import actions as undo
from appraisal.rules import answering, reach, reading
from appraisal.tests.factories import (
    Council,
    assign,
    attach,
    council,
    document,
    fresh,
    next_year,
    question_row,
    release_row,
    stage_of,
)
from appraisal.tests.pages import adjusted_and_released
from appraisal.tests.refusing import adjust, recognise
from cchc_index.lib import clock
from criteria.models import Extension
from criteria.tests.factories import CriteriaSetFactory, RoundGroupFactory, open_stage
from selfassess.models import Evidence, SelfScore
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def due_in(case: Council, unit: Unit, days: int) -> Question:
    question = question_row(case, unit)
    question.due_on = clock.today() + timedelta(days=days)
    question.save()
    return question


# --- questions ----------------------------------------------------------------------------------------


def test_whose_questions_they_are(case: Council) -> None:
    later, home = due_in(case, case.first, 9), due_in(case, case.home, 5)
    other = due_in(replace(case, leaf=case.other_leaf), case.first, 5)
    soon = due_in(case, case.second, 1)
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, branch=case.other_leaf)
    seen = {
        case.manager: [soon, home, other, later],
        person(Role.OBSERVER): [soon, home, other, later],
        case.member: [soon, other, later],
        colleague: [other],
        person(Role.COUNCIL_MEMBER): [],
        case.officer: [],
    }
    assert {who: list(answering.questions_visible_to(fresh(who))) for who in seen} == seen
    asked = {case.officer: [other, later], case.head: [other, later], case.member: [], case.manager: []}
    assert {who: list(answering.questions_of_units(fresh(who))) for who in asked} == asked
    assert list(answering.questions_of_units(AnonymousUser())) == []


def test_questions_due_on_one_day_stand_as_they_were_asked(case: Council) -> None:
    asked = [due_in(case, unit, 3) for unit in (case.second, case.first)]
    both = person(Role.UNIT_OFFICER, case.second)
    Membership.objects.create(user=both, role=Role.UNIT_HEAD, unit=case.first)
    assert list(answering.questions_visible_to(case.member)) == asked
    assert list(answering.questions_of_units(both)) == asked


def test_whoever_is_assigned_the_cell_pursues_and_the_manager(case: Council) -> None:
    question, colleague = question_row(case, case.first), person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, branch=case.other_leaf)
    elsewhere = person(Role.COUNCIL_MEMBER)
    assign(elsewhere, case.round_group, units=[case.second])
    here = person(Role.COUNCIL_MEMBER)
    assign(here, case.round_group, units=[case.first])
    able, unable = (case.member, case.manager, here), (colleague, elsewhere, case.officer)
    pursuing = {**dict.fromkeys(able, True), **dict.fromkeys(unable, False)}
    assert {who: answering.may_pursue(fresh(who), question) for who in pursuing} == pursuing


def test_who_answers_stands_in_the_order_of_their_names(case: Council) -> None:
    for name in ("z", "a"):
        Membership.objects.create(user=UserFactory.create(username=name), role=Role.UNIT_OFFICER, unit=case.second)
    assert [user.username for user in answering.people_answering(case.second.pk)] == ["a", "z"]


# --- replies ------------------------------------------------------------------------------------------


def test_a_reply_is_due_until_the_time_is_up_or_the_next_stage_is_released(case: Council) -> None:
    standing, reply = adjusted_and_released(case), stage_of(case.round_group, "explanation")
    assert answering.reply_due(standing) == reply
    reply.opens_at, reply.closes_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    reply.save()
    assert answering.reply_due(standing) is None
    until = {"closes_at": clock.now() + timedelta(days=1), "reason": "Bão", "granted_by": case.manager}
    Extension.objects.create(stage=reply, unit=case.second, **until)
    assert answering.reply_due(standing) is None
    Extension.objects.create(stage=reply, unit=case.first, **until)
    assert answering.reply_due(standing) == reply
    release_row(case.round_group, "round2")
    assert answering.reply_due(standing) is None


def test_what_was_recognised_is_not_answered(case: Council) -> None:
    standing = recognise(case)
    release_row(case.round_group, "round1")
    assert answering.reply_due(standing) is None


# --- steps and standings ------------------------------------------------------------------------------


def steps_of(user: User) -> list[AppraisalEntry]:
    return list(reading.entries_visible_to(fresh(user)))


def test_steps_stand_by_cell_in_their_order_for_whoever_reads_them(case: Council) -> None:
    recognise(case, unit_id=case.second.pk)
    recognise(case)
    adjust(case, 1)
    by_cell = {(step.appraisal.unit_id, step.sequence): step for step in AppraisalEntry.objects.all()}
    rows = [by_cell[case.first.pk, 1], by_cell[case.first.pk, 2], by_cell[case.second.pk, 1]]
    assert steps_of(case.manager) == steps_of(case.member) == rows
    release_row(case.round_group, "round1")
    mine = [step for step in rows if step.appraisal.unit_id == case.first.pk]
    assert steps_of(case.officer) == list(reading.entries_open_to_units([case.first.pk])) == mine
    assert list(reading.entries_open_to_units([case.first.pk, case.second.pk])) == rows
    for who in (case.manager, case.member):
        assert [one.unit_id for one in reading.appraisals_visible_to(fresh(who))] == [case.second.pk, case.first.pk]


def test_what_was_taken_back_before_the_release_stays_among_the_council(case: Council) -> None:
    recognise(case)
    adjust(case, 1)
    undo.undo(actor=case.member, **case.cell(), seen_version=2)
    release_row(case.round_group, "round1")
    assert [step.action for step in steps_of(case.officer)] == ["recognise"]
    assert [step.action for step in steps_of(case.member)] == ["recognise", "adjust", "undo"]


def test_a_unit_reads_only_the_stages_that_were_released_to_its_own_block(case: Council) -> None:
    recognise(case)
    beside = CriteriaSetFactory.create(group=UnitGroupFactory.create(code="huyen"))
    release_row(RoundGroupFactory.create(round=case.round_group.round, criteria_set=beside), "round1")
    assert steps_of(case.officer) == [], "another block of the same year"
    release_row(case.round_group, "round1")
    open_stage(case.round_group.round, "round2")
    adjust(case, 1)
    recognise(case, criterion_id=case.other_leaf.pk)
    assert [step.stage.name for step in steps_of(case.officer)] == ["round1"]
    assert [one.criterion for one in reading.appraisals_visible_to(fresh(case.officer))] == [case.leaf]


def test_a_units_own_reply_is_read_by_it_though_no_reply_is_ever_released(case: Council) -> None:
    standing = adjusted_and_released(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có ở trang 3.", document_ids=[])
    assert [step.stage_kind for step in steps_of(case.officer)] == ["appraisal", "reply"]
    assert steps_of(person(Role.UNIT_OFFICER, case.second)) == []


# --- precedents ---------------------------------------------------------------------------------------


def precedents(case: Council, user: User, unit: Unit | None = None, *, owes: bool = False) -> list[int]:
    """At which units those stand that the person sees beside the cell of `unit`, else of the first."""
    scope, cell = reach.scope_of(fresh(user), case.round_group), ((unit or case.first).pk, case.leaf.pk)
    found = reading.precedents_visible_to(scope, case.round_group, *cell, owes_opinion=owes)
    assert reading.may_read_precedents(scope, *cell, owes_opinion=owes) or not found
    return [step.appraisal.unit_id for step in found]


def test_precedents_are_the_decisions_on_the_criterion_at_the_other_units(case: Council) -> None:
    for unit in (case.second, case.first):
        recognise(case, unit_id=unit.pk)
    recognise(case, unit_id=case.second.pk, criterion_id=case.other_leaf.pk)
    recognise(next_year(case), unit_id=case.second.pk)
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    recognise(replace(case, member=rival), unit_id=case.home.pk)
    assert precedents(case, case.manager) == precedents(case, rival) == [case.second.pk, case.home.pk]
    assert precedents(case, case.member) == [case.second.pk], "a closed unit stays closed"
    assert precedents(case, case.member, case.home) == []
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, case.leaf, [case.first])
    assert precedents(case, narrow) == [case.second.pk, case.home.pk]
    assert precedents(case, narrow, case.second) == []
    assert precedents(case, rival, owes=True) == precedents(case, person(Role.COUNCIL_MEMBER)) == []
    adjust(replace(case, first=case.second), 1)
    assert precedents(case, rival) == [case.second.pk, case.second.pk, case.home.pk]
    for version in (2, 3):
        undo.undo(actor=case.member, **case.cell(case.second), seen_version=version)
    assert precedents(case, rival) == [case.home.pk]


# --- documents and interests --------------------------------------------------------------------------


def test_a_member_reads_what_stands_as_evidence_and_what_answers_a_question(case: Council) -> None:
    papers = [document(case.first, case.officer, f"{number}/BC") for number in (1, 2, 3)]
    assert list(reading.documents_visible_to(fresh(case.officer))) == papers
    assert list(reading.documents_visible_to(case.manager)) == papers
    score = SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf)
    evidence = attach(score, papers[2])
    due_on = clock.today() + timedelta(days=3)
    question = questions.ask(actor=case.member, **case.cell(), text="Có văn bản không?", due_on=due_on)
    questions.answer(actor=case.officer, question_id=question.pk, text="Có.", document_ids=[papers[0].pk])
    assert list(reading.documents_visible_to(fresh(case.member))) == [papers[0], papers[2]]
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, branch=case.other_leaf)
    assert list(reading.documents_visible_to(colleague)) == []
    Evidence.objects.filter(pk=evidence.pk).update(removed_at=clock.now())
    assert list(reading.documents_visible_to(fresh(case.member))) == [papers[0]]


def test_evidence_of_a_draft_is_the_units_own_business(case: Council) -> None:
    score = SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf)
    attach(score, document(case.first, case.officer))
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    assert not reading.documents_visible_to(fresh(case.member)).exists()


def test_interests_are_read_by_the_manager_and_by_whose_they_are(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    User.objects.filter(pk=colleague.pk).update(full_name="An")
    User.objects.filter(pk=case.member.pk).update(full_name="Bình")
    made = [
        interests.declare_interest(actor=who, member=who, unit=unit, reason="Người nhà làm ở đó.")
        for who, unit in ((case.member, case.first), (colleague, case.first), (case.member, case.second))
    ]
    assert list(reading.interests_visible_to(case.manager)) == [made[1], made[2], made[0]]
    assert list(reading.interests_visible_to(case.member)) == [made[2], made[0]]
    assert list(reading.interests_visible_to(person(Role.OBSERVER))) == []
    interests.withdraw_interest(actor=case.manager, interest_id=made[1].pk, reason="Đã chuyển công tác.")
    assert list(reading.interests_visible_to(case.manager)) == [made[2], made[0], made[1]]
