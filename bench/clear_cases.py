"""How long a member of the council takes over a clear case, and how many keys: .venv/bin/python bench/clear_cases.py

The product is served on a scratch folder; Chromium works it as a member does: a unit's list, its first line, then one
key a case. The clock runs from the moment a case is there to be read until the next one is, so it holds the half
second that a page must have been seen before a key writes. Nobody reads here: what a person needs to judge comes on
top. Beside it, turn by turn, an empty page of the same run: the frame with one sentence.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from _scratch import ROOT

sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from cchc_index.lib.tests.browser import Site

UNIT, MOST = "DV2", 31
EMPTY = "/tham-dinh/khong-co-trang-nay/"


class Member:
    """A member at the keyboard: counts what they press."""

    def __init__(self, page: "Page") -> None:
        self.page, self.keys = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def settle(self) -> None:
        """The case on the screen recognised, the next one there and its keys awake."""
        before = self.page.url
        self.press("c")
        self.page.wait_for_url(lambda address: address != before)
        self.awake()

    def awake(self) -> None:
        """The page has been seen long enough for a key to write."""
        self.page.locator("[data-armed]:not([data-waiting])").first.wait_for()


def clocked(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(site: "Site", cases: int) -> None:
    from cchc_index.lib.tests.browser import chromium, signed_in

    with chromium() as browser:
        member = Member(signed_in(browser, site, "thamdinh.pc"))
        beside = signed_in(browser, site, "thamdinh.pc")
        member.page.goto(f"/tham-dinh/khoi/so/don-vi/{UNIT}/?loc=cho")
        for key in ("j", "Enter"):
            member.page.keyboard.press(key)
        member.page.wait_for_url(f"**/{UNIT}/1.1/**")
        member.awake()
        taken, empty = [], []
        for _ in range(cases):
            taken.append(clocked(member.settle))
            empty.append(clocked(lambda: beside.goto(EMPTY)))
        report(taken, empty, member.keys)


def report(taken: list[float], empty: list[float], keys: int) -> None:
    case, page = statistics.median(taken), statistics.median(empty)
    print(f"{len(taken)} trường hợp rõ ràng: trung vị {case:.2f} s, {keys / len(taken):.2f} phím mỗi trường hợp")
    print(f"trang trống cùng lần chạy: trung vị {page:.2f} s; một trường hợp bằng {case / page:.1f} trang trống")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=25, choices=range(1, MOST + 1), metavar=f"1-{MOST}")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
    import django

    django.setup()
    from appraisal.tests.review.review_pages import step
    from cchc_index.lib.tests.browser import Site

    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as folder:
        site = Site(Path(folder))
        site.must("migrate", "--verbosity", "0")
        site.python(step("seed"))
        with site.served():
            measure(site, options.cases)


if __name__ == "__main__":
    main()
