"""The same work by several people at once."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(work: Callable[[int], Any], number: int) -> list[Any]:
    """What each of `number` threads got: an answer or the exception."""
    barrier, got = threading.Barrier(number), []

    def run(turn: int) -> None:
        try:
            barrier.wait()
            got.append(work(turn))
        except Exception as error:  # the test looks at them
            got.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got
