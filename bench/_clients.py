"""Browsers of bench/deadline_peak.py, reduced to their requests: fetch the page, send its form, follow the answer."""

import http.client
import io
import random
import re
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import quote

from pypdf import PdfWriter

PATIENCE = 300
FORM = "application/x-www-form-urlencoded"
MARK = b"@mark-of-16-byte"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ARRIVAL = re.compile(r'name="arrival_receipt" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody logged in, at work on one assessment."""

    session: str
    assessment: int
    leaf: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person got: the last status, how long the press of the button took, whether it was what they wanted."""

    status: int
    seconds: float
    good: bool
    fault: str = ""
    waited: bool = False
    """Given back because too many sent at once, with a receipt of the arrival, and sent again with it."""


class Browser:
    """One connection with its cookies."""

    def __init__(self, port: int, session: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.own = f"http://127.0.0.1:{port}"
        self.cookies = {"sessionid": session} if session else {}

    def start(self, method: str, path: str, body: Sequence[bytes] = (), kind: str = "") -> None:
        """Send a request without waiting for its answer; with the hour of its arrival, as the proxy would say it."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html", "Origin": self.own, "X-Request-Start": f"{time.time():.3f}"}
        if cookies:
            headers["Cookie"] = cookies
        if kind:
            headers |= {"Content-Type": kind, "Content-Length": str(sum(map(len, body)))}
        self.connection.request(method, path, iter(body) if body else None, headers)

    def ask(self, method: str, path: str, body: Sequence[bytes] = (), kind: str = "") -> tuple[int, str, str]:
        """Status, Location and text."""
        self.start(method, path, body, kind)
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), response.read().decode(errors="replace")

    def token(self, path: str) -> str:
        """Read a page for the token of its forms."""
        status, _, text = self.ask("GET", path)
        found = TOKEN.search(text)
        if status != 200 or not found:
            raise OSError(f"GET {path}: {status}")
        return found.group(1)

    def send(self, path: str, body: Sequence[bytes], kind: str) -> tuple[int, str, str]:
        """Send a form and follow its answer."""
        status, place, text = self.ask("POST", path, body, kind)
        return self.ask("GET", place.partition("#")[0]) if status == 302 else (status, place, text)


def look(port: int, person: Person) -> None:
    """Read the check page and go."""
    browser = Browser(port, person.session)
    browser.ask("GET", f"/tu-danh-gia/{person.assessment}/kiem-tra/")
    browser.connection.close()


def submit(port: int, person: Person, at: float, presses: int, looks: list[Answer], answers: list[Answer]) -> None:
    """At `at` seconds from now: open the check page, press the button (`presses` times), read the receipt. Who is given
    the form back because too many send presses *Gửi lại*; the time is that of both."""
    time.sleep(at)
    here = f"/tu-danh-gia/{person.assessment}/"
    tokens: list[str] = []

    def look(browser: Browser) -> tuple[bool, int, str]:
        tokens.append(browser.token(f"{here}kiem-tra/"))
        return True, 200, ""

    def press(browser: Browser) -> tuple[bool, int, str]:
        form = [f"csrfmiddlewaretoken={tokens[0]}".encode()]
        for _ in range(presses - 1):  # an impatient press: its answer is not awaited
            other = Browser(port, person.session)
            other.cookies = browser.cookies
            other.start("POST", f"{here}nop/", form, FORM)
        status, _, text = browser.send(f"{here}nop/", form, FORM)
        if receipts := ARRIVAL.findall(text):
            given.extend(receipts)
            again = [form[0] + f"&arrival_receipt={quote(receipts[0])}".encode()]
            status, _, text = browser.send(f"{here}nop/", again, FORM)
        return "Số biên nhận" in text, status, text

    given: list[str] = []
    browser = Browser(port, person.session)
    looks.append(timed(browser, look))
    if tokens:
        answers.append(replace(timed(browser, press), waited=bool(given)))
    browser.connection.close()


def upload(ports: tuple[int, int], person: Person, at: float, megabytes: int, answers: list[Answer]) -> None:
    """Open the criterion's page in good time; at `at` seconds from now send a PDF of so many megabytes."""
    there = f"/tu-danh-gia/{person.assessment}/tieu-chi/{person.leaf}/"
    wait = random.uniform(0, at * 3 / 4)
    time.sleep(wait)
    token = Browser(ports[0], person.session)
    form = multipart(token.token(there), megabytes)
    token.connection.close()
    cookies = token.cookies
    time.sleep(max(0.0, at - wait))

    def send(browser: Browser) -> tuple[bool, int, str]:
        browser.cookies = cookies
        status, place, text = browser.ask("POST", f"{there}tai-len/", *form)
        return status == 302 and place.startswith(there), status, text

    browser = Browser(ports[1], person.session)
    answers.append(timed(browser, send))
    browser.connection.close()


def timed(browser: Browser, work: Callable[[Browser], tuple[bool, int, str]]) -> Answer:
    started = time.perf_counter()
    try:
        good, status, text = work(browser)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, time.perf_counter() - started, False, repr(error))
    return Answer(status, time.perf_counter() - started, good, "" if good else text[:300])


@cache
def pdf(megabytes: int) -> tuple[bytes, bytes]:
    """A sound PDF of this weight, in two halves: any MARK bytes between them make it unlike any other. The weight is a
    comment before its end: a file attached to a PDF is refused."""
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    out = io.BytesIO()
    writer.write(out)
    body, start, end = out.getvalue().rpartition(b"startxref")
    return body + b"%", b"0123456789abcdef" * (megabytes * 2**16) + b"\n" + start + end


def multipart(token: str, megabytes: int) -> tuple[tuple[bytes, ...], str]:
    """The upload form's body in pieces, and its content type."""
    edge = uuid.uuid4().hex
    given = {
        "csrfmiddlewaretoken": token,
        "number": "15/BC",
        "issued_on": "15/06/2024",
        "issuer": "Sở",
        "abstract": "Lớn",
    }
    fields = [f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in given.items()]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="upload"; filename="lon.pdf"\r\n'
    before, after = pdf(megabytes)
    opening = ("".join(fields) + head + "Content-Type: application/pdf\r\n\r\n").encode()
    pieces = (opening, before, uuid.uuid4().hex[: len(MARK)].encode(), after, f"\r\n--{edge}--\r\n".encode())
    return pieces, f"multipart/form-data; boundary={edge}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
