"""How long ballots take, beside a baseline measured in the same run: trust the ratios, not the seconds.

`python bench/ballots.py [--ballots 20000] [--questions 40] [--units 52] [--files 1]` works on the database of
DATABASE_URL; without one, on SQLite in a scratch folder. Everything it writes is rolled back, except in the scratch
folder: there a second writer writes all the time while a file is committed in steps, and its longest wait is told.
With several files everything happens in a database of its own on that server, dropped afterwards.
"""

import argparse
import io
import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from _many_ballots import measure_many
from _scratch import on_postgres, setup

YEAR = 2099


def make_block(units: int, questions: int) -> Any:
    from criteria.models import CriteriaSet, Criterion, Decision, Round, RoundGroup, Source
    from units.models import Unit, UnitGroup

    group = UnitGroup.objects.create(code="do-toc-do", name="Khối đo tốc độ")
    Unit.objects.bulk_create(Unit(group=group, code=f"B{n:05d}", name=f"Đơn vị {n}") for n in range(units))
    decision = Decision.objects.create(number="đo tốc độ")
    criteria_set = CriteriaSet.objects.create(decision=decision, group=group)
    Criterion.objects.bulk_create(
        Criterion(
            criteria_set=criteria_set,
            code=f"1.{n + 1}",
            name=f"Câu {n + 1}",
            position=n,
            source=Source.SURVEY,
            max_points=Decimal(1),
        )
        for n in range(questions)
    )
    round_ = Round.objects.create(year=YEAR, assessed_from=date(YEAR, 1, 1), assessed_to=date(YEAR, 12, 31))
    return RoundGroup.objects.create(round=round_, group=group, criteria_set=criteria_set)


def workbook(ballots: int, units: int, questions: int, prefix: str = "P") -> io.BytesIO:
    import numpy as np
    from openpyxl import Workbook

    answers = np.random.default_rng(1).integers(0, 6, size=(ballots, questions))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Phiếu")
    sheet.append(["Mã phiếu", "Mã đơn vị", *[f"1.{n + 1}" for n in range(questions)]])
    for n, row in enumerate(answers.tolist()):
        sheet.append([f"{prefix}{n}", f"B{n % units:05d}", *[value or None for value in row]])
    out = io.BytesIO()
    book.save(out)
    return out


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def baseline_rows(batch: Any, group: Any) -> tuple[float, int]:
    """The same ballots through Django's bulk_create, rolled back."""
    from django.db import transaction

    from surveys.models import Ballot

    rows = list(Ballot.objects.filter(batch=batch).order_by("pk"))
    copies = [
        Ballot(batch=batch, respondent_group=group, unit_id=r.unit_id, code=f"x{r.code}", answers=bytes(r.answers))
        for r in rows
    ]
    with transaction.atomic():
        seconds, _ = timed(lambda: Ballot.objects.bulk_create(copies, batch_size=1000))
        transaction.set_rollback(True)
    return seconds, len(rows)


def fast_rows(batch: Any, group: Any) -> float:
    """The same ballots through the importer's own writer, rolled back."""
    import numpy as np
    from django.db import transaction

    from surveys.ballots.actions import write_ballots
    from surveys.models import Ballot

    rows = list(Ballot.objects.filter(batch=batch).order_by("pk"))
    answers = np.frombuffer(b"".join(bytes(r.answers) for r in rows), dtype=np.uint8).reshape(len(rows), -1)
    with transaction.atomic():
        seconds, _ = timed(
            lambda: write_ballots(
                batch_id=batch.pk,
                group_id=group.pk,
                unit_ids=[r.unit_id for r in rows],
                codes=[f"x{r.code}" for r in rows],
                answers=answers,
                reasons=[""] * len(rows),
            )
        )
        transaction.set_rollback(True)
    return seconds


