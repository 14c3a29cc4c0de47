"""The real product for browser tests: `manage.py serve` on a private folder, Chromium in front of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from cchc_index.lib.alone import alone

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
LAPTOP, PHONE = (1366, 768), (390, 844)
PATIENCE = 20_000  # milliseconds an expectation waits: a busy machine is no fault of the page
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # what passes is megabytes of a long page
}
VIEWPORT: ViewportSize = {"width": LAPTOP[0], "height": LAPTOP[1]}
# Of load_demo's accounts (cchc_index/demo/accounts.py) and of the accounts that tests seed.
PASSWORD = "Minhhoa-2024"


class Site:
    """A served installation: its address and its command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        dropped = ("DATABASE_URL", "REDIS_URL")
        self.environment = {k: v for k, v in os.environ.items() if k not in dropped}
        self.environment["VAR_DIR"] = str(folder)
        self._shell: subprocess.Popen[str] | None = None

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )

    def must(self, *arguments: str) -> str:
        """A command that cannot fail; what it printed."""
        done = self.manage(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, lines: str) -> str:
        """Lines run in the installation, every model imported; what they printed."""
        shell = self._shell = self._shell or self._open_shell()
        assert shell.stdin
        assert shell.stdout
        shell.stdin.write(json.dumps(lines) + "\n")
        shell.stdin.flush()
        answer = shell.stdout.readline()
        assert answer, "the shell has ended"
        printed, fault = json.loads(answer)
        assert not fault, fault
        return str(printed)

    def _open_shell(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "cchc_index.lib.tests.standing_shell"]
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
        return subprocess.Popen(
            command, env=environment, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _close_shell(self) -> None:
        if self._shell:
            self._shell.communicate()  # which closes what it waits for
            self._shell = None

    @contextmanager
    def served(self) -> Iterator["Site"]:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with (self.folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait(process)
            yield self
        finally:
            self._close_shell()
            process.terminate()
            process.wait(timeout=30)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        for _ in range(300):
            if process.poll() is not None:
                raise AssertionError((self.folder / "serve.log").read_text())
            try:
                with urllib.request.urlopen(f"{self.address}/suc-khoe/", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError("no answer within 60 s: " + (self.folder / "serve.log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def empty_database(folders: pytest.TempPathFactory) -> Path:
    """The database file of an installation whose first command made its tables, to copy; made once for all test
    processes."""
    shared = folders.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else folders.getbasetemp()
    with alone(shared / "tables.lock"):
        ready = shared / "tables"
        if not ready.exists():
            making = folders.mktemp("tables")
            Site(making).must("send_reminders")
            making.rename(ready)
    return ready / "cchc.sqlite3"


def with_tables(folders: pytest.TempPathFactory, name: str) -> Site:
    site = Site(folders.mktemp(name))
    shutil.copy(empty_database(folders), site.folder)
    return site


@contextmanager
def seeded(folders: pytest.TempPathFactory, name: str, seed: str) -> Iterator[Site]:
    """A served installation with its tables, on which the Python `seed` has run."""
    site = with_tables(folders, name)
    site.python(seed)
    with site.served():
        yield site


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, site: Site, *, script: bool = True, touch: bool = False) -> Page:
    """`touch`: a phone with a finger and no keys."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]} if touch else VIEWPORT,
        locale="vi-VN",
        base_url=site.address,
        java_script_enabled=script,
        accept_downloads=True,
        has_touch=touch,
        is_mobile=touch,
    )
    page = context.new_page()
    page.goto("/")
    return page


def signed_in(browser: Browser, site: Site, username: str, *, script: bool = True, touch: bool = False) -> Page:
    page = visitor(browser, site, script=script, touch=touch)
    page.goto("/tai-khoan/dang-nhap/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "dang-nhap" not in url)
    return page


# Of what has the focus: whether some of it is out of sight or lies under something else.
COVERED = """() => {
  const stop = document.activeElement;
  if (stop === document.body || stop.tagName === "IFRAME") return null;
  const at = stop.getClientRects()[0];
  const whole = at.height < innerHeight / 4;
  const across = [at.left + 2, (at.left + at.right) / 2, at.right - 2];
  const down = [at.top + 2, (at.top + at.bottom) / 2, at.bottom - 2];
  const seen = (x, y) => {
    const hit = document.elementFromPoint(x, y);
    return Boolean(hit) && (stop.contains(hit) || hit.contains(stop));
  };
  const found = across.flatMap((x) => down.map((y) => seen(x, y)));
  const hidden = whole ? found.includes(false) : !found.includes(true);
  const words = stop.getAttribute("aria-label") || stop.textContent || stop.name || "";
  return { hidden, what: `${stop.tagName} ${words.trim().slice(0, 60)}` };
}"""


def covered_stops(page: Page, most: int = 250) -> tuple[int, list[str]]:
    """Walks the page by Tab: how many stops there were, and those of which something is out of sight or lies under
    a sticky part (of what is higher than a quarter of the window: all of it)."""
    stops, covered = 0, list[str]()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.walked === '1' || document.activeElement === document.body"):
            if stops:
                break
            continue
        page.evaluate("document.activeElement.dataset.walked = '1'")
        found = page.evaluate(COVERED)
        if found:
            stops += 1
            covered += [found["what"]] if found["hidden"] else []
    return stops, covered


SIDEWAYS = "[...document.querySelectorAll('.table-wrap')].filter((box) => box.scrollWidth > box.clientWidth + 1).length"
BELOW = (
    "document.documentElement.scrollHeight - document.querySelector('.foot').getBoundingClientRect().bottom - scrollY"
)


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(options).then((told) => told.violations)", RULES)
    return found


def clean(page: Page) -> None:
    """No violation of axe-core on a laptop, none on a phone, and nothing to scroll sideways but tables."""
    for width, height in (LAPTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        faults = violations(page)
        lines = [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}" for one in faults]
        assert not lines, f"{page.url} at {width}\n" + "\n".join(lines)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} at {width}"
    page.set_viewport_size(VIEWPORT)
