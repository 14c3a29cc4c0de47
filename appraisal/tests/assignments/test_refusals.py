"""Which assignments are refused."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.assignments import actions as assignments
from appraisal.assignments import queries as assignments_queries
from appraisal.models import Assignment
from appraisal.tests.factories import Council, assign, council
from appraisal.tests.refusing import elsewhere, refused
from cchc_index.lib.faults import Conflict
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def reassign(case: Council, found: Assignment, **other: object) -> Assignment:
    seen = assignments_queries.row_fingerprint(found)
    wanted: dict[str, Any] = {
        "actor": case.manager,
        "assignment_id": found.pk,
        "branch_id": None,
        "seen": seen,
        **other,
    }
    return assignments.reassign(**wanted)


def test_nobody_is_no_one_to_assign(case: Council) -> None:
    with refused("Chọn ít nhất một thành viên"):
        assignments.assign(actor=case.manager, round_group_id=case.round_group.pk, member_ids=[], branch_id=None)


def test_an_assignment_does_not_become_another_that_is_there(case: Council) -> None:
    whole = Assignment.objects.get(member=case.member)
    part = assign(case.member, case.round_group, branch=case.leaf)
    with refused("đã được phân công đúng lĩnh vực hoặc tiêu chí này"):
        reassign(case, part)
    rival = assign(person(Role.COUNCIL_MEMBER), case.round_group, branch=case.other_leaf)
    assert reassign(case, part, branch_id=case.other_leaf.pk).branch == rival.branch
    assert reassign(case, whole, unit_ids=[case.first.pk]).branch is None


def test_an_assignment_is_not_narrowed_to_units_the_member_cannot_judge(case: Council) -> None:
    found = Assignment.objects.get(member=case.member)
    with refused("không thẩm định được đơn vị nào"):
        reassign(case, found, unit_ids=[case.home.pk])
    assert reassign(case, found, unit_ids=[case.home.pk, case.first.pk]).units.count() == 2


def test_an_assignment_that_is_gone_is_a_conflict_and_a_strangers_hand_is_refused(case: Council) -> None:
    found = Assignment.objects.get(member=case.member)
    with refused(kind=PermissionDenied):
        reassign(case, found, actor=case.member)
    Assignment.objects.filter(pk=found.pk).delete()
    with refused(kind=Conflict):
        reassign(case, found)


def test_a_branch_of_another_set_is_refused(case: Council) -> None:
    with refused("không thuộc bộ tiêu chí"):
        reassign(case, Assignment.objects.get(member=case.member), branch_id=elsewhere().pk)
