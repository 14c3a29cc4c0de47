"""The proxy's example as it is shipped, in front of the shipped web services: TLS, headers, sizes, the hour of arrival,
what is public and what is not, and what it says when the site is away. Ports, certificate and folders alone are this
test's own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker, Settings

from cchc_index.lib import clock
from cchc_index.lib.stored_files import MARK
from cchc_index.lib.tests.bucket import certify
from cchc_index.lib.tests.waiting import free_port, wait_for
from cchc_index.tests.shipped_settings import SECRET, filled_example
from criteria.models import Criterion, Stage
from criteria.tests.factories import open_stage
from deploy import service_files
from results.tests import bundles
from results.tests.published import publish
from selfassess.models import SelfAssessment
from selfassess.tests.factories import SelfScoreFactory, small_assessment, tiny_pdf
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NGINX is None, reason="no nginx here: `make setup-browser` installs it"),
]
PATIENCE = 60
NAME = "cchc.example.vn"
TOKEN = "c" * 32


@dataclass
class Proxied:
    """The whole: nginx with TLS, web and upload behind it."""

    folder: Path
    port: int
    plain: int
    web_port: int
    start_upload: Callable[[], "subprocess.Popen[bytes]"]
    upload: "subprocess.Popen[bytes]"

    def ask(self, path: str, user: User | None = None, *, method: str = "GET", **given: Any) -> requests.Response:
        headers = {"Host": NAME, "Referer": f"https://{NAME}/", **given.pop("headers", {})}
        if user is not None:
            headers["Cookie"] = self.cookies(user)
        if method == "POST":
            given["data"] = {**given.get("data", {}), "csrfmiddlewaretoken": TOKEN}
        url = f"https://127.0.0.1:{self.port}{path}"
        ca = str(self.folder / "cert.pem")
        return requests.request(method, url, headers=headers, verify=ca, timeout=60, allow_redirects=False, **given)

    @staticmethod
    def cookies(user: User) -> str:
        client = Client()
        client.force_login(user)
        return f"__Host-sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}; __Host-csrftoken={TOKEN}"

    def log(self) -> str:
        return (self.folder / "access.log").read_text()


def replaced(text: str, pairs: dict[str, str]) -> str:
    """Each of the pairs must be there: nothing else of the example is changed."""
    for shipped, mine in pairs.items():
        assert shipped in text, shipped
        text = text.replace(shipped, mine)
    return text


def configuration(folder: Path, port: int, plain: int, web: int, upload: int) -> str:
    shipped = (service_files.ROOT / "deploy" / "nginx.conf.example").read_text()
    site = replaced(
        shipped,
        {
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "/etc/ssl/cchc.example.vn.pem": str(folder / "cert.pem"),
            "/etc/ssl/private/cchc.example.vn.key": str(folder / "key.pem"),
            "/var/log/nginx/access.log": str(folder / "access.log"),
            "default 8000;": f"default {web};",
            '$" 8001;': f'$" {upload};',
            "http://127.0.0.1:8000;": f"http://127.0.0.1:{web};",
        },
    )
    places = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    own = f"daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'}; worker_processes 1; events {{}}"
    user = "user root; " if os.getuid() == 0 else ""
    return f"{user}{own} http {{ {places}\n{site}\n}}\n"


def environment(folder: Path) -> dict[str, str]:
    return filled_example(folder / "var") | {
        "MONITOR_TOKEN": "a-token-of-this-test",
        "PROOF_MINUTES": "0",
        "SECOND_FACTOR_FROM": "2099-01-01",
    }


@pytest.fixture(scope="module")
def proxied(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("proxy")
    certify(folder)
    (folder / "var" / "files").mkdir(parents=True)
    (folder / "var" / "files" / MARK).touch()
    given = environment(folder)
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=service_files.ROOT, env=given, check=True)
    port, plain, web, upload = (free_port() for _ in range(4))
    (folder / "nginx.conf").write_text(configuration(folder, port, plain, web, upload))
    with ExitStack() as stack:
        _started(stack, _service("cchc-web", web), given)
        start_upload = partial(_started, stack, _service("cchc-upload", upload), given)
        _started(stack, [str(NGINX), "-c", str(folder / "nginx.conf")], dict(os.environ))
        made = Proxied(folder, port, plain, web, start_upload, start_upload())
        assert wait_for(lambda: _is_up(made), PATIENCE), (folder / "error.log").read_text()
        yield made


def _service(name: str, port: int) -> list[str]:
    unit = service_files.service(name)
    shipped = next(word for word in unit.command if word.startswith("127.0.0.1:"))
    return unit.here((shipped, f"127.0.0.1:{port}"))


def _started(stack: ExitStack, command: list[str], given: dict[str, str]) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(command, cwd=service_files.ROOT, env=given, start_new_session=True)
    stack.callback(_end, process)
    return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait(timeout=10)


def _is_up(made: Proxied) -> bool:
    with suppress(requests.RequestException):
        return made.ask("/suc-khoe/").status_code == 200
    return False


@pytest.fixture(autouse=True)
def _same_key(settings: Settings) -> None:
    settings.SECRET_KEY = SECRET


def _handshake(made: Proxied, version: ssl.TLSVersion) -> str:
    """The protocol agreed on, or what the server says against it."""
    context = ssl.create_default_context(cafile=str(made.folder / "cert.pem"))
    context.check_hostname = False
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", made.port)) as link, context.wrap_socket(link) as sealed:
            return str(sealed.version())
    except ssl.SSLError as error:
        return str(error.reason)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_new_protocols_alone_and_everything_else_is_led_to_them(proxied: Proxied) -> None:
    versions = {each: _handshake(proxied, each) for each in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)}
    assert list(versions.values()) == ["TLSv1.2", "TLSv1.3"]
    assert _handshake(proxied, ssl.TLSVersion.TLSv1_1) == "TLSV1_ALERT_PROTOCOL_VERSION"
    plain = requests.get(
        f"http://127.0.0.1:{proxied.plain}/x/?a=1", headers={"Host": NAME}, timeout=10, allow_redirects=False
    )
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}/x/?a=1")


def test_headers_of_pages_files_and_faults(proxied: Proxied) -> None:
    page = proxied.ask("/tai-khoan/dang-nhap/")
    (style,) = set(re.findall(r'href="(/static/css/frame\.[^"]+)"', page.text))
    file = proxied.ask(style, headers={"Accept-Encoding": "gzip"})
    for answer in (page, file, proxied.ask("/khong-co/")):
        assert "max-age=31536000; includeSubDomains" in answer.headers["Strict-Transport-Security"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "nginx", "without its version"
    assert (file.status_code, file.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in file.headers["Cache-Control"]
    lost = proxied.ask("/khong-co/")
    assert lost.status_code == 404
    assert lost.headers["X-Request-ID"] in lost.text
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-csrftoken=")
    assert {"Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_what_is_published_is_public_and_nothing_of_the_machine_is(proxied: Proxied) -> None:
    publish(bundles.small())
    file = proxied.ask("/api/v1/publications")
    assert (file.status_code, file.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert proxied.ask("/suc-khoe/san-sang/").json().keys() == {"status"}
    assert proxied.ask("/suc-khoe/do-luong/").status_code == 404
    token = {"Authorization": "Bearer a-token-of-this-test"}
    assert "cchc_well" in proxied.ask("/suc-khoe/do-luong/", headers=token).text
    for path in ("/static/../manage.py", "/static/%2e%2e/manage.py", "/.git/config", "/files/", "/static/"):
        assert proxied.ask(path).status_code in (400, 404), path
    assert proxied.ask("/", headers={"Host": "ke-khac.example"}).status_code == 400
    assert proxied.ask("/", method="TRACE").status_code == 405


@dataclass
class Case:
    sheet: SelfAssessment
    leaf: Criterion
    officer: User
    head: User

    def closes(self, seconds: float) -> None:
        at = clock.now() + timedelta(seconds=seconds)
        Stage.objects.filter(round=self.sheet.round_group.round, kind="self_assessment").update(closes_at=at)


@pytest.fixture
def case() -> Case:
    sheet = small_assessment()
    now, day = clock.now(), timedelta(days=1)
    open_stage(sheet.round_group.round, "self_assessment", opens=now - day, closes=now + day)
    leaves = list(Criterion.objects.filter(criteria_set=sheet.round_group.criteria_set, source="self").order_by("pk"))
    for leaf in leaves:
        SelfScoreFactory.create(assessment=sheet, criterion=leaf, points=1, explanation="Có sổ theo dõi.")
    return Case(sheet, leaves[0], *(person(role, sheet.unit) for role in (Role.UNIT_OFFICER, Role.UNIT_HEAD)))


PAPER = {"number": "1/BC", "issued_on": "01/06/2024", "issuer": "Sở", "abstract": "Điều đã gõ", "page": "1"}


def upload(proxied: Proxied, case: Case, content: bytes) -> requests.Response:
    address = reverse("selfassess:upload", args=[case.sheet.pk, case.leaf.pk])
    files = {"upload": ("bao-cao.pdf", content, "application/pdf")}
    return proxied.ask(address, case.officer, method="POST", data=PAPER, files=files)


def test_a_file_is_taken_refused_by_the_page_or_refused_by_the_proxy(proxied: Proxied, case: Case) -> None:
    assert upload(proxied, case, tiny_pdf()).status_code == 302
    large = upload(proxied, case, b"%PDF-1.7" + b"x" * 40 * 1024**2)
    assert (large.status_code, "Điều đã gõ" in large.text, "20 MB" in large.text) == (400, True, True)
    larger = upload(proxied, case, b"%PDF-1.7" + b"x" * 101 * 1024**2)
    assert (larger.status_code, "Chưa có gì được lưu" in larger.text) == (413, True)
    larger.encoding = "utf-8"
    (number,) = re.findall(r"Mã yêu cầu: <b>([0-9a-f]{32})</b>", larger.text)
    assert number in proxied.log()


def test_the_proxy_says_when_a_request_came_and_from_where(proxied: Proxied, case: Case) -> None:
    """Begun before the closing and whole after it: taken. Begun after it, with an hour that the client invents: not."""
    address = reverse("selfassess:submit", args=[case.sheet.pk])
    forged = {"X-Request-Start": f"{time.time() - 30:.3f}", "X-Forwarded-For": "203.0.113.5"}
    case.closes(-5)
    proxied.ask(address, case.head, method="POST", headers=forged)
    assert not SelfAssessment.objects.exclude(submitted_at=None).exists()
    cookies = proxied.cookies(case.head)
    case.closes(3)
    answer = slowly(proxied, address, cookies, pause=4)
    assert b" 302 " in answer.partition(b"\r\n")[0], answer[:300]
    (entry,) = LogEntry.objects.filter(verb="selfassess.submit")
    assert entry.address == "127.0.0.1", "the proxy's own neighbour, not what the client wrote"


def slowly(proxied: Proxied, address: str, cookies: str, *, pause: float) -> bytes:
    """The head of a form now, its body after a pause; a client that lies about where it comes from."""
    body = f"csrfmiddlewaretoken={TOKEN}".encode()
    head = (
        f"POST {address} HTTP/1.1\r\nHost: {NAME}\r\nReferer: https://{NAME}/\r\nCookie: {cookies}\r\n"
        "X-Forwarded-For: 203.0.113.5\r\nX-Request-Start: 1000000000.000\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    context = ssl.create_default_context(cafile=str(proxied.folder / "cert.pem"))
    with (
        socket.create_connection(("127.0.0.1", proxied.port), timeout=60) as link,
        context.wrap_socket(link, server_hostname="127.0.0.1") as sealed,
    ):
        sealed.sendall(head.encode())
        time.sleep(pause)
        sealed.sendall(body)
        return b"".join(iter(lambda: sealed.recv(65536), b""))


def test_two_lengths_at_once_are_refused(proxied: Proxied) -> None:
    """By the proxy, and by the web service where nothing stands before it: no request is smuggled in another's body."""
    lengths = "Content-Length: 4\r\nTransfer-Encoding: chunked"
    body = f"POST / HTTP/1.1\r\nHost: {NAME}\r\n{lengths}\r\n\r\n0\r\n\r\nGET".encode()
    context = ssl.create_default_context(cafile=str(proxied.folder / "cert.pem"))
    for port in (proxied.port, proxied.web_port):
        with ExitStack() as stack:
            link: socket.socket = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            if port == proxied.port:
                link = stack.enter_context(context.wrap_socket(link, server_hostname="127.0.0.1"))
            link.sendall(body)
            assert link.recv(65536).split()[1] == b"400"


