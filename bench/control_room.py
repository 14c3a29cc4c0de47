"""How long the manager's pages take on a block of full size, in empty pages of the same run.

`python bench/control_room.py [--units 53] [--leaves 100]`; everything it writes is rolled back. Beside the time on the
clock stands the processor time of this process, which other work on the machine disturbs less. The last lines ask just
after the standing of one cell has moved, when what is kept of its unit no longer holds.
"""

import argparse
import time
from typing import Any

from _scratch import setup
from appraisal_grid import beside_empty, with_empty_page

ROUNDS = 9
REPORT = "báo cáo rà soát tính thống nhất"
STEERING = "Điều hành"
JUST_MOVED = ", vừa có thay đổi"


def addresses(block: Any) -> dict[str, str]:
    from django.urls import reverse

    round_, group = block.round_group.round, block.round_group.group.code
    year = f"?nam={round_.year}"
    return {
        "trang trống (nền)": f"/trang-trong/{year}",
        STEERING: reverse("results:control") + year,
        "xem trước xếp hạng": reverse("results:preview", args=[round_.year]),
        "lưới cả khối": reverse("appraisal:grid", args=[group, round_.year]),
        REPORT: reverse("appraisal:consistency", args=[group]) + year,
        REPORT + JUST_MOVED: reverse("appraisal:consistency", args=[group]) + year,
        STEERING + JUST_MOVED: reverse("results:control") + year,
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
        worked: dict[str, list[float]] = {name: [] for name in pages}
        moving = [name for name in pages if name.endswith(JUST_MOVED)]
        for names in ([name for name in pages if name not in moving], moving):
            for place in range(ROUNDS + 1):
                for name in names:
                    if name in moving:
                        block.say_again()
                    started, processor = time.perf_counter(), time.process_time()
                    assert client.get(pages[name]).status_code == 200, name
                    if place:  # the first look warms up
                        taken[name].append(time.perf_counter() - started)
                        worked[name].append(time.process_time() - processor)
        own = beside_empty(worked)
        for name, (seconds, ratio) in beside_empty(taken).items():
            with CaptureQueriesContext(connection) as counted:
                client.get(pages[name])
            alone = f"(bộ xử lý {own[name][0] * 1000:6.1f} ms {own[name][1]:6.2f} ×)"
            print(f"{name:<48}{seconds * 1000:8.1f} ms {ratio:6.2f} × {alone} {len(counted):4} truy vấn")


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
