"""The predicates by themselves: they hold even where an action's own check would have refused before."""

import pytest

from appraisal import actions, rules
from appraisal.models import AppraisalEntry, Confirmation, Stage
from appraisal.tests.factories import Council, assign, council, fresh, question_row
from appraisal.tests.pages import adjusted_and_released
from units.models import Membership, Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def scope(case: Council, user: User) -> rules.Scope:
    return rules.scope_of(fresh(user), case.round_group)


@pytest.mark.parametrize("stage", [Stage.ROUND1, Stage.ROUND2, Stage.FINAL])
def test_nobody_may_decide_or_settle_at_their_own_unit(case, stage):
    leaf = case.leaf.pk
    for user, theirs in ((case.member, stage != Stage.FINAL), (case.manager, stage == Stage.FINAL)):
        seen = scope(case, user)
        assert rules.may_decide(user, stage, seen, case.first.pk, leaf) is theirs
        assert not rules.may_decide(user, stage, seen, case.home.pk, leaf)
        assert not rules.may_settle(user, stage, seen, case.home.pk, leaf)


def test_nobody_may_decide_while_no_stage_is_open_nor_settle_outside_the_two_rounds(case):
    for user in (case.member, case.manager):
        assert not rules.may_decide(user, None, scope(case, user), case.first.pk, case.leaf.pk)
        for stage in (None, Stage.FINAL):
            assert not rules.may_settle(user, stage, scope(case, user), case.first.pk, case.leaf.pk)
        assert rules.may_settle(user, Stage.ROUND1, scope(case, user), case.first.pk, case.leaf.pk)


def test_a_unit_of_another_block_is_not_appraised_in_this_one(case):
    assert rules.can_appraise(case.member, case.round_group, case.first, case.leaf)
    stranger = UnitFactory(group=UnitGroupFactory(code="khac"))
    assert not rules.can_appraise(case.member, case.round_group, stranger, case.leaf)


def test_a_question_to_the_own_unit_is_not_pursued(case):
    for user in (case.member, case.manager):
        assert rules.may_pursue(user, question_row(case, case.first))
        assert not rules.may_pursue(user, question_row(case, case.home))


def test_only_an_assigned_council_member_has_to_confirm(case):
    Confirmation.objects.all().delete()
    assert rules.must_confirm(case.member, case.round_group.round)
    Membership.objects.filter(user=case.member).update(role=Role.OBSERVER)
    assert not rules.must_confirm(fresh(case.member), case.round_group.round)
    assert not rules.must_confirm(person(Role.COUNCIL_MEMBER), case.round_group.round)


def test_only_the_units_people_may_reply(case):
    standing = adjusted_and_released(case)
    may = [user for user in (case.officer, case.head) if rules.can_reply(user, standing)]
    assert may == [case.officer, case.head]
    for user in (case.member, case.manager, person(Role.UNIT_HEAD, case.second)):
        assert not rules.can_reply(user, standing)


def test_a_decision_is_taken_back_by_its_author_in_its_own_stage(case):
    actions.recognise(actor=case.member, **case.cell(), seen_version=0)
    step = AppraisalEntry.objects.get()
    cell = (case.first.pk, case.leaf.pk)
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    may = {
        (user, stage): rules.may_undo(user, stage, scope(case, user), cell, step)
        for user in (case.member, rival, case.manager)
        for stage in (Stage.ROUND1, Stage.ROUND2, Stage.FINAL, None)
    }
    assert [at for at, allowed in may.items() if allowed] == [(case.member, Stage.ROUND1)]
