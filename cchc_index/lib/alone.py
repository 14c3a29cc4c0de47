"""One process at a time: a lock that dies with its holder, so that a killed command leaves nothing to clean up."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of that file; waits while another process of this machine holds it."""
    with path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
