"""A process of its own under hard limits of time and memory, for parsers of strangers' files. No Django.

A hostile file can make any parser run for ever or eat the machine; here it can only end its own process.
"""

import resource
import subprocess
import sys
from pathlib import Path

from cchc_index.lib.limits import bound

ROOT = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """The process ran out of time or memory, or the file broke the parser."""


def answer(module: str, *arguments: str, seconds: float) -> bytes:
    """What `python -m module …` prints. Raises Failed for whatever keeps it from printing all of it."""
    command = [sys.executable, "-m", module, *arguments]
    try:
        # A list without a shell; the child takes its words as data
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=seconds, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise Failed from error
    return done.stdout


def confine(memory: int, seconds: int) -> None:
    """Bound the calling process: bytes of memory, seconds of processor; it writes no file."""
    bound(resource.RLIMIT_AS, memory)
    bound(resource.RLIMIT_CPU, seconds)
    bound(resource.RLIMIT_FSIZE, 0)
