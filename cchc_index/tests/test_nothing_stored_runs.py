"""Whoever owns Redis gains no code: neither from messages nor from what is kept; the samples ask for a password."""

import base64
import json
import os
import pickle
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from django.conf import settings

from cchc_index.configuration.queues import as_celery_writes_it
from cchc_index.lib.tests.waiting import wait_for
from cchc_index.tests.live_worker import database_url, worker
from criteria import actions as criteria
from criteria.tests.factories import small_round
from deploy import service_files
from results.models import Computation
from units.tests.factories import UnitFactory

PATIENCE = 60
SERVICES = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def message(body: bytes, content_type: str) -> bytes:
    """As Celery lays a message into Redis, for the task that everybody knows by name."""
    headers = {"lang": "py", "task": "results.requeue", "id": uuid4().hex, "root_id": None, "argsrepr": "()"}
    delivery = {"exchange": "", "routing_key": "celery"}
    properties = {"delivery_mode": 2, "delivery_tag": uuid4().hex, "delivery_info": delivery, "body_encoding": "base64"}
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "binary",
            "content-type": content_type,
            "headers": headers,
            "properties": properties,
        }
    ).encode()


class TestMessages:
    pytestmark = SERVICES

    @pytest.mark.parametrize("content_type", ["application/x-python-serialize", "application/json"])
    def test_a_pickled_message_does_nothing_and_the_worker_goes_on(self, tmp_path: Path, content_type: str) -> None:
        queue = redis.from_url(settings.REDIS_URL)
        queue.flushdb()
        trace = tmp_path / "ran"
        command = b"cos\nsystem\n(S'touch " + str(trace).encode() + b"'\ntR."
        queue.lpush("celery", message(command, content_type))
        block = small_round()
        UnitFactory.create(group=block.group, code="A")
        with worker():
            assert wait_for(lambda: queue.llen("celery") == 0, PATIENCE)
            criteria.inputs_changed(block.pk)
            assert wait_for(lambda: Computation.objects.filter(round_group=block, current=True).exists(), PATIENCE)
        assert not trace.exists()
        pickle.loads(command)  # noqa: S301 (the negative control)
        assert trace.exists()


class TestSamples:
    @pytest.fixture
    def servers(self, tmp_path: Path) -> Iterator[dict[str, str]]:
        """Both Redis of the samples as shipped, but for their folders; the addresses that the settings' sample has."""
        sample = service_files.environment((service_files.ROOT / "deploy" / "cchc.env.example").read_text())
        running = []
        addresses = {}
        for name, variable in (("broker", "REDIS_URL"), ("cache", "CACHE_URL")):
            folder = tmp_path / name
            folder.mkdir()
            text = (service_files.ROOT / "deploy" / f"redis-{name}.conf.example").read_text()
            text = text.replace(f"/run/redis-cchc-{name}", str(folder)).replace("/var/lib/redis", str(folder))
            (folder / "redis.conf").write_text(text)
            running.append(subprocess.Popen(["redis-server", str(folder / "redis.conf")], stdout=subprocess.DEVNULL))
            addresses[variable] = sample[variable].replace(f"/run/redis-cchc-{name}", str(folder))
            assert wait_for((folder / "redis.sock").exists, PATIENCE)
        yield addresses
        for process in running:
            process.kill()
            process.wait(timeout=10)

    @pytest.mark.services
    def test_nobody_comes_in_without_the_password(self, servers: dict[str, str]) -> None:
        for url in servers.values():
            assert redis.from_url(url).ping()
            socket = "unix://" + url.partition("@")[2]
            with pytest.raises(redis.AuthenticationError):
                redis.from_url(socket).ping()

    @pytest.mark.services
    @pytest.mark.django_db(transaction=True)
    def test_the_worker_takes_messages_over_the_socket(self, servers: dict[str, str], tmp_path: Path) -> None:
        unit = service_files.service("cchc-worker")
        environment = {**os.environ, **servers, "DATABASE_URL": database_url(), "VAR_DIR": str(tmp_path / "var")}
        queue = redis.from_url(servers["REDIS_URL"])
        process = subprocess.Popen(unit.here(), cwd=service_files.ROOT, env=environment, start_new_session=True)
        try:
            queue.lpush("celery", message(b'[[], {}, {"chain": null}]', "application/json"))
            assert wait_for(lambda: process.poll() is not None or queue.llen("celery") == 0, PATIENCE)
            assert process.poll() is None
        finally:
            os.killpg(process.pid, 9)
            process.wait(timeout=10)
        assert redis.from_url(servers["CACHE_URL"]).dbsize() == 0  # messages do not lie in the cache


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("rediss://:p@redis.example.vn:6380/1", "rediss://:p@redis.example.vn:6380/1"),
        ("unix://:p@/run/redis.sock?db=1", "redis+socket://:p@/run/redis.sock?virtual_host=1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
    ],
)
def test_one_address_serves_both_libraries(given: str, written: str) -> None:
    assert as_celery_writes_it(given) == written
