"""How long the index of one block takes, against a bare sum of the same Decimals in the same run.

.venv/bin/python bench/ranking.py [UNITS] [CRITERIA]
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from results.ranking import SCORED, LeafStanding, Policies, TreeRow, compute

REPEATS = 7


def median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main(unit_count: int = 52, leaf_count: int = 120) -> None:
    rng = random.Random(52)
    rows = [
        TreeRow(str(i), None, True, "self" if i < leaf_count * 2 // 3 else "survey", "normal", Decimal(1))
        for i in range(leaf_count)
    ]
    units = {
        f"U{i}": {row.code: LeafStanding(SCORED, Decimal(rng.randint(0, 10000)).scaleb(-4)) for row in rows}
        for i in range(unit_count)
    }
    index = median_ms(lambda: compute(rows, Policies(), units))
    bare = median_ms(lambda: [sum(cell.points or 0 for cell in cells.values()) for cells in units.values()])
    print(f"{unit_count} đơn vị × {leaf_count} tiêu chí: chỉ số {index:.2f} ms, cộng trần {bare:.2f} ms")
    print(f"tỷ lệ {index / bare:.1f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
