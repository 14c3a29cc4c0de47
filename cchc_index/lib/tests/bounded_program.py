"""What a bounded program may come to; run by test_bounded through its server."""

import os
import signal
import sys
import time

from cchc_index.lib.limits import bound

started = os.getpid()


def prepare() -> None:
    globals()["prepared"] = os.getpid()


def main(arguments: list[str]) -> int | None:
    what, *more = arguments
    if what == "say":
        sys.stdout.write(" ".join(more))
    elif what == "who":
        sys.stdout.write(f"{globals()['prepared']} {os.getpid()}")
    elif what == "environment":
        sys.stdout.write(" ".join(sorted(os.environ)))
    elif what == "places":
        sys.stdout.write(" ".join(sorted(os.listdir("/proc/self/fd"))))
    elif what == "much":
        sys.stdout.write("x" * int(more[0]))
    elif what == "code":
        return int(more[0])
    elif what == "fail":
        raise RuntimeError(what)
    elif what == "sleep":
        sys.stdout.write(str(os.getpid()))
        sys.stdout.flush()
        time.sleep(60)
    elif what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "eat":
        import resource

        bound(resource.RLIMIT_AS, 1 << 28)
        sys.stdout.write(str(len(bytearray(1 << 30))))
    return None
