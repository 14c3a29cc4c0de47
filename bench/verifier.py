"""What it costs to verify a publication of any size, by the file that readers download and by the installation's own.

.venv/bin/python bench/verifier.py [--units 10000] [--leaves 120]

A publication is made and written into a scratch folder; each verifier runs in a process of its own, whose time and most
memory are printed, the time also as a multiple of reading the JSON alone. Exit 1 where one of them refuses it or takes
more than MEGABYTES.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from results import bundle
from results.ranking import SCORED
from results.tests.bundles import header

ROOT = Path(__file__).resolve().parent.parent
MEGABYTES = 600
BARE = "import json, sys; json.load(open(sys.argv[1], encoding='utf-8'))"


def group_of(unit_count: int, leaf_count: int) -> dict[str, Any]:
    """A block whose every cell is scored."""
    chance = random.Random(53)
    area = _criterion("1", None, str(leaf_count))
    leaves = [_criterion(f"1.{n}", "1", "1", n > leaf_count * 7 // 10) for n in range(1, leaf_count + 1)]
    units = [{"code": f"U{n:05d}", "name": f"Đơn vị {n}"} for n in range(unit_count)]
    cells = [_cell(unit["code"], leaf, chance) for unit in units for leaf in leaves]
    policies = {"na": "rescale", "ties": "competition", "bands": [{"name": "Tốt", "from": "80"}]}
    names = {"code": "so", "name": "Sở", "decision": "3598/QĐ-UBND", "note": ""}
    return {**names, "policies": policies, "criteria": [area, *leaves], "units": units, "cells": cells}


def _criterion(code: str, parent: str | None, most: str, surveyed: bool = False) -> dict[str, Any]:
    return {
        "code": code,
        "printed_code": code,
        "name": f"Tiêu chí {code}",
        "parent": parent,
        "is_leaf": parent is not None,
        "source": "" if parent is None else "survey" if surveyed else "self",
        "kind": "normal",
        "max_points": most,
        "provenance": "illustrative",
    }


def _cell(unit: str, leaf: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    surveyed = leaf["source"] == "survey"
    points = bundle.exact(bundle.number(f"{chance.randrange(10_001) / 10_000:.4f}"))
    asked = {"self_points": None if surveyed else "1", "ballots": 30 if surveyed else None}
    return {"unit": unit, "criterion": leaf["code"], "state": SCORED, "points": points, **asked}


def timed(command: list[str]) -> tuple[int, float, int]:
    """Exit code, seconds of the processor and the most megabytes of a process."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--leaves", type=int, default=120)
    parser.add_argument("--write", type=Path, help="nơi ghi bản công bố; không đo gì")
    options = parser.parse_args()
    if options.write:
        made = bundle.build(header(), [group_of(options.units, options.leaves)])
        options.write.write_text(bundle.text_of(made), encoding="utf-8")
        return 0
    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as folder:
        path = Path(folder) / "chi-so-cchc-2024.json"
        # A process begins with the memory of the one that starts it, which therefore stays small.
        size_of = ["--units", str(options.units), "--leaves", str(options.leaves)]
        subprocess.run([sys.executable, __file__, *size_of, "--write", str(path)], check=True)
        size = path.stat().st_size / 1024 / 1024
        print(f"bản công bố {options.units} đơn vị × {options.leaves} tiêu chí: {size:.0f} MB")
        bare = timed([sys.executable, "-c", BARE, str(path)])
        own = timed([sys.executable, "-m", "results.bundle", str(path)])
        offered = timed([sys.executable, "-I", str(ROOT / "results" / "verify.py"), str(path)])
    print(f"json.load: {bare[1]:.1f} s, {bare[2]} MB")
    for name, (code, seconds, most) in (("results.bundle", own), ("verify.py", offered)):
        print(f"{name}: mã thoát {code}, {seconds:.0f} s ({seconds / bare[1]:.1f} × json.load), {most} MB")
    small = max(own[2], offered[2]) <= MEGABYTES
    return 0 if (own[0], offered[0]) == (0, 3) and small else 1


if __name__ == "__main__":
    sys.exit(main())
