"""Machine time of a whole self-assessment through the Excel round trip, against the same scores saved one by one.

.venv/bin/python bench/workbook.py [CRITERIA ...]      (60 and 120 unless told; the database is rolled back)
"""

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc_index.settings")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def measure(count: int) -> None:
    from selfassess import actions, queries
    from selfassess.tests.workbooks import everything, filled, large_assessment, template
    from selfassess.workbook.comparing import compare
    from selfassess.workbook.reading import read
    from units.models import Role
    from units.tests.factories import person

    assessment, twin = large_assessment(count, year=2091), large_assessment(count, year=2092)
    officer, other = person(Role.UNIT_OFFICER, assessment.unit), person(Role.UNIT_OFFICER, twin.unit)
    writing, content = timed(lambda: template(assessment))
    typed = filled(content, everything(count))
    tasks = queries.task_list(assessment)
    reading, given = timed(lambda: read(io.BytesIO(typed), tasks))
    comparing, found = timed(lambda: compare(given, tasks))
    lines = [
        actions.Line(
            row.criterion.pk,
            row.values.figures,
            row.values.points,
            row.values.explanation,
            row.values.na_claimed,
            row.values.na_reason,
            row.seen_version,
        )
        for row in found.changes
    ]
    applying, changed = timed(lambda: actions.apply_workbook(actor=officer, assessment_id=assessment.pk, lines=lines))
    assert changed == count
    # The same values on the twin's criteria, in the same order: one page after another, without the pages.
    leaves = [row.criterion.pk for row in queries.task_list(twin).leaves]

    def one_by_one() -> None:
        for criterion, line in zip(leaves, lines, strict=True):
            actions.save_score(
                actor=other,
                assessment_id=twin.pk,
                criterion_id=criterion,
                figures=line.figures,
                points=line.points,
                explanation=line.explanation,
                na_claimed=line.na_claimed,
                na_reason=line.na_reason,
                seen_version=0,
            )

    single, _ = timed(one_by_one)
    again, back = timed(lambda: template(assessment))
    unchanged = compare(read(io.BytesIO(back), fresh := queries.task_list(assessment)), fresh)
    assert not unchanged.changes
    total = writing + reading + comparing + applying + again
    for name, seconds in (
        ("ghi tệp mẫu", writing),
        ("đọc tệp đã điền (mọi kiểm tra)", reading),
        ("so từng ô", comparing),
        ("ghi vào cơ sở dữ liệu", applying),
        ("ghi lại tệp mẫu đã đủ điểm", again),
        ("cả vòng", total),
        ("nền: lưu từng tiêu chí", single),
    ):
        print(f"{count:>4} tiêu chí  {name:<34}{seconds * 1000:9.1f} ms")
    print(f"{count:>4} tiêu chí  ghi một lần nhanh hơn lưu từng tiêu chí {single / applying:.1f} lần")


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
