"""More people press at once than the service has threads, shortly before the closing: who is taken and who waits goes
by the order of arrival, who waits long gets a receipt of it, and nobody's submission is lost because it waited."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from cchc_index.lib.tests.waiting import free_port, wait_for
from cchc_index.tests.shipped_settings import SECRET
from cchc_index.tests.test_arrival import told
from cchc_index.tests.test_shipped_services import answer
from cchc_index.tests.test_two_hosts import NAME, Machine, environment
from criteria.models import Criterion, Stage
from criteria.tests.factories import open_stage, small_round
from deploy import service_files
from selfassess.models import SelfAssessment
from selfassess.tests.factories import SelfAssessmentFactory, SelfScoreFactory
from units.auditlog.models import LogEntry, LogHead
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no row"),
]
THREADS, CALM, CROWD = 4, 3, 12
PATIENCE = 60
QUEUE = timedelta(seconds=5)
UNTIL_CLOSING = timedelta(seconds=8)


@dataclass
class Head:
    """Somebody who submits."""

    sheet: SelfAssessment
    user: User
    cookies: dict[str, str] = field(default_factory=dict)

    def signed_in(self) -> "Head":
        self.cookies = {f"__Host-{name}": value for name, value in Machine._cookies(self.user).items()}
        return self

    def press(self, port: int, arrived: datetime, **typed: str) -> http.client.HTTPConnection:
        """Send the form as the proxy passes it on, and do not wait for the answer."""
        headers = {
            "Host": NAME,
            "Origin": f"https://{NAME}",
            "Accept": "text/html",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "X-Request-Start": told(arrived),
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        body = urlencode({**typed, "csrfmiddlewaretoken": self.cookies["__Host-csrftoken"]})
        link.request("POST", reverse("selfassess:submit", args=[self.sheet.pk]), body, headers)
        return link

    def submitted(self) -> datetime | None:
        self.sheet.refresh_from_db()
        return self.sheet.submitted_at


@pytest.fixture
def heads(settings: Settings) -> list[Head]:
    settings.SECRET_KEY = SECRET
    block = small_round()
    now, day = clock.now(), timedelta(days=1)
    open_stage(block.round, "self_assessment", opens=now - day, closes=now + day)
    LogHead.objects.get_or_create(pk=1)
    leaves = list(Criterion.objects.filter(criteria_set=block.criteria_set, source="self"))
    made = []
    for at in range(CALM + CROWD):
        unit = UnitFactory.create(group=block.group, code=f"C{at}")
        made.append(Head(SelfAssessmentFactory.create(round_group=block, unit=unit), person(Role.UNIT_HEAD, unit)))
        for leaf in leaves:
            SelfScoreFactory.create(assessment=made[-1].sheet, criterion=leaf, points=1, explanation="Có sổ theo dõi.")
    return [head.signed_in() for head in made]


@pytest.fixture
def port(heads: list[Head], tmp_path: Path) -> Iterator[int]:
    """The web service as shipped, but of one process, so that the order in which it takes is one."""
    own = free_port()
    shipped = next(word for word in service_files.service("cchc-web").command if word.startswith("127.0.0.1:"))
    command = service_files.service("cchc-web").here((shipped, f"127.0.0.1:{own}"))
    command[command.index("--workers") + 1] = "1"
    assert command[command.index("--threads") + 1] == str(THREADS)
    given = environment(tmp_path / "var", {"QUEUE_SECONDS": str(QUEUE.seconds)})
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=service_files.ROOT, env=given, check=True)
    process = subprocess.Popen(command, cwd=service_files.ROOT, env=given, start_new_session=True)
    try:
        assert wait_for(lambda: process.poll() is not None or answer(own, NAME), PATIENCE)
        yield own
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def closes_at(heads: list[Head], moment: datetime) -> None:
    Stage.objects.filter(round=heads[0].sheet.round_group.round, kind="self_assessment").update(closes_at=moment)


@contextmanager
def nobody_is_served() -> Iterator[None]:
    """Every submission waits for the end of the log, and so holds its thread."""
    with transaction.atomic():
        LogHead.objects.select_for_update().get(pk=1)
        yield


@dataclass
class Taken:
    """What one press came to."""

    status: int
    text: str

    @property
    def receipt(self) -> str:
        return "".join(re.findall(r'name="arrival_receipt" value="([^"]+)"', self.text)[:1])


def taken(link: http.client.HTTPConnection) -> Taken:
    with closing(link):
        response = link.getresponse()
        return Taken(response.status, response.read().decode())


def pressed_in_turn(heads: list[Head], port: int) -> tuple[list[datetime], list[http.client.HTTPConnection]]:
    moments, links = [], []
    for head in heads:
        moments.append(clock.now())
        links.append(head.press(port, moments[-1]))
        time.sleep(0.05)
    return moments, links


def test_above_the_limit_people_wait_in_turn_and_none_is_lost(heads: list[Head], port: int) -> None:
    calm, (*crowd, late) = heads[:CALM], heads[CALM:]
    for head in calm:  # the negative control: never more of them than threads
        assert taken(head.press(port, clock.now())).status == 302
    closes = clock.now() + UNTIL_CLOSING
    closes_at(heads, closes)
    with nobody_is_served():
        moments, links = pressed_in_turn(crowd, port)
        assert moments[-1] < closes, "this machine is too slow for this test"
        assert wait_for(lambda: clock.now() > closes, PATIENCE)
        links.append(late.press(port, clock.now()))
        time.sleep(QUEUE.seconds + 1)
    answers = [taken(link) for link in links]
    first = [at for at, each in enumerate(answers) if each.status == 302]
    assert first == list(range(len(first))), "who came first was taken first"
    assert 0 < len(first) <= THREADS
    assert [head.submitted() for head in crowd[len(first) :]] == [None] * (len(crowd) - len(first))

    for head, moment, given in list(zip(crowd, moments, answers, strict=False))[len(first) :]:
        assert given.status == 503
        hour = f"đến lúc {clock.in_words(moment, seconds=True)} và được tính từ lúc đó"
        assert hour in given.text
        again = clock.now() - timedelta(seconds=30)  # it waits as long again
        assert taken(head.press(port, again)).status == 503, "without its receipt it is a form like any other"
        assert taken(head.press(port, clock.now())).status != 302, "nor is it in time any more"
        assert head.submitted() is None
        assert taken(head.press(port, again, arrival_receipt=given.receipt)).status == 302
    assert [told(present(head.submitted())) for head in crowd] == [told(moment) for moment in moments]
    assert LogEntry.objects.filter(verb="selfassess.submit").count() == len(calm + crowd)

    assert answers[-1].status == 503
    assert taken(late.press(port, clock.now(), arrival_receipt=answers[-1].receipt)).status != 302
    assert late.submitted() is None, "a receipt of an arrival after the closing"
