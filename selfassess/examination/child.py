"""A process of its own under hard limits of time and memory, for parsers of strangers' files. No Django.

A hostile file can make any parser run for ever or eat the machine; here it can only end its own process.
"""

import resource

from cchc_index.lib import bounded
from cchc_index.lib.limits import bound


class Failed(Exception):
    """The process ran out of time or memory, or the file broke the parser."""


def answer(program: str, *arguments: str, seconds: float) -> bytes:
    """What the program writes. Raises Failed for whatever keeps it from writing all of it."""
    try:
        done = bounded.run(program, *arguments, seconds=seconds)
    except (TimeoutError, bounded.Vanished) as error:
        raise Failed from error
    if done.code:
        raise Failed(f"exit {done.code}")
    return done.output


def confine(memory: int, seconds: int) -> None:
    """Bound the calling process: bytes of memory, seconds of processor; it writes no file."""
    bound(resource.RLIMIT_AS, memory)
    bound(resource.RLIMIT_CPU, seconds)
    bound(resource.RLIMIT_FSIZE, 0)
