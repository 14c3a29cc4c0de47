"""What opening the check page and submitting cost, in empty pages of the same run: .venv/bin/python bench/submission.py

DATABASE_URL names a PostgreSQL server where a database may be created; REDIS_URL a broker (without it a folder). One
process, one person after the other, so that a figure is the cost and not the wait. Beside the time stands what of it
the processor worked, for us and for our PostgreSQL backend on this machine: where others work on the machine too,
`--processor` judges by that. `--units 180 --leaves 120` makes the block larger; `--profile` prints where it is spent.
Exit 1 above the limits.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from _scratch import ROOT, on_postgres

sys.path.insert(0, str(ROOT))

from appraisal_grid import with_empty_page
from deadline_peak import make_block

EMPTY, CHECK, SUBMIT = "trang trống (nền)", "mở trang kiểm tra", "nộp"
LIMITS = {CHECK: 6.0, SUBMIT: 10.0}
WARM = 5
StepTimes = dict[str, list[tuple[float, float]]]
"""Of each step the seconds that passed and those of the processor."""


def measure(options: argparse.Namespace) -> int:
    from django.db import connection
    from django.test import Client, override_settings
    from django.urls import reverse

    block = make_block(2090, options.units, 0, options.leaves)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    taken: StepTimes = {EMPTY: [], CHECK: [], SUBMIT: []}
    profile = cProfile.Profile()
    with override_settings(ROOT_URLCONF=with_empty_page(), ALLOWED_HOSTS=["testserver"]):
        for number, head in enumerate(block.heads):
            client = Client()
            client.cookies["sessionid"] = head.session
            pk = [head.assessment]
            steps: dict[str, Callable[[], Any]] = {
                EMPTY: partial(client.get, "/trang-trong/?nam=2090"),
                CHECK: partial(client.get, reverse("selfassess:check", args=pk)),
                SUBMIT: partial(client.post, reverse("selfassess:submit", args=pk)),
            }
            for name, step in steps.items():
                profiled = options.profile == name and number >= WARM
                started, worked = time.perf_counter(), processor()
                answer = profile.runcall(step) if profiled else step()
                seconds = time.perf_counter() - started, processor() - worked
                assert answer.status_code in (200, 302), (name, answer.status_code)
                if number >= WARM:
                    taken[name].append(seconds)
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    return report(taken, options.processor)


def processor() -> float:
    """Seconds that this process and its PostgreSQL backend, on this machine, have spent on a processor."""
    from django.db import connection

    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(backend.read_text().split()[0]) / 1e9


def report(taken: StepTimes, by_processor: bool) -> int:
    passed, worked = ({name: statistics.median(pairs) for name, pairs in each.items()} for each in _apart(taken))
    for name in taken:
        limit = f"   giới hạn {LIMITS[name]:.0f}" if name in LIMITS else ""
        print(
            f"{name:<24}{passed[name] * 1000:8.1f} ms {passed[name] / passed[EMPTY]:6.2f} ×   "
            f"bộ xử lý {worked[name] * 1000:8.1f} ms {worked[name] / worked[EMPTY]:6.2f} ×{limit}"
        )
    judged = worked if by_processor else passed
    return sum(judged[name] > limit * judged[EMPTY] for name, limit in LIMITS.items())


def _apart(taken: StepTimes) -> list[dict[str, list[float]]]:
    return [{name: [pair[at] for pair in pairs] for name, pairs in taken.items()} for at in (0, 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=65)
    parser.add_argument("--leaves", type=int, default=60)
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--profile", choices=[CHECK, SUBMIT], default="")
    options = parser.parse_args()
    return on_postgres(lambda: measure(options))


if __name__ == "__main__":
    sys.exit(main())
