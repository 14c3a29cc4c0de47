"""A manager who acknowledges or releases while a member decides, on a database that runs them at once."""

import threading
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from appraisal.consistency import actions as consistency
from appraisal.consistency.queries import report as consistency_report
from appraisal.models import Acknowledgement, Release
from appraisal.releases import actions as releases
from appraisal.review.decisions import actions as decisions
from appraisal.tests.at_once import at_once
from appraisal.tests.factories import Council, acknowledged, council
from criteria.models import RoundGroup
from units.auditlog.models import LogEntry

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
ROUNDS = 5


def decide(case: Council) -> object:
    return decisions.adjust(
        actor=case.member,
        **case.cell(),
        points=Decimal(1),
        reason_id=case.reason.pk,
        comment="Thiếu.",
        seen_version=0,
    )


def acknowledge(case: Council, seen: str) -> object:
    block = case.round_group.pk
    return consistency.acknowledge_consistency(
        actor=case.manager, round_group_id=block, stage="round1", seen=seen, words={}
    )


def release(case: Council) -> object:
    return releases.release(actor=case.manager, round_group_id=case.round_group.pk, stage="round1")


def unlocked(pk: int) -> RoundGroup:
    return RoundGroup.objects.get(pk=pk)


def numbers(*verbs_: str) -> list[int]:
    return [LogEntry.objects.get(verb=verb).number for verb in verbs_]


def current(case: Council) -> str:
    return consistency_report.report(case.round_group).fingerprint


def test_the_log_never_says_that_a_decision_was_seen_which_was_not() -> None:
    """Either the manager is told that something changed, or the acknowledgement stands before the decision."""
    case = council()
    seen = current(case)
    ends = at_once(lambda: acknowledge(case, seen), lambda: decide(case))
    if Acknowledgement.objects.exists():
        looked, decided = numbers("appraisal.acknowledge", "appraisal.adjust")
        assert looked < decided
    else:
        assert ends == ["Conflict", "saved"]
    assert Acknowledgement.objects.filter(fingerprint=current(case)).count() == 0


def test_without_the_lock_the_log_says_so() -> None:
    """Negative control: the look is taken, the decision is made, then the acknowledgement is written."""
    case = council()
    seen = current(case)
    looked, decided = threading.Event(), threading.Event()
    write = consistency._write

    def late(*args: Any) -> object:
        looked.set()
        assert decided.wait(20)
        return write(*args)

    def decide_meanwhile() -> None:
        assert looked.wait(20)
        decide(case)
        decided.set()

    with mock.patch.object(consistency, "locked_block", unlocked), mock.patch.object(consistency, "_write", late):
        ends = at_once(lambda: acknowledge(case, seen), decide_meanwhile)
    assert ends == ["saved", "saved"]
    looked_at, decided_at = numbers("appraisal.acknowledge", "appraisal.adjust")
    assert looked_at > decided_at
    assert Acknowledgement.objects.get().fingerprint == seen != current(case)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nothing_is_released_that_was_not_looked_at(turn: Any) -> None:
    """The release or the decision: one of them is refused."""
    case = council()
    acknowledged(case.manager, case.round_group)
    ends = at_once(lambda: release(case), lambda: decide(case))
    assert ends == ["Refused", "saved"]
    if Release.objects.exists():
        assert Acknowledgement.objects.filter(fingerprint=current(case)).exists()


def test_without_the_lock_a_decision_slips_through() -> None:
    """Negative control: looked at, decided, released."""
    case = council()
    acknowledged(case.manager, case.round_group)
    checked, decided = threading.Event(), threading.Event()
    check = consistency.check_acknowledged

    def slow(*args: Any) -> None:
        check(*args)
        checked.set()
        assert decided.wait(20)

    def decide_meanwhile() -> None:
        assert checked.wait(20)
        decide(case)
        decided.set()

    with (
        mock.patch.object(releases, "locked_block", unlocked),
        mock.patch.object(releases, "check_acknowledged", slow),
    ):
        ends = at_once(lambda: release(case), decide_meanwhile)
    assert ends == ["saved", "saved"]
    assert not Acknowledgement.objects.filter(fingerprint=current(case)).exists()
