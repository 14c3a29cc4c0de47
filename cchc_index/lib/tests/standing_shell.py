"""A shell of an installation that stands ready, for tests: each piece of Python runs in a process forked from it, as a
new `manage.py shell` would run it, without the seconds that one takes to begin.

Pieces come in by line as JSON; what each printed and its fault ("" for none) go out the same way.
"""

import io
import json
import os
import sys
import traceback
from contextlib import redirect_stdout
from typing import Any

import django


def main() -> None:
    django.setup()
    from django.core.management.commands.shell import Command

    names = Command().get_namespace(verbosity=0)
    for line in sys.stdin:
        print(_run_apart(json.loads(line), names), flush=True)


def _run_apart(piece: str, names: dict[str, Any]) -> str:
    """The answer of a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            answer.write(json.dumps(_run(piece, names)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told or json.dumps(["", "the process ended without an answer"])


def _run(piece: str, names: dict[str, Any]) -> tuple[str, str]:
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            exec(piece, names)  # noqa: S102 (what a test wrote)
    except BaseException:
        return printed.getvalue(), traceback.format_exc()
    return printed.getvalue(), ""


if __name__ == "__main__":
    main()
