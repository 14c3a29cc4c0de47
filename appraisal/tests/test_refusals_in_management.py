"""What is refused around the decisions: declared interests, assignments, the library of reasons."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from appraisal import actions, assigning
from appraisal.models import Assignment, Confirmation, Interest, Reason
from appraisal.tests.factories import Council, assign, council
from appraisal.tests.refusing import adjust, elsewhere, recognise, refused
from cchc_index.lib.faults import Conflict
from selfassess.models import SelfScore
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


# --- interests ----------------------------------------------------------------------------------------


def declare(case: Council, **other: object) -> Interest:
    wanted = {"actor": case.member, "member": case.member, "unit": case.first, "reason": "Người thân.", **other}
    return actions.declare_interest(**wanted)


def test_an_interest_is_declared_with_a_reason_by_the_member_or_a_manager(case):
    with refused("Ghi lý do có xung đột"):
        declare(case, reason=" ")
    colleague = person(Role.COUNCIL_MEMBER)
    for actor in (colleague, case.officer):
        with refused(kind=PermissionDenied):
            declare(case, actor=actor)
    with refused(kind=PermissionDenied):
        declare(case, actor=case.officer, member=case.officer)
    with refused("không phải thành viên thẩm định"):
        declare(case, actor=case.manager, member=case.officer)


def test_what_a_manager_recorded_the_member_does_not_withdraw(case):
    interest = declare(case, actor=case.manager)
    with refused("quản lý chỉ số rút", PermissionDenied):
        actions.withdraw_interest(actor=case.member, interest_id=interest.pk, reason="Không còn.")
    own = declare(case, unit=case.second)
    for by in (case.manager, case.member):
        assert actions.withdraw_interest(actor=by, interest_id=own.pk, reason="Không còn.").withdrawn_at


def test_only_a_council_member_confirms(case):
    for who in (case.manager, case.officer):
        with refused(kind=PermissionDenied):
            actions.confirm_no_interest(actor=who, round_=case.round_group.round)
    assert Confirmation.objects.filter(member=case.member).count() == Confirmation.objects.count() == 1


# --- assignments --------------------------------------------------------------------------------------


def reassign(case: Council, found: Assignment, **other: object) -> Assignment:
    seen = assigning.row_fingerprint(found)
    wanted = {"actor": case.manager, "assignment_id": found.pk, "branch_id": None, "seen": seen, **other}
    return actions.reassign(**wanted)


def test_nobody_is_no_one_to_assign(case):
    with refused("Chọn ít nhất một thành viên"):
        actions.assign(actor=case.manager, round_group_id=case.round_group.pk, member_ids=[], branch_id=None)


def test_an_assignment_does_not_become_another_that_is_there(case):
    whole = Assignment.objects.get(member=case.member)
    part = assign(case.member, case.round_group, branch=case.leaf)
    with refused("đã được phân công đúng nhánh này"):
        reassign(case, part)
    rival = assign(person(Role.COUNCIL_MEMBER), case.round_group, branch=case.other_leaf)
    assert reassign(case, part, branch_id=case.other_leaf.pk).branch == rival.branch
    assert reassign(case, whole, unit_ids=[case.first.pk]).branch is None


def test_an_assignment_is_not_narrowed_to_units_the_member_cannot_judge(case):
    found = Assignment.objects.get(member=case.member)
    with refused("không thẩm định được đơn vị nào"):
        reassign(case, found, unit_ids=[case.home.pk])
    assert reassign(case, found, unit_ids=[case.home.pk, case.first.pk]).units.count() == 2


def test_an_assignment_that_is_gone_is_a_conflict_and_a_strangers_hand_is_refused(case):
    found = Assignment.objects.get(member=case.member)
    with refused(kind=PermissionDenied):
        reassign(case, found, actor=case.member)
    Assignment.objects.filter(pk=found.pk).delete()
    with refused(kind=Conflict):
        reassign(case, found)


def test_a_branch_of_another_set_is_refused(case):
    with refused("không thuộc bộ tiêu chí"):
        reassign(case, Assignment.objects.get(member=case.member), branch_id=elsewhere().pk)


# --- reasons ------------------------------------------------------------------------------------------


def test_only_the_index_manager_keeps_the_library(case):
    for who in (case.member, case.officer, person(Role.OBSERVER)):
        changes = (
            partial(actions.delete_reason, reason_id=case.reason.pk),
            partial(actions.set_reason_active, reason_id=case.reason.pk, active=False),
            partial(actions.add_reason, text="Lý do mới"),
        )
        for change in changes:
            with refused(kind=PermissionDenied):
                change(actor=who)


def test_a_reason_that_is_gone_is_a_conflict(case):
    key = case.reason.pk
    case.reason.delete()
    with refused("không còn trong thư viện", Conflict):
        actions.delete_reason(actor=case.manager, reason_id=key)


def test_the_last_reason_is_not_retired_but_a_retired_one_comes_back(case):
    Reason.objects.exclude(pk=case.reason.pk).update(active=False)
    with refused("lý do cuối cùng"):
        actions.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=False)
    Reason.objects.update(active=False)
    assert actions.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=True).active


def test_a_reason_that_only_an_opinion_rests_on_is_used(case):
    actions.mark_blind(actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk, tolerance=0)
    actions.give_opinion(
        actor=case.member,
        **case.cell(),
        recognising=False,
        points=case.leaf.max_points,
        reason_id=case.reason.pk,
        comment="Đủ.",
        seen_version=0,
    )
    with refused("đã được dùng"):
        actions.delete_reason(actor=case.manager, reason_id=case.reason.pk)


# --- a score that is none -----------------------------------------------------------------------------


def test_a_row_without_points_is_not_recognised_and_zero_is_no_repetition_of_it(case):
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(points=None)
    with refused("chưa chấm tiêu chí này"):
        recognise(case)
    assert adjust(case, 0, "0").points == 0
