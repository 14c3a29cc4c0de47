"""What is shipped is what runs: each unit of deploy/ started as it is printed, with the example's settings alone."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cchc_index.celery import app
from cchc_index.lib import clock
from cchc_index.lib.stored_files import MARK
from cchc_index.lib.tests.waiting import free_port, wait_for
from cchc_index.tests.shipped_settings import filled_example
from criteria import actions as criteria
from criteria.models import RoundGroup
from criteria.tests.factories import small_round
from deploy import service_files
from results.models import Computation, Heart
from units.tests.factories import UnitFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
PATIENCE = 60


@pytest.fixture
def example(tmp_path: Path) -> dict[str, str]:
    """The settings file as shipped; filled where it is empty, led to this test's database, broker and folder."""
    import redis

    redis.from_url(settings.REDIS_URL).flushdb()
    return filled_example(tmp_path / "var")


@contextmanager
def started(name: str, example: dict[str, str], *replacements: tuple[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The unit's own program in an empty environment; its folder is the project, as the unit says."""
    unit = service_files.service(name)
    assert unit.folder == service_files.INSTALLED
    command = unit.here(*replacements)
    process = subprocess.Popen(command, cwd=service_files.ROOT, env=example, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(timeout=10)


def answer(port: int, host: str) -> dict[str, Any] | None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/suc-khoe/", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=2) as reply:
            return dict(json.loads(reply.read()))
    except OSError:
        return None


@pytest.mark.parametrize("name", ["cchc-web", "cchc-upload"])
def test_web_services_answer(name: str, example: dict[str, str]) -> None:
    port = free_port()
    shipped = next(word for word in service_files.service(name).command if word.startswith("127.0.0.1:"))
    with started(name, example, (shipped, f"127.0.0.1:{port}")) as process:
        assert wait_for(lambda: process.poll() is not None or answer(port, example["ALLOWED_HOSTS"]), PATIENCE)
        assert process.poll() is None  # so it was the answer that came


@pytest.fixture
def block() -> RoundGroup:
    round_group = small_round()
    UnitFactory.create(group=round_group.group, code="A")
    return round_group


def test_worker_service_answers_a_ping_and_recomputes(example: dict[str, str], block: RoundGroup) -> None:
    with started("cchc-worker", example) as process:
        assert wait_for(lambda: process.poll() is not None or app.control.ping(timeout=1), PATIENCE)
        assert process.poll() is None
        criteria.inputs_changed(block.pk)
        assert wait_for(lambda: Computation.objects.filter(round_group=block, current=True).exists(), PATIENCE)


def test_beat_service_sends_what_is_due(example: dict[str, str]) -> None:
    import redis

    queue = redis.from_url(settings.REDIS_URL)
    with started("cchc-beat", example) as process:
        assert wait_for(lambda: process.poll() is not None or queue.llen("celery"), PATIENCE)
        assert process.poll() is None
        sent: Any = queue.lindex("celery", -1)  # the client gives bytes, its types also what others of its kind give
        message = json.loads(sent)
    assert message["headers"]["task"] in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_watch_tells_once_what_is_dead(example: dict[str, str], tmp_path: Path) -> None:
    """The whole of it with real processes: worker and beat alive, each killed, the web still answering."""
    letters = tmp_path / "var" / "mail"
    example |= {"ADMINS": "truc@cchc.example.vn", "DISK_FREE_MB": "1"}

    def told() -> tuple[int, list[str]]:
        command = service_files.service("cchc-watch").here()
        watch = subprocess.run(command, cwd=service_files.ROOT, env=example, capture_output=True, text=True)
        return watch.returncode, [line for line in watch.stdout.splitlines() if not line.endswith(": bình thường")]

    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=service_files.ROOT, env=example, check=True)
    (tmp_path / "var" / "files").mkdir()
    (tmp_path / "var" / "files" / MARK).touch()  # as `begin_proofs` leaves it
    with started("cchc-worker", example) as worker:
        with started("cchc-beat", example):
            assert wait_for(lambda: worker.poll() is not None or told() == (0, []), PATIENCE * 2)
            assert worker.poll() is None
        worker.kill()
        worker.wait(timeout=10)
    before = len(list(letters.iterdir()))  # until all had started, not all was well
    assert (
        Heart.objects.filter(name__in=["worker", "beat", "sweep"]).update(beat_at=clock.now() - timedelta(minutes=4))
        == 3
    )  # instead of waiting for as long
    code, wrong = told()
    assert code == 2
    assert [line.partition(":")[0] for line in wrong] == ["Tiến trình nền", "Bộ hẹn giờ", "Bộ quét việc tồn"]
    assert len(list(letters.iterdir())) == before + 1
    assert told()[0] == 2
    assert len(list(letters.iterdir())) == before + 1  # said once


def test_every_unit_of_deploy_is_started_by_a_test() -> None:
    names = {unit.name for unit in service_files.services()}
    assert names == {"cchc-web", "cchc-upload", "cchc-worker", "cchc-beat", "cchc-watch"}
