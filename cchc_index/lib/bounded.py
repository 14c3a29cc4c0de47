"""Programs that read strangers' files, each file in a process of its own that the kernel bounds.

A Python with a parser's libraries takes up to a second to start, most files a hundredth to read. So each program has a
server that holds its libraries and forks a process for every file. The server never sees what is read, and ends when
nobody has asked for IDLE seconds or whoever may ask is gone.

A program is a module without Django that offers `prepare()`, which imports what it needs, and `main(arguments)`, which
bounds its own process first, writes to standard output, and returns the exit code (None: 0).
"""

import atexit
import gc
import importlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn

IDLE = 60
LONGEST = 32 * 1024
"""Bytes of the arguments of one call."""
ROOT = Path(__file__).resolve().parents[2]
# A server that forks has no threads, and what a parser cannot read it cannot give away.
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_log = logging.getLogger(__name__)


class Vanished(Exception):
    """The process ended without a word on how: the machine is out of memory, or somebody killed it."""


@dataclass(frozen=True, slots=True)
class ProgramAnswer:
    """The exit code (a signal is negative), what was written, the seconds of processor and the peak of memory."""

    code: int
    output: bytes
    seconds: float
    kilobytes: int


def run(program: str, *arguments: str, seconds: float) -> ProgramAnswer:
    """What `program` (the name of a module) answers to these arguments.

    Raises TimeoutError after `seconds` by the clock, when the process is killed, and Vanished.
    """
    answer = _asked(program, arguments, seconds) or _asked(program, arguments, seconds)
    if answer is None:
        raise Vanished(program)
    _log.debug("%s: exit %d, %.2f s, %d KB", program, answer.code, answer.seconds, answer.kilobytes)
    return answer


def _asked(program: str, arguments: tuple[str, ...], seconds: float) -> ProgramAnswer | None:
    """None where the server went away with the question: it may have been idle for too long."""
    deadline = time.monotonic() + seconds
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    with ours, theirs, open(reading, "rb", buffering=0) as output:
        try:
            _send(program, json.dumps(arguments).encode(), [theirs.fileno(), writing])
        except OSError:
            return None
        finally:
            os.close(writing)
        theirs.close()
        written = bytearray()
        while piece := _within(deadline, output.fileno()):
            written += piece
        ended = _within(deadline, ours.fileno())
    return ProgramAnswer(**json.loads(ended), output=bytes(written)) if ended else None


def _within(deadline: float, place: int) -> bytes:
    """The next bytes, b"" at the end. Raises TimeoutError."""
    waiting = select.poll()  # a busy process holds more than the 1,024 places that select() knows
    waiting.register(place, select.POLLIN)
    if not waiting.poll(max(0, deadline - time.monotonic()) * 1000):
        raise TimeoutError
    return os.read(place, 1 << 20)


_servers: dict[str, socket.socket] = {}
"""Shared with the processes that this one forks: a question is one message, whoever sends it."""
_one_at_a_time = Lock()


@atexit.register
def _let_go() -> None:
    """Servers end when nobody can ask them any more."""
    while _servers:
        _servers.popitem()[1].close()


def _send(program: str, question: bytes, places: list[int]) -> None:
    if len(question) > LONGEST:
        raise ValueError(f"{len(question)} bytes of arguments")
    with _one_at_a_time:
        if program not in _servers:
            _servers[program] = _started(program)
        try:
            socket.send_fds(_servers[program], [question], places)
        except OSError:
            _servers.pop(program).close()
            raise


def _started(program: str) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        place = theirs.fileno()
        subprocess.run(  # noqa: S603 – our own interpreter and our own file
            [sys.executable, "-I", __file__, program, str(place)],
            cwd=ROOT,
            env=_ENVIRONMENT,
            pass_fds=[place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    return ours


# --- inside the server ------------------------------------------------------------------------------


def _serve(program: str, place: str) -> None:
    if os.fork():
        return  # nobody's child: whoever started it has nothing to wait for
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.insert(0, str(ROOT))
    frame = types.ModuleType("cchc_index")  # the package without its own start, which would bring the whole site up
    frame.__path__ = [str(ROOT / "cchc_index")]
    sys.modules["cchc_index"] = frame
    module = importlib.import_module(program)
    module.prepare()
    gc.freeze()
    control = socket.socket(fileno=int(place))
    control.settimeout(IDLE)
    while True:
        try:
            question, places, _, _ = socket.recv_fds(control, LONGEST, 2)
        except TimeoutError:
            return
        if not question:
            return
        if os.fork() == 0:
            control.close()
            _watch(module, json.loads(question), *places)
        for each in places:
            os.close(each)


def _watch(module: types.ModuleType, arguments: list[str], asking: int, output: int) -> NoReturn:
    """Let a process do the work; kill it when whoever asked has gone; say how it ended."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        worker = os.fork()
        if worker == 0:
            _work(module, arguments, output)
        os.close(output)
        ended = os.pidfd_open(worker)
        ready, _, _ = select.select([ended, asking], [], [])
        if ended not in ready:
            os.kill(worker, signal.SIGKILL)
        _, status, used = os.wait4(worker, 0)
        how = {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": used.ru_utime + used.ru_stime,
            "kilobytes": used.ru_maxrss,
        }
        os.write(asking, json.dumps(how).encode())
    finally:
        os._exit(0)


def _work(module: types.ModuleType, arguments: list[str], output: int) -> NoReturn:
    code = 1
    try:
        os.dup2(output, 1)
        os.closerange(3, 256)
        code = module.main(arguments) or 0
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
