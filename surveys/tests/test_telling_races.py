"""The phase is opened again, and a ballot comes, while what is told is brought up to the ballots."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from cchc_index.lib import clock
from criteria.models import RoundGroup, Stage
from surveys import ledger
from surveys.models import Survey, SurveyScore, ToldTally
from surveys.scores import keeping, queries
from surveys.scores.actions import tell_due
from surveys.scores.queries import tells_nothing_yet
from surveys.tests.factories import asked_group, surveyed_round
from surveys.tests.test_handover_races import together
from surveys.tests.test_versions import SMALL, History, begun, protect

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan")
    return block


def opened_again_meanwhile(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> History:
    """Five more came in and the phase has closed. Whoever tells has seen it closed; then it is opened for one more."""
    protect(block, SMALL)
    history = begun(block)
    history.phase(opened=True)
    history.take("five", history.born(5))
    history.phase(opened=False)
    last = history.born(1)
    closed, came = threading.Event(), threading.Event()
    look = queries.is_collected_still

    def slowly(block: RoundGroup) -> bool:
        collected = look(block)
        if threading.current_thread() is teller[0] and not collected:
            closed.set()
            came.wait(2)
        return collected

    teller: list[threading.Thread] = []

    def tells() -> None:
        teller.append(threading.current_thread())
        tell_due()

    def comes() -> None:
        closed.wait(5)
        Stage.objects.filter(round=block.round).update(closes_at=clock.now() + timedelta(days=3))
        history.take("last", last)
        came.set()

    monkeypatch.setattr(keeping, "is_collected_still", slowly)
    together(tells, comes)
    monkeypatch.undo()
    return history


def test_one_who_came_meanwhile_waits_for_the_next_end(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_again_meanwhile(block, monkeypatch)
    assert Survey.objects.get(round_group=block).due
    assert tells_nothing_yet(block)
    assert set(SurveyScore.objects.values_list("ballots", flat=True)) <= {16, 17}
    assert list(ledger.check()) == []


def test_negative_control_without_the_blocks_lock_nobody_remembers_the_last(
    block: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = QuerySet.select_for_update

    def but_for_blocks(rows: QuerySet[Any], **options: Any) -> QuerySet[Any]:
        return rows if rows.model is RoundGroup else lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", but_for_blocks)
    opened_again_meanwhile(block, monkeypatch)
    assert not Survey.objects.get(round_group=block).due or list(ledger.check()) != []


def test_ten_who_tell_at_once_tell_once(block: RoundGroup) -> None:
    protect(block, SMALL)
    history = History(block, random.Random(1))
    history.phase(opened=True)
    history.take("A", history.born(12))
    history.phase(opened=False)

    def tells() -> None:
        try:
            tell_due()
        finally:
            connection.close()

    together(*[tells] * 10)
    assert ToldTally.objects.count() == 2
    assert list(ledger.check()) == []