def test_who_answers_a_survey_stands_in_no_log(proxied: Proxied) -> None:
    proxied.ask("/dieu-tra/phieu/mot-lien-ket/")
    proxied.ask("/khong-co-trang-nay/?bi-mat=1")
    assert wait_for(lambda: "/khong-co-trang-nay/" in proxied.log(), 10)
    assert "/dieu-tra/phieu/" not in proxied.log()
    assert "bi-mat" not in proxied.log()


def test_while_the_site_is_away_the_proxy_says_so(proxied: Proxied, case: Case) -> None:
    """With the service of files dead the pages go on."""
    _end(proxied.upload)
    try:
        away = upload(proxied, case, tiny_pdf())
    finally:
        proxied.upload = proxied.start_upload()
    assert (away.status_code, away.headers["Retry-After"], away.headers["Cache-Control"]) == (503, "30", "no-store")
    away.encoding = "utf-8"
    assert "nội dung đã nhập còn nguyên" in away.text
    (number,) = re.findall(r"Mã yêu cầu: <b>([0-9a-f]{32})</b>", away.text)
    assert number in proxied.log()
    assert proxied.ask("/tai-khoan/dang-nhap/").status_code == 200
    assert wait_for(lambda: upload(proxied, case, tiny_pdf()).status_code == 302, PATIENCE)
