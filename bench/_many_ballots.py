"""Very many ballots in several files, as the queue commits them, beside COPY, SQL, pandas and polars on the same
rows."""

import io
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

Timed = Callable[[Callable[[], Any]], tuple[float, Any]]
RESPONDENTS = "Người dân"


def csv_of(ballots: int, units: int, questions: int, seed: int, prefix: str) -> io.BytesIO:
    """A file of ballots as a tool exports it, with one answer in six blank."""
    import numpy as np

    answers = np.random.default_rng(seed).integers(0, 6, size=(ballots, questions)).tolist()
    cell = ["", "1", "2", "3", "4", "5"]
    lines = [",".join(["Mã phiếu", "Mã đơn vị", *[f"1.{n + 1}" for n in range(questions)]])]
    lines += [f"{prefix}{n},B{n % units:05d},{','.join([cell[v] for v in row])}" for n, row in enumerate(answers)]
    return io.BytesIO("\n".join(lines).encode())


@contextmanager
def memory(name: str) -> Iterator[None]:
    """Tell the most memory that the process held meanwhile, where the system lets the mark be set back."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(OSError):
        status = Path("/proc/self/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{name + ', bộ nhớ nhiều nhất':<52}{peak / 1024:9.0f} MB")


def taken_in(block: Any, file: io.BytesIO, name: str, timed: Timed) -> tuple[float, float, Any]:
    """Seconds of the check and of the commit, in steps as the queue does it, and the batch."""
    from surveys.batches import actions as batches
    from surveys.batches import jobs
    from surveys.models import ImportBatch

    checking, batch = timed(
        lambda: batches.check_ballots(
            actor=None, round_group_id=block.pk, respondents=RESPONDENTS, source=file, name=name
        )
    )

    def commit() -> None:
        jobs.request_commit(actor=None, batch_id=batch.pk)
        jobs.run(batch.pk)

    committing, _ = timed(commit)
    batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.state != "committed":
        raise SystemExit(f"{name}: {batch.state} {batch.message} {batch.faults[:1]}")
    return checking, committing, batch


class RawTable:
    """A table with the keys of the ballots', into which nothing but COPY writes, file by file."""

    columns = "respondent_group_id, unit_id, code, answers, invalid_reason, batch_id"

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE raw_ballot (LIKE surveys_ballot INCLUDING ALL)")
            for column, other in (("batch_id", "importbatch"), ("respondent_group_id", "respondentgroup")):
                cursor.execute(f"ALTER TABLE raw_ballot ADD FOREIGN KEY ({column}) REFERENCES surveys_{other}")
            cursor.execute("ALTER TABLE raw_ballot ADD FOREIGN KEY (unit_id) REFERENCES units_unit")

    def copy(self, batch_id: int, timed: Timed) -> float:
        from django.db import connection

        out = io.StringIO()
        with connection.cursor() as cursor:
            # A number of our own in a bench's query.
            query = f"SELECT {self.columns} FROM surveys_ballot WHERE batch_id = {int(batch_id)} ORDER BY id"  # noqa: S608
            cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
            out.seek(0)
            seconds, _ = timed(lambda: cursor.copy_expert(f"COPY raw_ballot ({self.columns}) FROM STDIN", out))
        return seconds


def _read() -> tuple[Any, Any]:
    """Units and answers of every ballot, by the driver's own cursor."""
    import numpy as np
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id, answers FROM surveys_ballot WHERE invalid_reason = ''")
        rows = cursor.fetchall()
    units = np.fromiter((unit for unit, _ in rows), dtype=np.int64, count=len(rows))
    answers = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.uint8).reshape(len(rows), -1)
    return units, answers


def sql_tally(questions: int) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id, place, get_byte(answers, place), count(*) FROM surveys_ballot,"
            " generate_series(0, %s) AS place WHERE invalid_reason = '' GROUP BY 1, 2, 3",
            [questions - 1],
        )
        return len(cursor.fetchall())


def pandas_tally(questions: int) -> int:
    import pandas as pd

    units, answers = _read()
    table = pd.DataFrame(answers)
    table["unit"] = units
    return sum(len(table.groupby(["unit", place]).size()) for place in range(questions))


def polars_tally(questions: int) -> int | None:
    """None where polars is not installed: it is no part of the system."""
    try:
        import polars as pl  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    units, answers = _read()
    table = pl.DataFrame({str(place): answers[:, place] for place in range(questions)}).with_columns(
        pl.Series("unit", units)
    )
    return sum(len(table.group_by(["unit", str(place)]).len()) for place in range(questions))


def measure_many(block: Any, ballots: int, files: int, units: int, questions: int, timed: Timed, line: Any) -> None:
    """Every figure of many ballots in several files; all stays in the database, which is the measurement's own."""
    from surveys.scores import actions as scores

    few_before = taken_in(block, csv_of(20, units, questions, 1, "T"), "it.csv", timed)
    raw, each = RawTable(), ballots // files
    checking = committing = copying = 0.0
    with memory("kiểm tra, nhập mọi tệp"):
        for number in range(files):
            file = csv_of(each, units, questions, number + 2, f"F{number}-")
            checked, committed, batch = taken_in(block, file, f"phieu-{number}.csv", timed)
            copied = raw.copy(batch.pk, timed)
            checking, committing, copying = checking + checked, committing + committed, copying + copied
            line(f"tệp {number + 1}: kiểm tra", checked, each / checked, "phiếu/s")
            line(f"tệp {number + 1}: nhập", committed, copied / committed, "tốc độ của COPY")
    line(f"{files} tệp: kiểm tra", checking, each * files / checking, "phiếu/s")
    line(f"{files} tệp: chỉ COPY (nền)", copying, each * files / copying, "phiếu/s")
    line(f"{files} tệp: nhập trọn theo bước", committing, copying / committing, "tốc độ của nền (cần 0,5)")
    few = taken_in(block, csv_of(20, units, questions, 99, "U"), "them.csv", timed)
    line("20 phiếu khi chưa có phiếu nào: kiểm tra, nhập", few_before[0] + few_before[1])
    line("thêm 20 phiếu: kiểm tra", few[0], few[0] / few_before[0], "× khi chưa có phiếu nào")
    line("thêm 20 phiếu: nhập", few[1], few[1] / few_before[1], "× khi chưa có phiếu nào")
    group = batch.respondent_group
    with memory("tổng hợp lại"):
        tallying, _ = timed(lambda: scores.rebuild_tallies(group))
    others = {}
    for name, count in (("SQL", sql_tally), ("pandas", pandas_tally), ("polars", polars_tally)):
        seconds, cells = timed(partial(count, questions))
        if cells is not None:
            others[name] = seconds
            line(f"đọc và đếm bằng {name} (nền), {cells} ô", seconds)
    line("tổng hợp lại: đếm và ghi các dòng", tallying, tallying / min(others.values()), "× nhanh nhất (cần ≤ 1,5)")
    print(time.strftime("%H:%M:%S"))
