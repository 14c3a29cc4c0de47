"""What opening the check page and submitting cost, in empty pages of the same run: .venv/bin/python bench/submission.py

DATABASE_URL names a PostgreSQL server where a database may be created; REDIS_URL a broker (without it a folder). One
process, one person after the other, so that a figure is the cost and not the wait. `--profile` prints where it is
spent. Exit 1 above the limits.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from _scratch import ROOT, on_postgres

sys.path.insert(0, str(ROOT))

from appraisal_grid import with_empty_page
from deadline_peak import make_block

EMPTY, CHECK, SUBMIT = "trang trống (nền)", "mở trang kiểm tra", "nộp"
LIMITS = {CHECK: 6.0, SUBMIT: 10.0}
PEOPLE, WARM = 60, 5


def measure(options: argparse.Namespace) -> int:
    from django.db import connection
    from django.test import Client, override_settings
    from django.urls import reverse

    block = make_block(2090, PEOPLE + WARM, 0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    taken: dict[str, list[float]] = {EMPTY: [], CHECK: [], SUBMIT: []}
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
                started = time.perf_counter()
                answer = profile.runcall(step) if profiled else step()
                seconds = time.perf_counter() - started
                assert answer.status_code in (200, 302), (name, answer.status_code)
                if number >= WARM:
                    taken[name].append(seconds)
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    return report(taken)


def report(taken: dict[str, list[float]]) -> int:
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, seconds in medians.items():
        limit = f"   giới hạn {LIMITS[name]:.0f}" if name in LIMITS else ""
        print(f"{name:<24}{seconds * 1000:8.1f} ms {seconds / medians[EMPTY]:6.2f} ×{limit}")
    return sum(medians[name] > limit * medians[EMPTY] for name, limit in LIMITS.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=[CHECK, SUBMIT], default="")
    options = parser.parse_args()
    return on_postgres(lambda: measure(options))


if __name__ == "__main__":
    sys.exit(main())
