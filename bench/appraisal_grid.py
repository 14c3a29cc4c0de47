"""How long the council's pages take on a block of full size, beside an empty page of the same site.

`python bench/appraisal_grid.py [--units 53] [--leaves 100]` works on the database of DATABASE_URL; without
one, on SQLite in a scratch folder. Everything it writes is rolled back. Both pages pass the same middleware
with the same signed-in person in the same run, turn by turn: trust the ratios, not the milliseconds. Beside the time
on the clock stands the processor time of this process, which other work on the machine disturbs less; what the
database computes is in the first alone.
"""

import argparse
import statistics
import time
from types import ModuleType
from typing import Any

from _scratch import setup

ROUNDS = 25
MOVED = "lưới, một đơn vị vừa có bước mới"
UNKEPT = "lưới, chưa ai xem (bộ nhớ đệm trống)"


def with_empty_page() -> ModuleType:
    """The site's addresses and one more: the frame of a page with nothing in it."""
    from django.shortcuts import render
    from django.urls import include, path

    site = ModuleType("measured_site")
    site.urlpatterns = [  # type: ignore[attr-defined]
        path("trang-trong/", lambda request: render(request, "base.html")),
        path("", include("cchc_index.urls")),
    ]
    return site


def addresses(block: Any) -> dict[str, str]:
    from django.urls import reverse

    group = block.round_group.group.code
    unit, leaf = block.units[-1].code, block.leaves[-1].code
    year = f"?nam={block.round_group.round.year}"
    grid = reverse("appraisal:grid", args=[group, block.round_group.round.year])
    named = {
        "lưới cả khối": grid,
        MOVED: grid,
        UNKEPT: grid,
        "theo đơn vị (mọi tiêu chí của một đơn vị)": reverse("appraisal:unit", args=[group, unit]),
        "theo tiêu chí (mọi đơn vị ở một tiêu chí)": reverse("appraisal:criterion", args=[group, leaf]),
        "màn hình thẩm định một tiêu chí": reverse("appraisal:cell", args=[group, unit, leaf]),
        "trang đầu của Hội đồng": reverse("appraisal:home"),
    }
    return {name: address + year for name, address in named.items()}


def disturb(block: Any, name: str) -> None:
    """What has happened just before the page is asked for."""
    from django.core.cache import cache
    from django.db.models import F

    from appraisal.models import Appraisal
    from criteria.actions import inputs_changed

    if name == UNKEPT:
        cache.clear()
    if name == MOVED:
        Appraisal.objects.filter(unit=block.units[0], criterion=block.leaves[0]).update(version=F("version") + 1)
        inputs_changed(block.round_group.pk)


def measure(block: Any) -> None:
    from django.conf import settings
    from django.test import Client, override_settings

    hosts = settings.ALLOWED_HOSTS or ["testserver"]
    with override_settings(ROOT_URLCONF=with_empty_page(), ALLOWED_HOSTS=[*hosts, "testserver"]):
        client = Client()
        client.force_login(block.member)
        pages = {"trang trống (nền)": f"/trang-trong/?nam={block.round_group.round.year}", **addresses(block)}
        taken: dict[str, list[float]] = {name: [] for name in pages}
        worked: dict[str, list[float]] = {name: [] for name in pages}
        sizes = {name: len(client.get(address).content) for name, address in pages.items()}
        for _ in range(ROUNDS):
            for name, address in pages.items():
                disturb(block, name)
                started, processor = time.perf_counter(), time.process_time()
                answer = client.get(address)
                taken[name].append(time.perf_counter() - started)
                worked[name].append(time.process_time() - processor)
                assert answer.status_code == 200, (name, answer.status_code)
    own = beside_empty(worked)
    for name, (seconds, ratio) in beside_empty(taken).items():
        alone = f"(bộ xử lý {own[name][0] * 1000:6.1f} ms {own[name][1]:6.2f} ×)"
        print(f"{name:<44}{seconds * 1000:8.1f} ms {ratio:6.2f} × {alone}{sizes[name] / 1024:8.0f} KB")


def beside_empty(taken: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    """{page: (its median, how many times that of the first page)}"""
    medians = {name: statistics.median(times) for name, times in taken.items()}
    empty = next(iter(medians.values()))
    return {name: (seconds, seconds / empty) for name, seconds in medians.items()}


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
