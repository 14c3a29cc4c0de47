"""Races between workers on PostgreSQL, each with its negative control: without the lock the test must fail.

SQLite runs one writing transaction at a time (BEGIN IMMEDIATE), so there is nothing to race for there.
"""

import threading
import time
from datetime import datetime

import pytest
from django.db import connection, connections

from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from results.computation import actions as computation
from results.jobs import actions as jobs
from results.models import Job

from .factories import block, give

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs rows that are locked one by one"),
]
WORKERS = 6


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Job:
    round_group = block("A")
    give(round_group, {"A": {"1": "60", "2": "30"}})
    job = present(computation.enqueue_recompute(round_group.pk))
    real = clock.now

    def slow() -> datetime:
        time.sleep(0.05)  # widens the window
        return real()

    monkeypatch.setattr(clock, "now", slow)
    return job


def claims(job: Job) -> int:
    """How many of the workers that start together get the job."""
    together, got = threading.Barrier(WORKERS), []

    def worker() -> None:
        try:
            together.wait(timeout=10)
            if jobs.claim(job.pk) is not None:
                got.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return len(got)


def test_one_worker_gets_a_job(job: Job) -> None:
    assert claims(job) == 1


def test_negative_control_without_the_lock_several_get_it(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Job.objects, "select_for_update", lambda **_: Job.objects.all())

    assert claims(job) > 1
