"""A command in a terminal that asks, and the person who answers."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 120


def typed(command: Sequence[str], answers: Mapping[str, str], *, cwd: Path, env: Mapping[str, str]) -> str:
    """Run `command`, type the answer that belongs to each prompt (by its words), return what the screen showed.

    A prompt is what ends in a colon and a blank. AssertionError with the screen when a prompt has no answer, when the
    command does not end in time, or does not end well.
    """
    person, terminal = pty.openpty()
    line = ["setsid", "--ctty", "--wait", *command]
    with subprocess.Popen(line, cwd=cwd, env=dict(env), stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        try:
            screen = _converse(person, answers)
            assert process.wait(timeout=PATIENCE) == 0, screen
        finally:
            process.kill()
            os.close(person)
    return screen


def _converse(person: int, answers: Mapping[str, str]) -> str:
    """Everything shown until the command closes its terminal."""
    screen, read, end = "", 0, time.monotonic() + PATIENCE
    while shown := _shown(person, end - time.monotonic()):
        screen += shown
        if screen.endswith(": "):
            prompt = screen[read:].strip().splitlines()[-1]
            answer = [text for words, text in answers.items() if words in prompt]
            assert answer, screen
            os.write(person, f"{answer[0]}\n".encode())
            read = len(screen)
    return screen


def _shown(person: int, seconds: float) -> str:
    """What the screen shows next; nothing once the command is gone, or the time is over."""
    ready, _, _ = select.select([person], [], [], max(seconds, 0))
    try:
        return os.read(person, 4096).decode(errors="replace") if ready else ""
    except OSError:
        return ""