def raw_copy(batch: Any) -> float | None:
    """The same ballots by nothing but COPY into a table with the same keys, rolled back; None without PostgreSQL."""
    from django.db import connection, transaction

    if connection.vendor != "postgresql":
        return None
    out = io.StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        columns = "respondent_group_id, unit_id, code, answers, invalid_reason, batch_id"
        # A number of our own in a bench's query.
        query = f"SELECT {columns} FROM surveys_ballot WHERE batch_id = {int(batch.pk)} ORDER BY id"  # noqa: S608
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
        cursor.execute("CREATE TABLE raw_ballot (LIKE surveys_ballot INCLUDING ALL)")
        for column, other in (("batch_id", "importbatch"), ("respondent_group_id", "respondentgroup")):
            cursor.execute(f"ALTER TABLE raw_ballot ADD FOREIGN KEY ({column}) REFERENCES surveys_{other}")
        cursor.execute("ALTER TABLE raw_ballot ADD FOREIGN KEY (unit_id) REFERENCES units_unit")
        out.seek(0)
        seconds, _ = timed(lambda: cursor.copy_expert(f"COPY raw_ballot ({columns}) FROM STDIN", out))
        transaction.set_rollback(True)
    return seconds


def checked_and_committed(block: Any, file: io.BytesIO, name: str) -> tuple[float, float, Any]:
    """Seconds of the check and of the whole commit of a file, and its batch."""
    from surveys.batches import actions as batches

    checking, batch = timed(
        lambda: batches.check_ballots(
            actor=None, round_group_id=block.pk, respondents="Người dân", source=file, name=name
        )
    )
    committing, batch = timed(lambda: batches.commit_batch(actor=None, batch_id=batch.pk))
    if batch.state != "committed":
        raise SystemExit(f"{name}: {batch.state}")
    return checking, committing, batch


def plain_tally(batch: Any) -> float:
    """Counting in a plain Python loop, the baseline of the tally."""
    from surveys.models import Ballot

    def count() -> dict[tuple[int, int, int], int]:
        counts: dict[tuple[int, int, int], int] = {}
        rows = Ballot.objects.filter(batch=batch).order_by("pk").values_list("unit_id", "answers")
        for unit, answers in rows.iterator(chunk_size=20_000):
            for question, value in enumerate(bytes(answers)):
                key = (unit, question, value)
                counts[key] = counts.get(key, 0) + 1
        return counts

    return timed(count)[0]


def numpy_tally(batch: Any) -> float:
    """The same count as `plain_tally`, as the importer does it."""
    import numpy as np

    from surveys import tally
    from surveys.models import Ballot

    def count() -> Any:
        rows = Ballot.objects.filter(batch=batch).order_by("pk").values_list("unit_id", "answers")
        pairs = [(unit, bytes(answers)) for unit, answers in rows.iterator(chunk_size=20_000)]
        known, index = np.unique([unit for unit, _ in pairs], return_inverse=True)
        answers = np.frombuffer(b"".join(blob for _, blob in pairs), dtype=np.uint8).reshape(len(pairs), -1)
        return tally.histogram(index, answers, len(known))

    return timed(count)[0]


def measure(ballots: int, units: int, questions: int) -> None:
    from cchc_index.lib.sheets.book import read_cells
    from surveys.batches import actions as batches
    from surveys.scores import actions as scores

    block = make_block(units, questions)
    file = workbook(ballots, units, questions)
    reading, _ = timed(lambda: read_cells(file, name="phieu.xlsx"))
    checking, committing, batch = checked_and_committed(block, file, "phieu.xlsx")
    copying = raw_copy(batch)
    _, few, _ = checked_and_committed(block, workbook(20, units, questions, "T"), "them.xlsx")
    group = batch.respondent_group
    slow, number = baseline_rows(batch, group)
    fast = fast_rows(batch, group)
    loop = plain_tally(batch)
    counting = numpy_tally(batch)
    tallying, _ = timed(lambda: scores.rebuild_tallies(group))
    scoring, _ = timed(lambda: scores.refresh_scores(block))
    undoing, _ = timed(lambda: batches.undo_batch(actor=None, batch_id=batch.pk, reason="đo tốc độ"))
    line("đọc bảng tính (nền)", reading)
    line("kiểm tra", checking, checking / reading, "× đọc bảng tính")
    line("nhập trọn: ghi, tổng hợp, tính điểm, nhật ký", committing, committing / reading, "× đọc bảng tính")
    if copying is not None:
        line("chỉ COPY vào bảng cùng khóa (nền)", copying)
        line("nhập trọn so với COPY", committing, copying / committing, "tốc độ của nền (cần 0,5)")
    line("nhập thêm 20 phiếu", few, few / committing, "× nhập trọn")
    line(f"ghi {number} phiếu bằng bulk_create (nền)", slow)
    line(f"ghi {number} phiếu như khi nhập", fast, slow / fast, "lần nhanh hơn nền")
    line("đọc và đếm bằng vòng lặp Python (nền)", loop)
    line("đọc và đếm bằng numpy", counting, loop / counting, "lần nhanh hơn nền")
    line("tổng hợp lại: đếm và ghi các dòng", tallying)
    line("tính lại điểm", scoring)
    line("hủy lần nhập", undoing)


