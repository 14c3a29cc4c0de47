"""The day of the publication: 200 readers at once, each a page every two seconds, and somebody who works meanwhile.

.venv/bin/python bench/readers.py [--readers 200] [--seconds 120]

Starts gunicorn on loopback as deploy/cchc-web.service says, on a scratch database of the PostgreSQL server that
DATABASE_URL names, with a publication of 53 units × 61 criteria. An officer opens the check page of 60 criteria before
the readers come and among them. Nothing is drawn before they come, and each page grows too old once.
Times as multiples of an empty page (`/suc-khoe/`) before the readers come.
Exit 1 when p95 of the readers is over 25 empty pages, or an answer is none.
"""

import argparse
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from _clients import Answer, Browser, free_port, timed
from _scratch import on_postgres
from deadline_peak import command_of, make_block, percentile, running, settle, wait_for

LIMIT = 25
UNITS, LEAVES = 53, 30
EMPTY = "/suc-khoe/"
PAUSE = 2.0


def pages() -> list[str]:
    """The addresses of what is published."""
    from results.tests import bundles
    from results.tests.published import publish

    publish(bundles.small(UNITS, LEAVES))
    home = "/xep-hang/2031/123-qd-ubnd/"
    units = [f"{home}don-vi/so/S{n:02d}/" for n in range(1, UNITS + 1)]
    criteria = [f"{home}tieu-chi/so/{area}.{n}/" for area in (1, 2) for n in range(1, LEAVES + 1)]
    data = ["/tai-ve/2031/123-qd-ubnd/chi-so-cchc-2031.json", "/api/v1/publications/2031/123-qd-ubnd/ranking"]
    return ["/xep-hang/", home, f"{home}so-sanh/so/", "/nhieu-nam/", "/du-lieu/", *units, *criteria, *data]


def opened(browser: Browser, address: str) -> Answer:
    def get(browser: Browser) -> tuple[bool, int, str]:
        status, _, text = browser.ask("GET", address)
        return status == 200, status, text

    return timed(browser, get)


def asked(port: int, session: str, choose: Callable[[], str], until: float, pause: float, into: list[Answer]) -> None:
    """One person, who opens a page, reads it, opens the next."""
    while time.monotonic() < until:
        browser = Browser(port, session)
        into.append(opened(browser, choose()))
        browser.connection.close()
        time.sleep(pause * random.uniform(0.5, 1.5))


def crowd(port: int, addresses: list[str], readers: int, seconds: float) -> list[Answer]:
    """`readers` people for so many seconds; they come within the first two."""
    taken: list[Answer] = []
    until = time.monotonic() + seconds

    def one() -> None:
        time.sleep(random.uniform(0, PAUSE))
        asked(port, "", lambda: random.choice(addresses), until, PAUSE, taken)

    people = [threading.Thread(target=one) for _ in range(readers)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return taken


def measure(options: argparse.Namespace) -> int:
    port, folder = free_port(), Path(os.environ["VAR_DIR"])
    addresses, block = pages(), make_block(2091, 60, 0)
    worker = block.heads[0]
    check = f"/tu-danh-gia/{worker.assessment}/kiem-tra/"
    command = command_of("cchc-web")
    command[command.index("--bind") + 1] = f"127.0.0.1:{port}"
    with running(command, folder / "web.log"):
        wait_for(port, folder / "web.log")
        settle(port, block)
        empty, alone, among = list[Answer](), list[Answer](), list[Answer]()
        asked(port, "", lambda: EMPTY, time.monotonic() + 5, 0.1, empty)
        asked(port, worker.session, lambda: check, time.monotonic() + 5, 0.1, alone)
        officer = threading.Thread(
            target=asked,
            args=(port, worker.session, lambda: check, time.monotonic() + options.seconds, 0.2, among),
        )
        officer.start()
        read = crowd(port, addresses, options.readers, options.seconds)
        officer.join()
    return report(empty, {"bạn đọc": read, "cán bộ, trước": alone, "cán bộ, cùng lúc": among})


def report(empty: list[Answer], taken: dict[str, list[Answer]]) -> int:
    unit = percentile(empty, 50)
    print(f"trang trống: p50 {unit * 1000:.1f} ms")
    for name, answers in taken.items():
        wrong = sum(not answer.good for answer in answers)
        p50, p95 = percentile(answers, 50) / unit, percentile(answers, 95) / unit
        print(f"{name:<18}{len(answers):>6} lượt   p50 {p50:6.1f} ×   p95 {p95:6.1f} ×   lỗi {wrong}")
    wrong = sum(not answer.good for answers in taken.values() for answer in answers)
    return wrong + (percentile(taken["bạn đọc"], 95) > LIMIT * unit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    return on_postgres(lambda: measure(options))


if __name__ == "__main__":
    sys.exit(main())
