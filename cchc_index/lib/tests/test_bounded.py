"""Strangers' files are read in a process of their own: bounded, alone, and gone when nobody waits for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from cchc_index.lib import bounded

PROGRAM = "cchc_index.lib.tests.bounded_program"


def ask(*arguments: str, seconds: float = 30) -> bounded.ProgramAnswer:
    return bounded.run(PROGRAM, *arguments, seconds=seconds)


def server_and_worker() -> tuple[int, int]:
    server, worker = ask("who").output.split()
    return int(server), int(worker)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def gone(pid: int, seconds: float = 10) -> bool:
    return within(seconds, lambda: not alive(pid))


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not (done := holds()) and time.monotonic() < end:
        time.sleep(0.02)
    return done


@pytest.fixture(autouse=True)
def _no_server_left() -> Iterator[None]:
    yield
    if control := bounded._servers.pop(PROGRAM, None):
        control.close()


def test_a_program_answers_with_what_it_writes() -> None:
    answer = ask("say", "Sở Nội vụ", "UBND phường")
    assert (answer.code, answer.output.decode()) == (0, "Sở Nội vụ UBND phường")
    assert answer.kilobytes > 1_000


def test_an_answer_longer_than_a_pipe_holds_comes_whole() -> None:
    assert ask("much", "3000000").output == b"x" * 3_000_000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("code", "3"), 3), (("fail",), 1), (("die",), -signal.SIGKILL), (("eat",), 1)],
    ids=["its own code", "an error", "killed", "more memory than it may have"],
)
def test_how_a_program_ended_is_told(arguments: tuple[str, ...], code: int) -> None:
    assert ask(*arguments).code == code
    assert ask("say", "yet").output == b"yet"


def test_every_call_is_a_process_of_its_own_and_the_server_stays() -> None:
    (first, one), (second, two) = server_and_worker(), server_and_worker()
    assert first == second != os.getpid()
    assert len({first, one, two}) == 3


def test_whoever_takes_too_long_is_killed() -> None:
    server, _ = server_and_worker()
    with pytest.raises(TimeoutError):
        ask("sleep", seconds=0.5)
    children = Path(f"/proc/{server}/task/{server}/children")
    assert within(10, lambda: children.read_text() == "")
    assert ask("say", "yet").output == b"yet"


def test_the_program_knows_no_secret_of_the_site_and_holds_no_place_of_its_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "so-secret")
    assert set(ask("environment").output.decode().split()) <= {"PATH", "LANG", "OPENBLAS_NUM_THREADS", "LC_CTYPE"}
    assert len(ask("places").output.split()) == 4  # in, out, error, and the folder being listed


def test_a_server_that_was_killed_is_started_again() -> None:
    first, _ = server_and_worker()
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    second, _ = server_and_worker()
    assert second != first


def test_many_at_once_get_each_their_own_answer() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: ask("say", str(n)).output, range(40)))
    assert answers == [str(n).encode() for n in range(40)]


def test_a_forked_process_asks_the_same_server() -> None:
    server, _ = server_and_worker()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, str(server_and_worker()[0]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 100)) == server
    assert server_and_worker()[0] == server
    os.close(reading)
    os.close(writing)


def test_the_server_ends_with_whoever_asked() -> None:
    program = f"from cchc_index.lib import bounded; print(bounded.run({PROGRAM!r}, 'who', seconds=30).output.decode())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert gone(int(done.stdout.split()[0]))
    assert alive(server_and_worker()[0]), "the negative control: a server whose asker is there stays"


def test_an_idle_server_ends_and_the_next_question_starts_another(tmp_path: Path) -> None:
    program = (
        "import time; from cchc_index.lib import bounded\n"
        f"def who(): return bounded.run({PROGRAM!r}, 'who', seconds=30).output.split()[0].decode()\n"
        "first = who(); time.sleep(3); print(first, who())\n"
    )
    source = Path(bounded.__file__).read_text().replace("IDLE = 60", "IDLE = 1")
    assert "IDLE = 1\n" in source
    copy = tmp_path / "bounded.py"
    copy.write_text(source.replace("Path(__file__).resolve().parents[2]", f"Path({str(settings.BASE_DIR)!r})"))
    program = program.replace("from cchc_index.lib import bounded", "import bounded", 1)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    first, second = done.stdout.split()
    assert first != second
