"""Every command that README, CONTRIBUTING and docs/ print is run as it is printed, but for a closed list."""

import getpass
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from cchc_index.lib.tests.waiting import answers, free_port, wait_for
from deploy import service_files

from .printed_commands import MANAGE, ROOT, commands_of, printed, variants
from .terminal import typed

UNITS = "Mã,Tên đơn vị\nSNV,Sở Nội vụ\nSTP,Sở Tư pháp\n"
PEOPLE = "Họ tên,Thư điện tử,Vai trò,Mã đơn vị\nTrần Thu Hà,ha@hanoi.gov.vn,Công chức phụ trách,SNV\n"
CRITERIA = "Mã,Nội dung,Điểm tối đa,Nguồn\n1,Chỉ đạo,70,Tự đánh giá\n2,Phiếu,20,ĐTXHH\n3,Hài lòng,10,SIPAS\n"
SCORES = "Mã đơn vị,Mã tiêu chí,Điểm tự đánh giá,Điểm thẩm định,Điểm ĐTXHH\n" + "".join(
    f"{unit},1,60,55,\n{unit},2,,,15\n{unit},3,,,8\n" for unit in ("SNV", "STP")
)
BALLOTS = "Mã phiếu,Mã đơn vị,2\nP1,SNV,4\nP2,STP,5\n"
FIGURES = "Mã đơn vị,Mã tiêu chí,Điểm,Nguồn số liệu\nSNV,3,8,SIPAS 2024\n"
QUESTIONS = "1.6.1,1.6.2,2.5.1,2.5.2,3.4.1,3.4.2,4.5.1,4.5.2,5.7.1,5.7.2,5.7.3,5.7.4,6.6,7.8.1,7.8.2"
LATE_BALLOT = f"Mã phiếu,Mã đơn vị,{QUESTIONS}\nBổ sung 1,SNV{',4' * len(QUESTIONS.split(','))}\n"
SIGNED = {"USER": "dieutra", "OTHER": "quanly1", "TEXT": "'phiếu đến muộn'"}
MARK = "the mark that check_ledger prints"
MARK_IN_A_FILE = "a file that holds this mark"

WALKS: dict[str, dict[str, dict[str, str]]] = {
    # The official frame, with the city's own annex and the survey of the year.
    "official": {
        "load_official": {},
        "import_criteria phu-luc.xlsx": {"phu-luc.xlsx": CRITERIA},
        "import_ballots FILE": {
            "FILE": BALLOTS,
            "CODE": "hdnd_tp",
            "FILE.json": '{"unit": "Mã đơn vị"}\n',
            "REST.xlsx": "out-con-lai.xlsx",
        },
        "import_figures FILE": {"FILE": FIGURES},
        "send_reminders": {},
    },
    # A year of two units and its people, from finished scores to the index.
    "archive": {
        "begin_proofs": {},
        "import_units": {"FILE": UNITS},
        "import_people": {"FILE": PEOPLE},
        "import_criteria FILE": {"FILE": CRITERIA},
        "export_criteria": {"FILE.xlsx": "out-bo-tieu-chi.xlsx"},
        "import_scores": {"FILE": SCORES},
        "compute_index": {},
        "analyse_index": {},
        "copy_year": {},
        "check_ledger": {"COUNT:DIGEST": MARK, "FILE": MARK_IN_A_FILE},
        "backup": {"FILE": "out-cchc-1.bak"},
        "upgrade": {"FILE": "out-cchc-2.bak"},
    },
    # Its year is published by two people already: the same number again writes the same files.
    "demonstration": {
        "load_demo": {},
        "check_year": {},
        "publish_index": {
            "…/QĐ-UBND": "01/QĐ-MINHHOA",
            "YYYY-MM-DD": "2025-03-01",
            "DIR": "out",
            "USER": "quanly1",
            "OTHER": "quanly2",
        },
        "verify_publication": {"FILE.json": "out/chi-so-cchc-2024.json"},
        "python3 -m results.bundle": {"FILE.json": "out/chi-so-cchc-2024.json"},
        "import_ballots --proposed-by": {
            "FILE": LATE_BALLOT,
            "CODE": "hdnd_tp",
            **SIGNED,
        },
        "import_figures --proposed-by": {
            "FILE": "Mã đơn vị,Mã tiêu chí,Điểm,Nguồn số liệu\nSNV,8.3.1,1,SIPAS 2024\n",
            **SIGNED,
        },
        "serve": {},
        "make run": {},
    },
    "production": {"deploy/cchc": {"FILE": "out-cchc-3.bak"}},
    "developer": {"make": {}, ".venv/bin/python -m pytest": {}},
}
"""What is run in which installation, in this order, and what stands for the words to fill in. A text with line ends is
a file's content."""

