"""Machine time of a whole self-assessment through the Excel round trip, against the same scores saved one by one.

.venv/bin/python bench/workbook.py [CRITERIA ...]      (60 and 120 unless told; the database is rolled back)
"""

import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def measure(count: int) -> None:
    """Every step of the round trip, then the baseline, on two assessments of the same shape."""
    from selfassess.core.queries import task_list
    from selfassess.tests.workbooks import everything, filled, large_assessment, template
    from selfassess.workbook import actions as workbook
    from selfassess.workbook.comparing import compare
    from selfassess.workbook.reading import read
    from units.models import Role
    from units.tests.factories import person

    assessment, twin = large_assessment(count, year=2091), large_assessment(count, year=2092)
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    writing, content = timed(lambda: template(assessment))
    typed = io.BytesIO(filled(content, everything(count)))
    tasks = task_list(assessment)
    reading, given = timed(lambda: read(typed, tasks))
    comparing, found = timed(lambda: compare(given, tasks))
    lines = [row.line() for row in found.changes]
    applying, changed = timed(lambda: workbook.apply_workbook(actor=officer, assessment_id=assessment.pk, lines=lines))
    again, back = timed(lambda: template(assessment))
    tasks = task_list(assessment)
    assert changed == count
    assert not compare(read(io.BytesIO(back), tasks), tasks).changes
    single = one_by_one(twin, lines)
    line(count, "ghi tệp mẫu", writing)
    line(count, "đọc tệp đã điền, mọi kiểm tra", reading)
    line(count, "so từng ô", comparing)
    line(count, "ghi vào cơ sở dữ liệu", applying)
    line(count, "ghi lại tệp mẫu đã đủ điểm", again)
    line(count, "cả vòng", writing + reading + comparing + applying + again)
    line(count, "nền: lưu từng tiêu chí", single)
    print(f"{count:>4} tiêu chí  ghi một lần nhanh hơn nền {single / applying:.1f} lần")


def one_by_one(twin: Any, lines: Sequence[Any]) -> float:
    """Seconds for the same values saved criterion after criterion, without the pages."""

    from selfassess.core.queries import task_list
    from selfassess.scores import actions as scores
    from units.models import Role
    from units.tests.factories import person

    officer = person(Role.UNIT_OFFICER, twin.unit)
    leaves = [row.criterion.pk for row in task_list(twin).leaves]
    started = time.perf_counter()
    for criterion, given in zip(leaves, lines, strict=True):
        values = asdict(given) | {"criterion_id": criterion, "seen_version": 0}
        scores.save_score(actor=officer, assessment_id=twin.pk, **values)
    return time.perf_counter() - started


def line(count: int, name: str, seconds: float) -> None:
    print(f"{count:>4} tiêu chí  {name:<32}{seconds * 1000:9.1f} ms")


def main() -> None:
    import django

    django.setup()
    from django.db import connection, transaction

    print(f"Cơ sở dữ liệu: {connection.vendor}")
    for count in [int(argument) for argument in sys.argv[1:]] or [60, 120]:
        with transaction.atomic():
            measure(count)
            transaction.set_rollback(True)


if __name__ == "__main__":
    main()
