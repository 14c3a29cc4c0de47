"""How long the index of one block takes, beside baselines in the same run: trust the ratios, not the milliseconds.

.venv/bin/python bench/ranking.py [--units 53 156] [--large 10000] [--leaves 120]

Works on the database of DATABASE_URL; without one, on SQLite in a scratch folder. Everything it writes is rolled back.

- In memory: `results.ranking.compute` beside a bare sum of the same Decimals.
- `--units`: a recomputation after one cell has changed (reading, digest, arithmetic, the new rows, the switch) beside
  SELECT, sum and sort of the same rows.
- `--large`: the same beside pandas that reads these rows, groups, ranks and writes one row per unit; and the most
  memory that this process has held.

Times are of the processor and, where the database is another process, of the clock. Exit 1 above 5 and 2 times.
"""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from _scratch import setup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from results.ranking import SCORED, LeafStanding, Policies, TreeRow, compute

REPEATS = 7
MOST, MOST_OF_PANDAS = 5, 2
MEGABYTES = 600
SOURCES = {
    "selfassess_selfscore": "JOIN selfassess_selfassessment a ON a.id = assessment_id WHERE a.round_group_id = {block}",
    "appraisal_appraisal": "WHERE t.round_group_id = {block}",
    "surveys_surveyscore": "WHERE t.round_group_id = {block}",
}
"""Where the points of a block are stored, and how its rows are found."""


def median_ms(work: Callable[[], object], repeats: int = REPEATS, before: Callable[[], object] = bool) -> float:
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    times = []
    for _ in range(repeats):
        before()
        started = clock()
        work()
        times.append((clock() - started) * 1000)
    return statistics.median(times)


