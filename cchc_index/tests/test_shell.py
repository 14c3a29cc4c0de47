"""The commands as an operator's shell sees them: other folders, other locales, wrong settings, signals."""

import io
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command

from cchc_index.lib.alone import alone
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.tests.browser import empty_database
from cchc_index.lib.tests.waiting import answers

pytestmark = pytest.mark.once

MANAGE = str(project.BASE_DIR / "manage.py")
BLOCK = ("--year", "2031", "--group", "so")


class Shell:
    """A folder to stand in, with an installation's files under `v`, and a bare environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "VAR_DIR": "v"}

    def start(self, *arguments: str, output: int = subprocess.DEVNULL, **environment: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, MANAGE, *arguments],
            env=self.environment | environment,
            cwd=self.folder,
            stdout=output,
            stderr=output,
            # As a shell starts what ends in `&`.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN) and None,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, output=subprocess.PIPE, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out.decode(), err.decode()

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def ready(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell beside an installation that has its tables."""
    (shell.folder / "v").mkdir()
    shutil.copy(empty_database(tmp_path_factory), shell.folder / "v")
    return shell


def test_a_year_in_another_folder_under_a_terminal_that_knows_only_ascii(ready: Shell) -> None:
    """The folder has packages named as ours; theirs must not run."""
    shell = ready
    for name in ("results", "units"):
        (shell.folder / name).mkdir()
        shell.file(f"{name}/__init__.py", "raise SystemExit('another program')")
    shell.environment |= {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "TZ": "America/New_York"}
    units = shell.file("dv.csv", "\ufeffMA ; ten  DON vi\nSNV;Sở Nội vụ\n")
    criteria = shell.file("tc.csv", "tt;NOI DUNG;diem toi da;nguon\n1;Chỉ đạo;65;tu danh gia\n2;Điều tra;35;dtxhh\n")
    scores = shell.file(
        "d.csv",
        "ma don vi;ma tieu chi;diem tu danh gia;diem tham dinh;diem dtxhh\nsnv;1;60,5;58,25;\nSNV;2;;;30\n",
    )

    for command in (
        ("import_units", units, "--group", "so"),
        ("import_criteria", criteria, *BLOCK, "--decision", "3598/QĐ-UBND"),
        ("import_scores", scores, *BLOCK),
    ):
        code, _, err = shell.run(*command)
        assert code == 0, err
    code, out, err = shell.run("compute_index", *BLOCK)

    assert code == 0, err
    (row,) = json.loads(out)
    assert (row["name"], row["points"], row["index"], row["rank"]) == ("Sở Nội vụ", "88.25", "88.25", 1)


@pytest.mark.parametrize(
    ("environment", "code", "sentence"),
    [
        ({"DATABASE_URL": "postgres://x@127.0.0.1:1/x"}, 2, "Không nối được cơ sở dữ liệu"),
        ({"DATABASE_URL": "nonsense"}, 1, "DATABASE_URL không đúng dạng"),
        ({"VAR_DIR": "/dev/null/v"}, 1, "Không tạo được thư mục VAR_DIR"),
        ({"CCHC_PRODUCTION": "1"}, 1, "Thiếu SECRET_KEY"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_settings_are_a_sentence(shell: Shell, environment: dict[str, Any], code: int, sentence: str) -> None:
    found, out, err = shell.run("compute_index", "--year", "2031", **environment)

    assert (found, out) == (code, "")
    assert sentence in err
    assert "Traceback" not in err


@pytest.fixture
def half_made(ready: Shell) -> Shell:
    """A shell beside tables whose maker was killed between two migrations: before those of the last app."""
    with closing(sqlite3.connect(ready.folder / "v" / "cchc.sqlite3")) as database, database:
        results = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'results@_%' ESCAPE '@'"
        for (name,) in database.execute(results).fetchall():
            database.execute(f"DROP TABLE {name}")
        assert database.execute("DELETE FROM django_migrations WHERE app = 'results'").rowcount > 5
    return ready


def test_a_database_left_half_made_is_finished(half_made: Shell) -> None:
    code, _, err = half_made.run("compute_index", "--year", "2031")

    assert code == 2
    assert "Đang tạo bảng" in err
    assert "Không có kỳ 2031" in err


def test_two_first_commands_make_the_tables_one_after_the_other(half_made: Shell) -> None:
    shell, lock = half_made, half_made.folder / "v" / "setup.lock"
    units = shell.file("dv.csv", "Mã,Tên đơn vị\nSNV,Sở Nội vụ\n")
    with alone(lock):
        first, second = (shell.start("import_units", units, "--group", block) for block in ("so", "ban"))
        assert wait_for(lambda: has_open(first, lock) and has_open(second, lock), 180), "both come to the lock"
        assert [process.poll() for process in (first, second)] == [None, None]

    assert [process.wait(timeout=120) for process in (first, second)] == [0, 0]


def has_open(process: "subprocess.Popen[bytes]", path: Path) -> bool:
    opened = Path(f"/proc/{process.pid}/fd").iterdir()
    return path in [Path(os.readlink(each)) for each in opened if each.is_symlink()]


# --- serve ---------------------------------------------------------------------------------------


@contextmanager
def served(shell: Shell) -> Iterator["tuple[subprocess.Popen[bytes], list[int]]"]:
    """A running installation and its children's process ids."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = shell.start("serve", "--port", str(port))
    try:
        assert wait_for(lambda: process.poll() is not None or answers(port)), "no answer"
        assert process.poll() is None
        yield process, children_of(process.pid)
    finally:
        process.kill()
        process.wait()


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], object], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_serve_leaves_no_process_behind(ready: Shell, how: Any) -> None:
    with served(ready) as (process, children):
        assert len(children) == 2
        process.send_signal(how)

        assert process.wait(timeout=60) == (0 if how == signal.SIGINT else -how)
        assert wait_for(lambda: not any(alive(pid) for pid in children), 30)


def test_a_taken_port_is_a_sentence_before_anything_is_loaded(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = shell.run("serve", "--demo", "--port", port)

    assert (code, out) == (2, "")
    assert not (shell.folder / "v" / "cchc.sqlite3").exists()
    assert f"Không mở được 127.0.0.1:{port}: đang có chương trình khác dùng cổng này." in err
    assert "make run PORT=8080" in err


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "99999"), ("192.0.2.1", "8000"), ("khong-co.invalid", "1")])
def test_an_address_that_cannot_be_is_a_sentence(host: str, port: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        call_command("serve", "--host", host, "--port", port, stderr=io.StringIO())

    assert refused.value.lines[0].startswith(f"Không mở được {host}:{port}")


def test_what_makes_paper_is_loaded_where_paper_is_made() -> None:
    """WeasyPrint and python-docx were a fifth of what a server's start costs."""
    program = (
        "import sys, django; django.setup(); import cchc_index.urls; print({'weasyprint', 'docx'} & {*sys.modules})"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