ONCE = {"import_criteria FILE", "backup", "upgrade"}
"""What does its work once only: the other forms are run in copies of the installation as it was before."""

CLOSED = {
    "make test": "a step of CI",
    "make lint": "a step of CI",
    "make services-test": "a step of CI",
    "make browser-test": "a step of CI",
    "make sbom": "a step of CI",
    "make audit": "a step of CI",
    "make setup": "make run begins with it",
    "make setup-dev": "make test and every step of CI begin with it",
    "make bench": "measures for half an hour on a quiet machine",
    "make mutate": "takes hours",
    "make hooks": "changes this clone's hooks; the parts are those of make lint",
    "make lock": "asks the package index",
    ".venv/bin/python manage.py makemigrations": "writes into the project; make lint runs it with --check",
    "useradd --system --home /var/lib/cchc cchc": "changes the accounts of the machine",
    "install -d -o cchc -g cchc -m 750 /var/lib/cchc": "wants the account that useradd makes",
    ".venv/bin/python manage.py restore FILE": "wants an empty place: test_backup.py runs it in one",
    ".venv/bin/python manage.py check_health [--alarm]": "wants services at work: test_shipped_services.py",
    ".venv/bin/python manage.py check_health --alarm": "wants services at work: test_shipped_services.py",
    "deploy/cchc bring_back_managers USER USER --reason TEXT": "wants that all managers left: test_leaving.py",
    "deploy/cchc COMMAND": "stands for the commands that follow",
}


def _walk_of(command: str) -> list[tuple[str, str]]:
    """The walks in which a printed command has its place."""
    text = command.removeprefix(MANAGE)
    places = [(walk, name) for walk, steps in WALKS.items() for name in steps]
    if command in CLOSED:
        return []
    return [place for place in places if text == place[1] or (text.startswith(f"{place[1]} ") and place[1] != "make")]


# --- what is printed ------------------------------------------------------------------------------


def test_every_printed_command_is_run_or_says_why_not() -> None:
    unknown = {
        command: where for command, where in printed().items() if not _walk_of(command) and command not in CLOSED
    }
    assert unknown == {}


def test_closed_list_and_walks_name_nothing_that_is_not_printed() -> None:
    walked = {place for command in printed() for place in _walk_of(command)}
    assert walked == {(walk, name) for walk, steps in WALKS.items() for name in steps}
    assert CLOSED.keys() - printed().keys() == set()


def test_steps_of_ci_are_in_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text()
    assert [command for command, reason in CLOSED.items() if reason == "a step of CI" and command not in ci] == []


@pytest.mark.parametrize("command", sorted(each for each in printed() if each.startswith(MANAGE)))
def test_printed_options_are_taken(command: str) -> None:
    """Each alternative in turn; the words to fill in are texts like others here."""
    name = command.removeprefix(MANAGE).split()[0]
    found: BaseCommand = load_command_class(get_commands()[name], name)
    for variant in variants(command):
        found.create_parser("manage.py", name).parse_args(shlex.split(variant.removeprefix(MANAGE))[1:])


def test_text_is_read_as_people_read_it() -> None:
    text = "| `load_demo [--year 2024]` | more |\n\nSee `load_demo`, `check_ledger --files no` and `make`:\n\n"
    text += "```sh\nmake run   # opens\n```\n"
    assert [*commands_of(text)] == [
        "make run",
        f"{MANAGE}load_demo [--year 2024]",
        f"{MANAGE}check_ledger --files no",
        "make",
    ]
    assert variants("a --x 1 [--y b|c] [--z]") == ["a --x 1", "a --x 1 --y b --z", "a --x 1 --y c --z"]


# --- run ------------------------------------------------------------------------------------------


