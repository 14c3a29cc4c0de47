"""Whether the system is well: said truly, in full to those who may know, and told to the operators."""

import json
import logging
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from health_check.exceptions import ServiceUnavailable
from pytest_django import DjangoAssertNumQueries, Settings

from cchc_index.health import actions, checks, queries
from cchc_index.lib import clock, skew
from cchc_index.lib.log_lines import JsonLine
from results.jobs.actions import note_heart
from results.models import Heart, Job
from results.tasks import requeue
from units.models import Role
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db
READY, MACHINE, FIGURES = "/suc-khoe/san-sang/", "/suc-khoe/may-nay/", "/suc-khoe/do-luong/"
AT_WORK = (checks.Worker, checks.Sweep)
TOKEN = {"Authorization": "Bearer a-token-of-this-test"}


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> None:
    queries._last.clear()
    settings.MONITOR_TOKEN = "a-token-of-this-test"
    settings.DISK_FREE_BYTES = 1
    settings.REDIS_URL = ""


@pytest.fixture
def alive() -> None:
    for name in ("worker", "beat", "sweep"):
        note_heart(name, "máy-1")


def wrong() -> set[str]:
    return {str(result.check) for result in queries.look() if result.error}


@pytest.mark.usefixtures("alive")
def test_all_is_well(client: Client) -> None:
    assert wrong() == set()
    answer = client.get(READY)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_with_nobody_at_work_the_process_lives_and_the_system_is_not_ready(client: Client) -> None:
    assert client.get("/suc-khoe/").json() == {"status": "ok"}
    assert client.get(MACHINE).status_code == 200
    answer = client.get(READY)
    assert (answer.status_code, answer.json()) == (503, {"status": "error"})
    assert wrong() == {"Tiến trình nền", "Bộ quét việc tồn"}


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    ("name", "after", "title"),
    [("worker", checks.HEART, "Tiến trình nền"), ("sweep", checks.SWEEP, "Bộ quét việc tồn")],
)
def test_a_heart_that_stopped_is_named_with_its_last_beat(name: str, after: timedelta, title: str) -> None:
    Heart.objects.filter(name=name).update(beat_at=clock.now() - after + timedelta(seconds=9))
    assert wrong() == set()
    Heart.objects.filter(name=name).update(beat_at=clock.now() - after - timedelta(seconds=1))
    assert wrong() == {title}
    note_heart(name, "máy-2")  # another machine took over
    assert wrong() == set()


@pytest.mark.usefixtures("alive")
def test_beat_is_asked_for_where_there_is_one(settings: Settings) -> None:
    Heart.objects.filter(name="beat").delete()
    assert wrong() == set()
    settings.REDIS_URL = "redis://127.0.0.1:6379/9"
    assert "Bộ hẹn giờ" in wrong()


@pytest.mark.usefixtures("alive")
def test_a_queue_that_stands_is_said() -> None:
    job = Job.objects.create(kind=Job.Kind.REPORT)
    assert wrong() == set()
    Job.objects.filter(pk=job.pk).update(created_at=clock.now() - checks.QUEUE - timedelta(seconds=1))
    assert wrong() == {"Việc đang chờ"}


COLLECTED = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}


