"""How long the manager's pages take on a block of full size, in empty pages of the same run.

`python bench/control_room.py [--units 53] [--leaves 100]`; everything it writes is rolled back.
"""

import argparse
import statistics
import time
from typing import Any

from _scratch import setup
from appraisal_grid import with_empty_page

ROUNDS = 9


def addresses(block: Any) -> dict[str, str]:
    from django.urls import reverse

    round_, group = block.round_group.round, block.round_group.group.code
    year = f"?nam={round_.year}"
    return {
        "trang trống (nền)": f"/trang-trong/{year}",
        "Điều hành": reverse("results:control") + year,
        "xem trước xếp hạng": reverse("results:preview", args=[round_.year]),
        "báo cáo rà soát tính thống nhất": reverse("appraisal:consistency", args=[group]) + year,
    }


def measure(block: Any) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext

    from units.models import Role
    from units.tests.factories import person

    hosts = settings.ALLOWED_HOSTS or ["testserver"]
    with override_settings(ROOT_URLCONF=with_empty_page(), ALLOWED_HOSTS=[*hosts, "testserver"]):
        client = Client()
        client.force_login(person(Role.INDEX_MANAGER))
        pages = addresses(block)
        taken: dict[str, list[float]] = {name: [] for name in pages}
        for place in range(ROUNDS + 1):
            for name, address in pages.items():
                started = time.perf_counter()
                assert client.get(address).status_code == 200, name
                if place:  # the first look warms up
                    taken[name].append(time.perf_counter() - started)
        empty = statistics.median(taken["trang trống (nền)"])
        for name, address in pages.items():
            with CaptureQueriesContext(connection) as counted:
                client.get(address)
            seconds = statistics.median(taken[name])
            print(f"{name:<36}{seconds * 1000:8.1f} ms {seconds / empty:6.2f} × {len(counted):4} truy vấn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=53)
    parser.add_argument("--leaves", type=int, default=100)
    options = parser.parse_args()
    setup()
    from django.db import connection, transaction

    from appraisal.tests.large_block import large_block

    with transaction.atomic():
        block = large_block(options.units, options.leaves)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {options.units} đơn vị × {options.leaves} tiêu chí, mỗi trang {ROUNDS} lần")
        measure(block)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
