"""Waiting for processes that a test has started."""

import socket
import time
import urllib.request
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 40) -> bool:
    """Poll until `condition` holds; the bound is generous because CI machines are slow."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the project's web server is up on this port of the machine."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=2):
            return True
    except OSError:
        return False