@pytest.mark.usefixtures("alive")
def test_styles_that_were_not_collected_are_said(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    assert wrong() == set()
    settings.STORAGES = {**settings.STORAGES, **COLLECTED}
    assert wrong() == {"Tệp giao diện"}


def test_an_error_page_that_cannot_be_drawn_says_its_words_and_why_in_the_log(
    client: Client, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """404 stays 404 where the styles are missing; drawn, it has the site's frame."""
    drawn = client.get("/khong-co/")
    assert (drawn.status_code, "Chuyển tới nội dung" in drawn.text or "<header" in drawn.text) == (404, True)
    settings.STATIC_ROOT, settings.STORAGES = str(tmp_path), {**settings.STORAGES, **COLLECTED}
    bare = client.get("/khong-co/")
    assert (bare.status_code, "<h1>Không tìm thấy trang</h1>" in bare.text) == (404, True)
    (fault,) = (one for one in caplog.records if one.name == "cchc_index.views")
    assert fault.exc_info is not None
    assert "Missing staticfiles manifest entry" in str(fault.exc_info[1])


@pytest.mark.usefixtures("alive")
def test_disk_full_and_disk_read_only(settings: Settings) -> None:
    settings.DISK_FREE_BYTES = 2**62
    assert wrong() == {"Đĩa lưu tệp"}
    settings.DISK_FREE_BYTES = 1
    with patch("tempfile.TemporaryFile", side_effect=OSError(30, "Read-only file system")):
        assert wrong() == {"Đĩa lưu tệp"}


@pytest.mark.usefixtures("alive")
def test_mail_server_and_antivirus_that_do_not_answer(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taken.getsockname()[1]
        settings.CLAMD_URL = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert wrong() == {"Máy chủ thư", "Máy quét mã độc"}


@pytest.mark.usefixtures("alive")
def test_an_antivirus_that_answers_is_well(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as daemon:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{daemon.getsockname()[1]}"

        def answer() -> None:
            link, _ = daemon.accept()
            with link:
                assert link.recv(16) == b"zPING\0"
                link.sendall(b"PONG\0")

        threading.Thread(target=answer, daemon=True).start()
        assert wrong() == set()


def test_a_database_that_does_not_answer_is_no_crash(client: Client) -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError("mật khẩu ở đây")):
        told = {str(result.check): str(result.error) for result in queries.look() if result.error}
    assert "Cơ sở dữ liệu" in told
    assert "mật khẩu" not in json.dumps(told, ensure_ascii=False)


def test_a_slow_database_is_no_wrong_clock() -> None:
    now, second = clock.now(), timedelta(seconds=1)
    assert skew.outside(now, now - 9 * second, now + second) == timedelta()
    assert skew.outside(now, now + 3 * second, now + 9 * second) == 3 * second
    assert skew.outside(now, now - 9 * second, now - 4 * second) == 4 * second


class TestClock:
    @pytest.fixture(autouse=True)
    def _on_postgresql(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has the clock of its machine")
        return

    def test_the_clock_of_the_database(self) -> None:
        checks.Clock().look()

    @pytest.mark.parametrize("seconds", [-90, 90])
    def test_a_machine_with_another_clock_takes_no_requests(self, client: Client, seconds: int) -> None:
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            with pytest.raises(ServiceUnavailable, match="lệch 90 giây"):
                checks.Clock().look()
            assert client.get(MACHINE).status_code == 503

    @pytest.mark.parametrize(("seconds", "status"), [(90, 503), (-90, 503), (1, 302)])
    def test_it_takes_no_form_either_and_sweeps_nothing(
        self, client: Client, settings: Settings, seconds: int, status: int
    ) -> None:
        settings.GUARD_CLOCK = True
        page = {"Origin": "http://testserver", "Accept": "text/html"}
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            skew.forget()
            answer = client.post(reverse("switch-year"), {"year": "2031"}, headers=page)
            requeue()
        skew.forget()
        assert answer.status_code == status
        assert Heart.objects.filter(name="sweep").exists() is (status == 302)
        assert (skew.SENTENCE in answer.text) is (status == 503)


# --- who may know -------------------------------------------------------------------------------------


def told(client: Client, **headers: Any) -> Any:
    return client.get(READY, headers=headers).json()


def test_details_are_for_the_monitor_and_for_those_who_run_the_year(client: Client) -> None:
    assert "checks" not in told(client)
    assert "checks" not in told(client, Authorization="Bearer another")
    assert told(client, **TOKEN)["checks"]["Tiến trình nền"] == "chưa chạy lần nào"
    for role in (Role.COUNCIL_MEMBER, Role.OBSERVER):
        client.force_login(person(role))
        assert "checks" not in told(client)
    for user in (person(Role.INDEX_MANAGER), UserFactory.create(is_superuser=True)):
        client.force_login(user)
        assert "checks" in told(client)
    page = client.get(READY, headers={"Accept": "text/html"})
    assert "không hoạt động bình thường" in page.text
    assert "Bộ quét việc tồn" in page.text


def test_no_token_is_no_key(client: Client, settings: Settings) -> None:
    settings.MONITOR_TOKEN = ""
    for header in ("Bearer ", "Bearer", ""):
        assert client.get(FIGURES, headers={"Authorization": header}).status_code == 404


def test_figures_are_in_the_format_of_prometheus(client: Client) -> None:
    note_heart("sweep")
    client.get("/suc-khoe/")
    answer = client.get(FIGURES, headers=TOKEN)
    lines = answer.text.splitlines()
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert 'cchc_well{check="worker"} 0.0' in lines
    assert 'cchc_well{check="sweep"} 1.0' in lines
    assert 'cchc_jobs{state="queued"} 0.0' in lines
    assert any(line.startswith('cchc_requests_total{method="GET",status="200",view="health"}') for line in lines)


def test_a_hundred_questions_look_once(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(16):
        for _ in range(100):
            client.get(READY)


# --- the alarm -----------------------------------------------------------------------------------------


def subjects() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


def test_operators_hear_of_it_once_again_and_when_it_is_over(settings: Settings, tmp_path: Path) -> None:
    settings.ADMINS = [("", "truc@cchc.example.vn")]
    memory = tmp_path / "memory"
    for _ in range(3):
        actions.alarm(queries.look(AT_WORK), memory)
    assert subjects() == ["[Chỉ số CCHC] Cảnh báo: Tiến trình nền, Bộ quét việc tồn"]
    assert "chưa chạy lần nào" in mail.outbox[0].body
    note_heart("worker")
    actions.alarm(queries.look(AT_WORK), memory)
    assert len(subjects()) == 2
    with clock.at(clock.now() + actions.REMINDED):
        note_heart("worker")
        actions.alarm(queries.look(AT_WORK), memory)
        assert len(subjects()) == 3
        note_heart("sweep")
        assert actions.alarm(queries.look(AT_WORK), memory)
        assert not actions.alarm(queries.look(AT_WORK), memory)
    assert subjects()[-1] == "[Chỉ số CCHC] Đã bình thường trở lại"


def test_what_was_well_from_the_start_is_no_news(settings: Settings, alive: None, tmp_path: Path) -> None:
    settings.ADMINS = [("", "truc@cchc.example.vn")]
    assert not actions.alarm(queries.look(), tmp_path / "memory")


# --- the number of a request -----------------------------------------------------------------------------


def test_number_stands_in_header_page_log_and_mail(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.ADMINS = [("", "truc@cchc.example.vn")]
    client = Client(raise_request_exception=False)
    from cchc_index.lib.operator_mail import OperatorMail
    from cchc_index.lib.request_number import Numbered

    handler = OperatorMail()
    numbered = Numbered()
    caplog.handler.addFilter(numbered)
    logging.getLogger("django.request").addHandler(handler)
    try:
        with patch("cchc_index.health.views.looked", side_effect=RuntimeError("lời gõ vào")):
            answer = client.get(f"{READY}?bi-mat=1")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
        caplog.handler.removeFilter(numbered)
    number = answer["X-Request-ID"]
    seen = [vars(record)["request_number"] for record in caplog.records if record.name == "django.request"]
    assert answer.status_code == 500
    assert f"Mã yêu cầu: <b>{number}</b>" in answer.text
    assert seen == [number]
    (letter,) = mail.outbox
    assert number in letter.subject
    assert f"GET {READY}" in letter.body
    assert "bi-mat" not in letter.body


@pytest.mark.parametrize(("path", "status"), [("/khong-co/", 404), ("/quan-tri/units/user/", 302)])
def test_a_number_from_outside_is_not_taken(client: Client, path: str, status: int) -> None:
    answer = client.get(path, headers={"X-Request-ID": "cua-ke-khac"})
    assert answer.status_code == status
    assert answer["X-Request-ID"] != "cua-ke-khac"
    assert status != 404 or answer["X-Request-ID"] in answer.text


def test_access_log_says_who_and_where_and_nothing_typed(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person(Role.INDEX_MANAGER)
    client.force_login(user)
    with caplog.at_level(logging.INFO, "cchc.access"):
        client.get("/suc-khoe/?loi=go-vao")
    (line,) = (record for record in caplog.records if record.name == "cchc.access")
    assert line.getMessage() == "GET /suc-khoe/ 200"
    assert (vars(line)["user"], vars(line)["view"]) == (user.pk, "health")


def test_a_line_as_json_has_everything_and_one_line() -> None:
    record = logging.makeLogRecord({"name": "cchc.access", "levelname": "ERROR", "msg": "Lỗi “%s”", "args": ("a\nb",)})
    record.request_number, record.view, record.user = "abc", "home", None
    try:
        raise ValueError("hỏng")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = JsonLine().format(record)
    line = json.loads(text)
    assert "\n" not in text
    told = ("level", "name", "request_number", "message", "view", "user")
    assert [line[key] for key in told] == ["ERROR", "cchc.access", "abc", "Lỗi “a\nb”", "home", None]
    assert "ValueError: hỏng" in line["exc_info"]
    assert "Lỗi" in text
    assert "at" in line
