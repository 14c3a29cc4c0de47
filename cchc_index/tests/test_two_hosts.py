"""Two machines as two sets of the shipped services, each with its own address and VAR_DIR; database, broker and a
bucket over TLS are all they share. Work is spread, either gives what the other took, one goes on when the other is
gone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.celery import app
from cchc_index.lib import clock
from cchc_index.lib.stored_files import MARK
from cchc_index.lib.tests.bucket import bucket_server
from cchc_index.lib.tests.waiting import free_port, wait_for
from cchc_index.tests.shipped_settings import SECRET, filled_example
from criteria import actions as criteria
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import open_stage, small_round
from deploy import service_files
from results.models import Computation
from selfassess.models import Document, SelfAssessment
from selfassess.tests.factories import SelfAssessmentFactory, SelfScoreFactory, tiny_pdf
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
PATIENCE = 90
NAME = "cchc.example.vn"
ADDRESSES = ("127.0.0.2", "127.0.0.3")


@dataclass
class Machine:
    """The web service and the worker of one machine, started as `deploy/` says."""

    address: str
    environment: dict[str, str]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        web, worker = service_files.service("cchc-web"), service_files.service("cchc-worker")
        shipped = next(word for word in web.command if word.startswith("127.0.0.1:"))
        for command in (web.here((shipped, f"{self.address}:{self.port}")), worker.here()):
            with Path(f"{self.environment['VAR_DIR']}-{len(self.processes)}.log").open("wb") as log:
                started = subprocess.Popen(
                    command,
                    cwd=service_files.ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self.processes.append(started)

    def kill(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait(timeout=10)

    def ask(self, user: User, path: str, typed: dict[str, str] | None = None, **files: Any) -> requests.Response:
        """As the proxy passes it on; POST when anything was typed."""
        cookies = {f"__Host-{name}": value for name, value in self._cookies(user).items()}
        headers = {
            "Host": NAME,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "Referer": f"https://{NAME}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        url = f"http://{self.address}:{self.port}{path}"
        if typed is None:
            return requests.get(url, headers=headers, timeout=60, allow_redirects=False)
        data = {**typed, "csrfmiddlewaretoken": "c" * 32}
        return requests.post(url, data, headers=headers, files=files, timeout=60, allow_redirects=False)

    @staticmethod
    def _cookies(user: User) -> dict[str, str]:
        client = Client()
        client.force_login(user)
        return {"sessionid": client.cookies[settings.SESSION_COOKIE_NAME].value, "csrftoken": "c" * 32}

    def answers(self) -> bool:
        with suppress(requests.RequestException):
            url = f"http://{self.address}:{self.port}/suc-khoe/"
            return requests.get(url, headers={"Host": NAME}, timeout=2).status_code == 200
        return False


def environment(folder: Path, store: dict[str, str]) -> dict[str, str]:
    return filled_example(folder) | {
        "PROOF_MINUTES": "0",
        "SECOND_FACTOR_FROM": "2099-01-01",
        **store,
    }


@contextmanager
def machines(tmp_path: Path, store: dict[str, str]) -> Iterator[tuple[Machine, Machine]]:
    import redis

    redis.from_url(settings.REDIS_URL).flushdb()
    with ExitStack() as stack:
        made = []
        for address in ADDRESSES:
            made.append(Machine(address, environment(tmp_path / address, store)))
            stack.callback(made[-1].kill)
            made[-1].start()
        assert wait_for(lambda: all(one.answers() for one in made), PATIENCE)
        yield made[0], made[1]


@dataclass
class Case:
    block: RoundGroup
    sheets: list[SelfAssessment]
    officers: list[User]
    heads: list[User]
    leaf: Criterion

    def upload(self, machine: Machine, at: int) -> requests.Response:
        facts = {"number": f"{at}/BC", "issued_on": "01/06/2024", "issuer": "Sở", "abstract": "Báo cáo", "page": "1"}
        path = f"/tu-danh-gia/{self.sheets[at].pk}/tieu-chi/{self.leaf.pk}/tai-len/"
        seen = {**facts, "points": "1", "explanation": "Có sổ theo dõi.", "version": "1"}
        return machine.ask(self.officers[at], path, seen, upload=("bao-cao.pdf", tiny_pdf(at + 1), "application/pdf"))

    def submit(self, machine: Machine, at: int) -> requests.Response:
        return machine.ask(self.heads[at], f"/tu-danh-gia/{self.sheets[at].pk}/nop/", {})

    def read_back(self, machine: Machine, at: int) -> int:
        document = Document.objects.get(unit=self.sheets[at].unit)
        answer = machine.ask(self.officers[at], reverse("selfassess:document", args=[document.pk]))
        return len(answer.content) if answer.status_code == 200 else -answer.status_code


@pytest.fixture
def case(settings: Settings) -> Case:
    settings.SECRET_KEY = SECRET
    block = small_round()
    now = clock.now()
    open_stage(block.round, "self_assessment", opens=now - timedelta(days=1), closes=now + timedelta(days=1))
    units = [UnitFactory.create(group=block.group, code=f"M{at}") for at in range(6)]
    sheets = [SelfAssessmentFactory.create(round_group=block, unit=unit) for unit in units]
    leaves = list(Criterion.objects.filter(criteria_set=block.criteria_set, source="self").order_by("position"))
    for sheet in sheets:
        for leaf in leaves:
            SelfScoreFactory.create(assessment=sheet, criterion=leaf, points=1, explanation="Có sổ theo dõi.")
    officers, heads = ([person(role, unit) for unit in units] for role in (Role.UNIT_OFFICER, Role.UNIT_HEAD))
    return Case(block, sheets, officers, heads, leaves[0])


def submitted() -> int:
    return SelfAssessment.objects.exclude(submitted_at=None).count()


def test_two_machines_share_the_work_and_one_goes_on_alone(case: Case, tmp_path: Path) -> None:
    with bucket_server(tmp_path) as bucket, machines(tmp_path, bucket.settings()) as (first, second):
        assert wait_for(lambda: len(app.control.ping(timeout=2) or ()) == 2, PATIENCE)
        for at in range(4):
            assert case.upload((first, second)[at % 2], at).status_code == 302
        for at in range(4):
            stored = Document.objects.get(unit=case.sheets[at].unit).size
            assert case.read_back((second, first)[at % 2], at) == stored, "the other machine gives the file"
        for at in range(4):
            assert case.submit((first, second)[at % 2], at).status_code == 302
        assert submitted() == 4
        assert wait_for(lambda: Document.objects.filter(reading__isnull=False).count() == 4, PATIENCE)

        first.kill()
        assert not first.answers()
        criteria.inputs_changed(case.block.pk)
        for at in (4, 5):
            assert case.upload(second, at).status_code == 302
            assert case.submit(second, at).status_code == 302
        assert submitted() == 6
        assert [case.read_back(second, at) > 0 for at in range(6)] == [True] * 6, "what the lost one took is there"
        assert wait_for(lambda: Document.objects.filter(reading__isnull=False).count() == 6, PATIENCE)
        folders = [tmp_path / machine.address / "files" for machine in (first, second)]
        assert [path for folder in folders for path in folder.rglob("*") if path.is_file()] == []
        done = Computation.objects.filter(round_group=case.block, current=True)
        assert wait_for(done.exists, PATIENCE)


def test_without_the_bucket_the_other_machine_has_no_file(case: Case, tmp_path: Path) -> None:
    for address in ADDRESSES:
        (tmp_path / address / "files").mkdir(parents=True)
        (tmp_path / address / "files" / MARK).touch()
    with machines(tmp_path, {}) as (first, second):
        assert case.upload(first, 0).status_code == 302
        assert case.read_back(first, 0) > 0
        assert case.read_back(second, 0) < 0
