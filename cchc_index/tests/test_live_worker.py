"""With real parts: PostgreSQL, Redis, a Celery worker in its own process, killed for real."""

import signal
from decimal import Decimal

import pytest
from django.conf import settings

from cchc_index.celery import app
from cchc_index.lib.tests.waiting import wait_for
from criteria import actions as criteria
from criteria.models import RoundGroup
from criteria.tests.factories import small_round
from results import tasks
from results.computation import actions as computation
from results.files import actions as files
from results.models import Computation, Job
from units.models import Role
from units.tests.factories import UnitFactory, person

from .live_worker import start_worker, worker

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def block() -> RoundGroup:
    import redis

    redis.from_url(settings.REDIS_URL).flushdb()  # messages of earlier tests
    round_group = small_round()
    UnitFactory.create(group=round_group.group, code="A")
    return round_group


def is_current(block: RoundGroup) -> bool:
    version = RoundGroup.objects.get(pk=block.pk).inputs_version
    return Computation.objects.filter(round_group=block, current=True, inputs_version__gte=version).exists()


def test_worker_recomputes_after_a_change_of_inputs(block: RoundGroup) -> None:
    with worker():
        criteria.inputs_changed(block.pk)
        assert wait_for(lambda: is_current(block))


def test_without_a_worker_nothing_is_recomputed(block: RoundGroup) -> None:
    """The negative control: it is the worker that does it, not the request."""
    criteria.inputs_changed(block.pk)
    assert not wait_for(lambda: is_current(block), seconds=2)


def test_work_survives_a_killed_worker_and_a_flushed_broker(block: RoundGroup) -> None:
    process = start_worker()
    criteria.inputs_changed(block.pk)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    Computation.objects.all().delete()
    Job.objects.all().delete()
    app.control.purge()
    with worker():
        tasks.requeue()
        assert wait_for(lambda: is_current(block))


def test_worker_renders_a_unit_sheet(block: RoundGroup) -> None:
    computation.recompute(round_group_id=block.pk)
    unit = block.group.units.get()
    with worker():
        job = files.request_report(actor=person(Role.INDEX_MANAGER), round_group_id=block.pk, unit_id=unit.pk)
        assert wait_for(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE, seconds=60)
    job.refresh_from_db()
    with job.file.open("rb") as stream:
        assert stream.read(5) == b"%PDF-"
    assert Decimal(job.progress) == 100
