"""How long a workbook of ballots takes to be read, guarded and validated, beside the bare read of fastexcel.

`python bench/sheets.py [--ballots 200000] [--questions 40] [--runs 3]`. Each run is a process of its own, the two
readers in turn; shown is the median of the seconds and the most memory: for ours the largest process and, in brackets,
the sum over its processes, each at its own most.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UNITS = 52


def workbook(path: Path, ballots: int, questions: int) -> None:
    import numpy as np
    from openpyxl import Workbook

    answers = np.random.default_rng(1).integers(0, 6, size=(ballots, questions))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Phiếu")
    sheet.append(["Mã phiếu", "Mã đơn vị", *[f"1.{n + 1}" for n in range(questions)]])
    for n, row in enumerate(answers.tolist()):
        sheet.append([f"P{n}", f"B{n % UNITS:05d}", *[value or None for value in row]])
    book.save(path)


def bare(path: Path, questions: int) -> Callable[[], int]:
    import fastexcel

    def read() -> int:
        return int(fastexcel.read_excel(path).load_sheet(0).height)

    return read


def ours(path: Path, questions: int) -> Callable[[], int]:
    sys.path.insert(0, str(ROOT))
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")
    django.setup()
    from cchc_index.lib import codes
    from surveys.ballots.sheet import read_ballots
    from surveys.places import Leaf, Places
    from surveys.plan.queries import DEFAULT_OPTIONS
    from surveys.plan.scale import Scale

    leaves = tuple(Leaf(n, f"1.{n + 1}", "", f"Câu {n}", "survey", Decimal(1)) for n in range(questions))
    units = {f"B{n:05d}": n + 1 for n in range(UNITS)}
    places = Places(leaves, units, codes.by_spelling(units))
    scale = Scale({value: label for value, label, _ in DEFAULT_OPTIONS})

    def read() -> int:
        found = read_ballots(path, name=path.name, places=places, scale=scale, max_bytes=1 << 30)
        if found.faults:
            raise SystemExit(str(found.faults[0]))
        return len(found.codes)

    return read


READERS: dict[str, Callable[[Path, int], Callable[[], int]]] = {"bare": bare, "ours": ours}


def one_run(which: str, path: Path, questions: int) -> None:
    """In a process of its own: what was imported before the clock starts is no part of the read."""
    read = READERS[which](path, questions)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows = read()
    seconds = time.perf_counter() - start
    mine, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"rows": rows, "seconds": seconds, "before": before, "mine": mine, "children": children}))


def measured(which: str, path: Path, questions: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", which, "--file", str(path), "--questions", str(questions)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def compare(ballots: int, questions: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "phieu.xlsx"
        workbook(path, ballots, questions)
        print(f"{ballots} phiếu × {questions} câu, {path.stat().st_size / 2**20:.1f} MB")
        found = {which: [] for which in READERS}  # type: dict[str, list[dict[str, Any]]]
        for _ in range(runs):
            for which in READERS:
                found[which].append(measured(which, path, questions))
    seconds = {which: statistics.median(run["seconds"] for run in found[which]) for which in READERS}
    most = {which: max(max(run["mine"], run["children"]) for run in found[which]) / 1024 for which in READERS}
    together = max(run["mine"] + run["children"] for run in found["ours"]) / 1024
    print(f"fastexcel, đọc không{seconds['bare']:28.2f} s{most['bare']:10.0f} MB")
    print(f"đọc, kiểm tra, đối chiếu{seconds['ours']:24.2f} s{most['ours']:10.0f} MB [{together:.0f} MB]")
    print(f"tỷ lệ{seconds['ours'] / seconds['bare']:43.2f} ×{most['ours'] / most['bare']:10.2f} ×", end=" ")
    print(f"[{together / most['bare']:.2f} ×]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", choices=READERS)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.one:
        one_run(options.one, options.file, options.questions)
    else:
        compare(options.ballots, options.questions, options.runs)


if __name__ == "__main__":
    main()
