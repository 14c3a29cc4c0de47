"""Attempts that start together, for the tests of races."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*attempts: Callable[[], object]) -> list[str]:
    """Run the attempts together; the name of what each ended with."""
    gate = threading.Barrier(len(attempts))
    ends = [""] * len(attempts)

    def run(index: int) -> None:
        gate.wait()
        try:
            attempts[index]()
            ends[index] = "saved"
        except Exception as error:
            ends[index] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)
