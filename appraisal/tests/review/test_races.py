"""Two reviewers, one cell, on a database that runs them at the same time. On SQLite writers queue up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from appraisal import ledger
from appraisal.core.actions import locks
from appraisal.core.actions.entries import write_one
from appraisal.models import AppraisalEntry
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo_actions
from appraisal.tests.at_once import at_once
from appraisal.tests.factories import Council, assign, council
from cchc_index.lib.faults import Conflict
from criteria.models import RoundGroup
from selfassess.models import SelfAssessment
from units.models import Role, User
from units.tests.factories import person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


@contextmanager
def unlocked() -> Iterator[None]:
    """The desk without its locks."""

    def block(pk: int) -> RoundGroup:
        return RoundGroup.objects.get(pk=pk)

    def assessments(pk: int, units: set[int]) -> dict[int, SelfAssessment]:
        rows = SelfAssessment.objects.filter(round_group=pk, unit__in=units).order_by("pk")
        return {row.unit_id: row for row in rows}

    with mock.patch.object(locks, "locked_block", block), mock.patch.object(locks, "locked_assessments", assessments):
        yield


def adjust(case: Council, actor: User, points: str, seen_version: int = 0) -> object:
    return decisions.adjust(
        actor=actor,
        **case.cell(),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment=f"Còn {points}.",
        seen_version=seen_version,
    )


def test_of_two_reviewers_one_saves_and_the_other_is_told() -> None:
    case = council()
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    ends = at_once(lambda: adjust(case, case.member, "1"), lambda: adjust(case, other, "0.5"))
    assert ends == [Conflict.__name__, "saved"]
    assert AppraisalEntry.objects.count() == 1
    assert list(ledger.check()) == []


def test_ten_identical_presses_are_one_step_and_ten_same_answers() -> None:
    case = council()
    presses = [lambda: adjust(case, case.member, "1")] * 10
    assert at_once(*presses) == ["saved"] * 10
    assert AppraisalEntry.objects.count() == 1


def undo(case: Council, actor: User) -> object:
    return undo_actions.undo(actor=actor, **case.cell(), seen_version=1)


def decided(case: Council) -> User:
    """Recognised by the member; another member is assigned, too."""
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    return other


def test_of_an_undo_and_a_decision_one_saves_and_the_other_is_told() -> None:
    case = council()
    other = decided(case)
    ends = at_once(lambda: undo(case, case.member), lambda: adjust(case, other, "0.5", seen_version=1))
    assert ends == [Conflict.__name__, "saved"]
    assert AppraisalEntry.objects.count() == 2
    assert list(ledger.check()) == []


def test_ten_presses_of_the_same_undo_are_one_step_and_ten_same_answers() -> None:
    case = council()
    decided(case)
    assert at_once(*[lambda: undo(case, case.member)] * 10) == ["saved"] * 10
    assert AppraisalEntry.objects.count() == 2
    assert list(ledger.check()) == []


def test_without_the_locks_an_undo_and_a_decision_collide_in_the_database() -> None:
    """Negative control: the same race with the locks switched off."""
    case = council()
    other = decided(case)
    gate = threading.Barrier(2, timeout=10)
    write = write_one

    def together(*args: Any) -> object:
        gate.wait()
        return write(*args)

    with (
        unlocked(),
        mock.patch.object(decisions, "write_one", together),
        mock.patch.object(undo_actions, "write_one", together),
    ):
        ends = at_once(lambda: undo(case, case.member), lambda: adjust(case, other, "0.5", seen_version=1))
    assert ends == ["IntegrityError", "saved"]


def test_without_the_locks_the_second_reviewer_is_not_told() -> None:
    """Negative control: the same race with the locks switched off ends in the database's own error."""
    case = council()
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    gate = threading.Barrier(2, timeout=10)
    decide = decisions._decide

    def together(*args: Any) -> object:
        gate.wait()
        return decide(*args)

    with unlocked(), mock.patch.object(decisions, "_decide", together):
        ends = at_once(lambda: adjust(case, case.member, "1"), lambda: adjust(case, other, "0.5"))
    assert ends == ["IntegrityError", "saved"]
