"""Imports that meet: the same batch committed ten times at once, the same file taken by many."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from cchc_index.lib.faults import ImportRefused, Refused
from criteria.models import RoundGroup
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch
from surveys.scores import actions as scores
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.auditlog.models import LogEntry

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


Rows = QuerySet[Any]


def at_once(times: int, work: Callable[[], object]) -> list[object]:
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(work())
        except (Refused, DatabaseError) as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def rows() -> list[list[object]]:
    return ballot_rows(*[(f"P{n}", "SNV" if n % 2 else "STC", 1 + n % 4, 1) for n in range(100)])


def test_ten_commits_of_one_batch_are_one() -> None:
    block = surveyed_round()
    asked_group(block, code="dai-bieu")
    batch = batches.check_ballots(actor=None, round_group_id=block.pk, respondents="dai-bieu", source=csv_file(rows()))
    states = at_once(10, lambda: str(batches.commit_batch(actor=None, batch_id=batch.pk).state))
    assert states == ["committed"] * 10
    assert Ballot.objects.count() == 100
    assert LogEntry.objects.filter(verb="surveys.import_ballots").count() == 1
    assert scores.refresh_scores(block) == 0


def test_negative_control_without_the_locks_commits_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches and blocks are read without a lock; the log's head keeps its own."""
    lock = QuerySet.select_for_update

    def unless_ours(rows: Rows, **options: Any) -> Rows:
        return rows if rows.model in (ImportBatch, RoundGroup) else lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", unless_ours)
    block = surveyed_round()
    asked_group(block, code="dai-bieu")
    batch = batches.check_ballots(actor=None, round_group_id=block.pk, respondents="dai-bieu", source=csv_file(rows()))
    states = at_once(10, lambda: str(batches.commit_batch(actor=None, batch_id=batch.pk).state))
    assert states != ["committed"] * 10


def test_the_same_file_from_many_is_taken_once() -> None:
    block = surveyed_round()
    asked_group(block, code="dai-bieu")

    def take() -> object:
        return batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dai-bieu", source=csv_file(rows())
        ).fresh

    assert sorted(map(str, at_once(6, take))) == ["False"] * 5 + ["True"]
    assert ImportBatch.objects.count() == 1


def test_two_groups_at_once_both_count() -> None:
    block = surveyed_round()
    waiting = ["mot", "hai"]
    for code in waiting:
        asked_group(block, code=code)

    def take() -> object:
        code = waiting.pop()
        own = [[f"{code}-{row[0]}", *row[1:]] if at else row for at, row in enumerate(rows())]
        return batches.import_ballots(actor=None, round_group_id=block.pk, respondents=code, source=csv_file(own)).fresh

    assert at_once(2, take) == [True, True]
    assert scores.refresh_scores(block) == 0  # neither computed from half of the ballots


def test_the_same_ballots_for_two_groups_at_once_count_once() -> None:
    block = surveyed_round()
    waiting = ["mot", "hai"]
    for code in waiting:
        asked_group(block, code=code)

    def take() -> object:
        try:
            return batches.import_ballots(
                actor=None, round_group_id=block.pk, respondents=waiting.pop(), source=csv_file(rows())
            ).fresh
        except ImportRefused:
            return "refused"

    assert sorted(map(str, at_once(2, take))) == ["True", "refused"]
    assert Ballot.objects.values("respondent_group").distinct().count() == 1
