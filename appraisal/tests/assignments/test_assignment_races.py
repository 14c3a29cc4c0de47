"""Two managers at once, on a database that runs them at the same time."""

import threading
from unittest import mock

import pytest
from django.db import connection

from appraisal.assignments import actions as assignments
from appraisal.assignments import queries as assignments_queries
from appraisal.models import Assignment, Reason
from appraisal.reasons import actions as reasons
from appraisal.tests.at_once import at_once
from appraisal.tests.factories import Council, council
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup
from units.models import Role
from units.tests.factories import person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


def split(case: Council, members: list[int], seen: str) -> object:
    return assignments.split(actor=case.manager, round_group_id=case.round_group.pk, member_ids=members, seen=seen)


def test_of_two_splits_one_is_applied_and_the_other_is_told() -> None:
    case = council()
    other = person(Role.COUNCIL_MEMBER)
    seen = assignments_queries.board(case.round_group).fingerprint
    ends = at_once(
        lambda: split(case, [case.member.pk, other.pk], seen), lambda: split(case, [other.pk, case.member.pk], seen)
    )
    assert ends == [Conflict.__name__, "saved"]
    held = assignments_queries.board(case.round_group).holders
    assert {len(members) for members in held.values()} == {1}


def test_without_the_lock_the_second_split_is_not_told() -> None:
    """Negative control: the same race without the block's lock."""
    case = council()
    other = person(Role.COUNCIL_MEMBER)
    seen = assignments_queries.board(case.round_group).fingerprint
    gate = threading.Barrier(2, timeout=10)
    check = assignments._check_seen

    def together(board: assignments_queries.Board, seen: str) -> None:
        check(board, seen)
        gate.wait()

    with (
        mock.patch.object(assignments, "locked_block", lambda pk: RoundGroup.objects.get(pk=pk)),
        mock.patch.object(assignments, "_check_seen", together),
    ):
        ends = at_once(lambda: split(case, [case.member.pk], seen), lambda: split(case, [other.pk], seen))
    assert ends == ["saved", "saved"]
    assert Assignment.objects.count() == 2, "both were applied: every cell is held twice"


def test_two_managers_never_retire_the_last_two_reasons() -> None:
    case = council()
    last = [case.reason.pk, present(Reason.objects.exclude(pk=case.reason.pk).first()).pk]
    Reason.objects.exclude(pk__in=last).update(active=False)

    def retire(pk: int) -> object:
        return reasons.set_reason_active(actor=case.manager, reason_id=pk, active=False)

    assert at_once(lambda: retire(last[0]), lambda: retire(last[1])) == [Refused.__name__, "saved"]
    assert Reason.objects.filter(active=True).count() == 1
