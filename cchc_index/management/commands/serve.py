"""`manage.py serve`: the embedded default in one command – web server, worker, sweeper."""

import ctypes
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import date
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import DatabaseError, close_old_connections

from appraisal.council.verifying.actions import remind_agencies
from appraisal.council.votes.actions import remind_voters
from cchc_index.demo import accounts, large_year
from cchc_index.lib import clock
from cchc_index.lib.alone import alone
from cchc_index.lib.commands import CommandRefused, OperatorCommand
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from cchc_index.official.actions import load_official
from cchc_index.official.queries import summary
from results import tasks
from selfassess.examination.actions import rescan
from selfassess.reminders.actions import send_reminders
from surveys.batches.jobs import requeue as commit_waiting
from units.mail.queries import has_lost
from units.people.actions import remind_newcomers

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5
REMIND_HOUR = 8
WEB = "web"
WORKER = "worker"
LARGE_YEAR = "large year"


class Command(OperatorCommand):
    help = "Mở hệ thống trên máy này: máy chủ web và tiến trình chạy tác vụ nền, không cần dịch vụ ngoài."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="địa chỉ lắng nghe")
        parser.add_argument("--port", type=int, default=8000, help="cổng")
        parser.add_argument("--threads", type=int, default=8, help="số luồng web")
        parser.add_argument("--demo", action="store_true", help="nạp dữ liệu chính thức và năm trình diễn trước khi mở")

    def look_first(self, **options: Any) -> None:
        if options["threads"] < 1:
            raise Refused("--threads: ít nhất một luồng.")
        _require_free(options["host"], options["port"])

    def run(self, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _stop_on_signals()
        _stand_at_home()
        # What is printed in reports leads back here, unless the operator gave another address.
        os.environ.setdefault("PUBLIC_URL", _address(host, port))
        try:
            shown = options["demo"] and self._load()
            self._serve(host, port, options["threads"], behind=shown)
        except KeyboardInterrupt:
            self.say("Đã dừng.")

    def _serve(self, host: str, port: int, threads: int, *, behind: bool) -> None:
        """Until a signal comes; the children never outlive it. The large year of the demonstration is loaded behind the
        open site."""
        commands = {WEB: _web(host, port, threads), WORKER: _worker()}
        children = {name: _start(name, command) for name, command in commands.items()}
        once: list[subprocess.Popen[bytes]] = []
        try:
            _wait_until_up(host, port, children[WEB])
            self.stdout.write(accounts.banner(f"{_address(host, port)}/"))
            self.stdout.flush()
            once = [_start(LARGE_YEAR, _large_year())] if behind else []
            _supervise(commands, children)
        finally:
            self.say("Đang dừng…")
            for child in (*children.values(), *once):
                child.terminate()
            for child in (*children.values(), *once):
                _wait_or_kill(child)

    def _load(self) -> bool:
        """What `make run` shows; whether it is shown. Beside real rounds nothing is invented, and the system opens
        all the same."""
        with alone(settings.VAR_DIR / "setup.lock"):
            report = load_official()
            for line in (*report.lines(), *(summary() if report.added else ())):
                self.stdout.write(line)
            with suppress(CommandRefused):
                call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
                return True
        return False


_REASONS = {
    errno.EADDRINUSE: "đang có chương trình khác dùng cổng này",
    errno.EACCES: "cổng dưới 1024 cần quyền quản trị",
    errno.EADDRNOTAVAIL: "địa chỉ này không thuộc máy này",
}


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = _REASONS.get(getattr(error, "errno", None) or 0, "địa chỉ hoặc cổng không dùng được")
            other = 8081 if port == 8080 else 8080
            raise Refused(f"Không mở được {host}:{port}: {reason}. Chọn cổng khác: make run PORT={other}") from None


PATHS = ("VAR_DIR", "STATIC_ROOT", "MEDIA_ROOT", "LEDGER_ANCHOR")


def _stand_at_home() -> None:
    """Change to the project's folder, since the child processes look for their code in the folder they start in.
    Relative paths of the environment are made absolute first, so that they mean what they meant where the command was
    typed."""
    for name in PATHS:
        if os.environ.get(name):
            os.environ[name] = os.path.abspath(os.environ[name])
    database = settings.DATABASES["default"]
    if os.environ.get("DATABASE_URL") and database["ENGINE"].endswith("sqlite3"):
        os.environ["DATABASE_URL"] = f"sqlite:///{os.path.abspath(database['NAME'])}"
    os.chdir(settings.BASE_DIR)


def _web(host: str, port: int, threads: int) -> list[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--workers", "1", "--threads", str(threads), "--timeout", "120", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", "cchc_index.wsgi", "--bind", address, *options]


def _worker() -> list[str]:
    # This worker takes messages from a private folder, so running it as root is no wider door than the web server.
    python = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet"]
    options = ["-P", "threads", "-c", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return [*python, "-A", "cchc_index", "worker", "-n", f"worker{os.getpid()}@%h", *options]


def _large_year() -> list[str]:
    return [sys.executable, "manage.py", "load_demo", "--year", str(max(large_year.YEARS))]


def _start(name: str, command: list[str]) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl+C reaches the supervisor alone, which stops its children in order.
    before = _bind if name == WEB else _lower_and_bind
    return subprocess.Popen(command, preexec_fn=before, process_group=0)  # noqa: S603 (our own commands, as a list)


PR_SET_PDEATHSIG = 1


def _bind() -> None:
    """In a child process: have the kernel end it when the supervisor is killed (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _lower_and_bind() -> None:
    """As `_bind`, for what also runs at a lower priority: pages stay quick while a PDF is rendered or a year loaded."""
    os.nice(10)
    _bind()


def _stop_on_signals() -> None:
    """Stop in order on Ctrl+C, also where the shell started us in the background and ignores it, on SIGTERM, and when
    the terminal is closed, unless `nohup` ignores that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _stop)


_stopping = Event()
"""Set by the signal too: an exception raised while SQLite calls back into Python never arrives."""


def _stop(number: int, frame: FrameType | None) -> None:
    _stopping.set()
    raise KeyboardInterrupt


def _address(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else ("127.0.0.1" if host == "0.0.0.0" else host)  # noqa: S104 (compared, not bound)
    return f"http://{shown}:{port}"


def _wait_until_up(host: str, port: int, web: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if web.poll() is not None:
            raise Refused("Máy chủ web không khởi động được; xem thông báo ở trên.")
        try:
            with urllib.request.urlopen(f"{_address(host, port)}/suc-khoe/", timeout=2):  # noqa: S310 (begins with http)
                return
        except OSError:
            time.sleep(0.1)
    raise Refused("Máy chủ web không trả lời sau 30 giây.")


def _supervise(commands: dict[str, list[str]], children: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Restart a child that died; sweep the database for work that a lost message left behind."""
    reminded: date | None = None
    while not _stopping.wait(SWEEP_SECONDS):
        for name, child in children.items():
            if child.poll() is not None:
                children[name] = _start(name, commands[name])
        close_old_connections()
        reminded = _sweep(reminded)
    raise KeyboardInterrupt


def _sweep(reminded: date | None) -> date | None:
    """Jobs, documents and mail whose message was lost, and once a day the reminders; the day last reminded.
    One failed sweep (a locked or restarting database) must not stop the service; the next one comes soon."""
    try:
        tasks.requeue()
        commit_waiting()
        rescan()
        if has_lost():
            send_after_commit("units.send_mail")
        if reminded != clock.today() and clock.hanoi(clock.now()).hour >= REMIND_HOUR:
            send_reminders()
            remind_voters()
            remind_agencies()
            remind_newcomers()
            _sweep_files()
            return clock.today()
    except (DatabaseError, OSError):
        log.warning("Chưa quét được việc tồn; thử lại sau %s giây.", SWEEP_SECONDS, exc_info=True)
    return reminded


def _sweep_files() -> None:
    """A store that does not answer is swept the next day: the reminders of this one are sent."""
    try:
        tasks.sweep_files()
    except OSError:
        log.warning("Chưa dọn được kho tệp vì kho không trả lời; ngày mai dọn lại.", exc_info=True)


def _wait_or_kill(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(timeout=8)
    except subprocess.TimeoutExpired:
        child.kill()