def in_memory(unit_count: int, leaf_count: int) -> None:
    rng = random.Random(52)
    rows = [
        TreeRow(str(i), None, True, "self" if i < leaf_count * 7 // 10 else "survey", "normal", Decimal(1))
        for i in range(leaf_count)
    ]
    units = {
        f"U{i}": {row.code: LeafStanding(SCORED, Decimal(rng.randint(0, 10000)).scaleb(-4)) for row in rows}
        for i in range(unit_count)
    }
    index = median_ms(lambda: compute(rows, Policies(), units))
    bare = median_ms(lambda: [sum(cell.points or 0 for cell in cells.values()) for cells in units.values()])
    told = f"chỉ số {index:.1f} ms, cộng trần {bare:.1f} ms"
    print(f"trong bộ nhớ, {unit_count} đơn vị × {leaf_count} tiêu chí: {told}, {index / bare:.1f} ×")


# --- a block in the database ------------------------------------------------------------------------


def block_of(unit_count: int, leaf_count: int, year: int) -> Any:
    """A block whose every cell has its points: one unit through the actions, the others copied by the database."""
    from criteria.models import Criterion
    from results.tests.factories import block, give
    from units.models import Unit

    round_group = block("U00000", group=f"do-{year}", year=year)
    of_set = {"criteria_set": round_group.criteria_set, "max_points": Decimal(1)}
    assessed = leaf_count * 7 // 10
    Criterion.objects.bulk_create(
        Criterion(code=f"3.{n}", name="Tiêu chí", position=n, source="self" if n <= assessed else "survey", **of_set)
        for n in range(3, leaf_count + 1)
    )
    codes = round_group.criteria_set.criteria.filter(is_leaf=True).values_list("code", flat=True)
    give(round_group, {"U00000": dict.fromkeys(codes, "0.5")})
    names = (f"U{n:05d}" for n in range(1, unit_count))
    Unit.objects.bulk_create((Unit(group=round_group.group, code=name, name=name) for name in names), batch_size=500)
    _copy_rows(round_group)
    return round_group


def _copy_rows(round_group: Any) -> None:
    from django.db import connection

    from appraisal.models import Appraisal
    from selfassess.models import SelfAssessment, SelfScore
    from surveys.models import SurveyScore

    block, group = round_group.pk, round_group.group_id
    points = {
        SelfScore: "((t.criterion_id * 7919 + u.id * 104729) % 5) / 4.0",
        Appraisal: "((t.criterion_id * 7919 + u.id * 104729) % 101) / 100.0",
        SurveyScore: "((t.criterion_id * 7919 + u.id * 104729) % 10001) / 10000.0",
    }
    others = f"units_unit u ON u.group_id = {group} AND u.code <> 'U00000'"
    theirs = f"selfassess_selfassessment a ON a.unit_id = u.id AND a.round_group_id = {block}"
    first = f"t.assessment_id = (SELECT min(id) FROM selfassess_selfassessment WHERE round_group_id = {block})"  # noqa: S608
    here = f"t.round_group_id = {block}"
    _spread(SelfAssessment, {"unit_id": "u.id"}, f"JOIN {others} WHERE {here}")
    moved = {"assessment_id": "a.id", "points": points[SelfScore]}
    _spread(SelfScore, moved, f"JOIN {others} JOIN {theirs} WHERE {first}")
    for model in (Appraisal, SurveyScore):
        _spread(model, {"unit_id": "u.id", "points": points[model]}, f"JOIN {others} WHERE {here}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _spread(model: Any, given: dict[str, str], rest: str) -> None:
    """The rows of the first unit once more for each other one."""
    from django.db import connection

    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(given.get(name, f"t.{name}") for name in names)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t {rest}")  # noqa: S608


def queries_of(block: int) -> list[str]:
    unit = {"selfassess_selfscore": "a.unit_id"}
    return [
        f"SELECT {unit.get(table, 't.unit_id')} AS unit, t.points AS points FROM {table} t {rest.format(block=block)}"  # noqa: S608
        for table, rest in SOURCES.items()
    ]


def bare_sums(block: int) -> None:
    from django.db import connection

    totals: dict[int, Any] = {}
    with connection.cursor() as cursor:
        for query in queries_of(block):
            cursor.execute(query)
            for unit, points in cursor.fetchall():
                totals[unit] = totals.get(unit, 0) + (points or 0)
    sorted(totals.items(), key=lambda pair: pair[1])


def with_pandas(block: int) -> None:
    import pandas as pd
    from django.db import connection

    frames = []
    with connection.cursor() as cursor:
        for query in queries_of(block):
            cursor.execute(query)
            frames.append(pd.DataFrame(cursor.fetchall(), columns=["unit", "points"]))
        totals = pd.concat(frames).astype({"points": float}).groupby("unit")["points"].sum()
        ranked = pd.DataFrame({"points": totals, "rank": totals.rank(ascending=False, method="min").astype(int)})
        cursor.execute("CREATE TEMPORARY TABLE measured (unit bigint, points float, place bigint)")
        rows = list(ranked.itertuples(name=None))
        for start in range(0, len(rows), 300):
            part = rows[start : start + 300]
            places = ", ".join(["(%s, %s, %s)"] * len(part))
            cursor.execute(f"INSERT INTO measured VALUES {places}", [value for row in part for value in row])  # noqa: S608
        cursor.execute("DROP TABLE measured")


def moving(block: Any) -> Callable[[], object]:
    """One cell of the block gets other points."""
    from appraisal.models import Appraisal
    from criteria.actions import inputs_changed

    standing = Appraisal.objects.filter(round_group=block).earliest("pk")
    values = iter(Decimal(n).scaleb(-4) for n in range(1, 1000))

    def move() -> None:
        Appraisal.objects.filter(pk=standing.pk).update(points=next(values))
        inputs_changed(block.pk)

    return move


def beside(block: Any, title: str, baseline: Callable[[int], None], most: float, repeats: int) -> bool:
    """Whether the figure holds."""
    from results.computation.actions import recompute

    own = median_ms(lambda: recompute(round_group_id=block.pk), repeats, moving(block))
    bare = median_ms(lambda: baseline(block.pk), repeats)
    print(f"{title}: tính lại {own:.0f} ms, mốc so {bare:.0f} ms, {own / bare:.1f} × (tối đa {most} ×)")
    return own / bare <= most


def measure(options: argparse.Namespace) -> bool:
    held = []
    for n, count in enumerate(options.units):
        block = block_of(count, options.leaves, 2090 + n)
        title = f"{count} đơn vị × {options.leaves} tiêu chí, cạnh SELECT, cộng, sắp xếp"
        held.append(beside(block, title, bare_sums, MOST, REPEATS))
    if options.large:
        block = block_of(options.large, options.leaves, 2099)
        from results.computation.actions import recompute

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        recompute(round_group_id=block.pk)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"bộ nhớ nhiều nhất {used} MB (trước khi tính lại {before // 1024}; tối đa {MEGABYTES})")
        title = f"{options.large} đơn vị × {options.leaves} tiêu chí, cạnh pandas"
        held += [used <= MEGABYTES, beside(block, title, with_pandas, MOST_OF_PANDAS, 3)]
    return all(held)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, nargs="*", default=[53, 156])
    parser.add_argument("--leaves", type=int, default=120)
    parser.add_argument("--large", type=int, default=10_000)
    options = parser.parse_args()
    setup()
    from django.db import connection, transaction

    in_memory(52, options.leaves)
    with transaction.atomic():
        print(connection.vendor)
        good = measure(options)
        transaction.set_rollback(True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