def longest_wait(work: Callable[[], Any]) -> float:
    """The longest that another writer of the same SQLite file waits while `work` is done."""
    import sqlite3

    from django.db import connection

    path, waits, done = connection.settings_dict["NAME"], [0.0], threading.Event()

    with sqlite3.connect(path, timeout=120) as first:
        first.execute("CREATE TABLE IF NOT EXISTS other_writer (n integer)")

    def write() -> None:
        other = sqlite3.connect(path, timeout=120, isolation_level=None)
        while not done.is_set():
            seconds, _ = timed(lambda: other.execute("INSERT INTO other_writer VALUES (1)"))
            waits.append(seconds)
            time.sleep(0.005)
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        work()
    finally:
        done.set()
        writer.join()
    return max(waits)


def measure_waiting(ballots: int, units: int, questions: int) -> None:
    from surveys.batches import actions as batches
    from surveys.batches import jobs
    from surveys.models import ImportBatch

    block = make_block(units, questions)
    waits = []
    for name, in_steps in (("P", False), ("Q", True)):
        batch = batches.check_ballots(
            actor=None,
            round_group_id=block.pk,
            respondents=f"Nhóm {name}",
            source=workbook(ballots, units, questions, name),
            name="phieu.xlsx",
        )
        if not in_steps:
            waits.append(longest_wait(partial(batches.commit_batch, actor=None, batch_id=batch.pk)))
        else:
            jobs.request_commit(actor=None, batch_id=batch.pk)
            waits.append(longest_wait(partial(jobs.run, batch.pk)))
        if ImportBatch.objects.get(pk=batch.pk).state != "committed":
            raise SystemExit("chưa nhập xong")
        batches.undo_batch(actor=None, batch_id=batch.pk, reason="đo tốc độ")
    line("người ghi khác chờ lâu nhất, nhập một giao dịch (nền)", waits[0])
    line("người ghi khác chờ lâu nhất, nhập từng bước", waits[1], waits[1] / waits[0], "× nền (cần dưới 1 s)")


def line(name: str, seconds: float, ratio: float | None = None, unit: str = "") -> None:
    compared = f"  {ratio:8.2f} {unit}" if ratio is not None else ""
    print(f"{name:<52}{seconds:9.3f} s{compared}")


def in_files(options: argparse.Namespace) -> int:
    print(f"{options.ballots} phiếu × {options.questions} câu trong {options.files} tệp, {options.units} đơn vị")
    block = make_block(options.units, options.questions)
    measure_many(block, options.ballots, options.files, options.units, options.questions, timed, line)
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--units", type=int, default=52)
    parser.add_argument("--files", type=int, default=1, help="nhiều tệp, trên cơ sở dữ liệu PostgreSQL riêng")
    options = parser.parse_args()
    if options.files > 1:
        raise SystemExit(on_postgres(partial(in_files, options)))
    setup()
    from django.db import connection, transaction

    print(f"{connection.vendor}: {options.ballots} phiếu × {options.questions} câu, {options.units} đơn vị")
    with transaction.atomic():
        measure(options.ballots, options.units, options.questions)
        transaction.set_rollback(True)
    if connection.vendor == "sqlite":
        measure_waiting(options.ballots, options.units, options.questions)


if __name__ == "__main__":
    main()