@dataclass
class Installation:
    """The project as an operator has it: files under `folder`, own settings, a shell that stands in the project."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        home = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "VAR_DIR": str(self.folder / "var")}
        return home | self.settings

    def start(self, line: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["bash", "-c", line],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, line: str) -> str:
        process = self.start(line)
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, f"{line}\n{said}"
        return said

    def copy(self) -> "Installation":
        """Another one in the same state."""
        other = Installation(self.folder.with_name(f"{self.folder.name}-{uuid4().hex[:8]}"), self.settings)
        shutil.copytree(self.folder, other.folder)
        return other

    def filled(self, line: str, words: dict[str, str]) -> str:
        for word, value in words.items():

            def put(_: re.Match[str], value: str = value) -> str:
                return self._value(value)

            line = re.sub(rf"(?<![\w/.]){re.escape(word)}(?![\w.])", put, line)
        return line

    def _value(self, value: str) -> str:
        """A file with this content, a place under the folder, what a command says, or the value as it is."""
        if "\n" in value:
            path = self.folder / f"{uuid4().hex[:8]}.csv"
            path.write_text(value, encoding="utf-8")
            return str(path)
        if value == MARK_IN_A_FILE:
            return self._value(f"{self._value(MARK)}\n")
        if value == MARK:
            return str(re.findall(r"\d+:[0-9a-f]+", self.run(f"{MANAGE}check_ledger"))[-1])
        return str(self.folder / value) if value.startswith("out") else value


def _answers_until_stopped(installation: Installation, line: str) -> None:
    """A server, on a port of the test's own: it answers, and Ctrl+C ends it in order."""
    port = free_port()
    installation.settings["PORT"] = str(port)
    line = re.sub(r"\b80[08]0\b", str(port), line)
    if line.endswith(" serve"):
        line += f" --port {port}"
    with installation.start(f"exec {line}") as process:
        try:
            assert wait_for(lambda: process.poll() is not None or answers(port), 240), line
            assert process.poll() is None, f"{line}\n{process.communicate()[0]}"
            os.killpg(process.pid, signal.SIGINT)
            assert wait_for(lambda: process.poll() is not None, 60), line
            assert not answers(port)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _walk(walk: str, installation: Installation, run: Callable[[Installation, str], object]) -> None:
    """Every printed command of the walk in its shortest form, then the others."""
    for name, words in WALKS[walk].items():
        for command in printed():
            if (walk, name) in _walk_of(command):
                shortest, *others = variants(command)
                copies = [installation.copy() if name in ONCE else installation for _ in others]
                run(installation, installation.filled(shortest, words))
                for copy, line in zip(copies, others, strict=True):
                    run(copy, copy.filled(line, words))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    folder = tmp_path / "operator"
    folder.mkdir()
    return Installation(folder)


@pytest.mark.services
@pytest.mark.parametrize("walk", ["official", "archive", "developer"])
def test_printed_commands_run(walk: str, installation: Installation) -> None:
    _walk(walk, installation, Installation.run)


@pytest.mark.services
def test_printed_commands_serve_the_demonstration(installation: Installation) -> None:
    def run(place: Installation, line: str) -> None:
        if re.search(r" serve\b|^make run", line):
            _answers_until_stopped(place, line)
        else:
            place.run(line)

    _walk("demonstration", installation, run)


@pytest.fixture
def production(installation: Installation) -> Iterator[Installation]:
    """The example's settings, filled, on a database of this test's own."""
    import psycopg2

    server, name = os.environ["DATABASE_URL"], f"cchc_printed_{uuid4().hex[:8]}"
    example = service_files.environment((ROOT / "deploy" / "cchc.env.example").read_text())
    mine = {
        "SECRET_KEY": "a-key-of-this-test-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
        "LEDGER_KEY": "another-key-of-this-test-alone-0123456789-abcdef",
        "DATABASE_URL": f"{server.rpartition('/')[0]}/{name}",
        "REDIS_URL": os.environ["REDIS_URL"],
        "VAR_DIR": str(installation.folder / "var"),
    }
    file = installation.folder / "cchc.env"
    file.write_text("".join(f"{key}={value}\n" for key, value in (example | mine).items()))
    installation.settings |= {"CCHC_ENV": str(file), "CCHC_USER": getpass.getuser()}
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    yield installation
    connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


@pytest.mark.services
def test_printed_commands_of_production(production: Installation) -> None:
    def run(place: Installation, line: str) -> None:
        if line.endswith("createsuperuser"):
            replies = {
                "Tên đăng nhập": "quantri",
                "Họ và tên": "Quản trị",
                "email": "q@x.vn",
                "Mật khẩu": "Mot-doi-8-dai",
            }
            said = typed(shlex.split(line), replies, cwd=ROOT, env=place.environment())
            assert "quantri" in said
        else:
            place.run(line)

    _walk("production", production, run)
