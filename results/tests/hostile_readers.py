"""Every way a spreadsheet comes in, each on an honest workbook of its own; run as a child of test_hostile_sheets.

`python -m results.tests.hostile_readers READER` prints one JSON line for each hostile file made from the
reader's workbook: what became of it, the seconds of processor and the megabytes it took. Each file is read
in a process forked for it alone, which can neither fill the memory nor run for ever.
"""

import gc
import io
import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import IO, TYPE_CHECKING, cast

import django
from openpyxl import Workbook

from cchc_index.lib import bounded
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.sheets import child as sheets
from cchc_index.lib.tests.present import first_sheet
from selfassess.examination import text_reading

if TYPE_CHECKING:
    from selfassess.core.task_list import TaskList
    from surveys.places import Places

SECONDS, MEMORY = 30, 2 * 2**30
"""What the kernel stops; the test asks for much less."""
Reader = Callable[[IO[bytes], str], object]


def honest(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- the readers ----------------------------------------------------------------------------------


def units() -> tuple[bytes, Reader]:
    from units.sheet import read_units

    base = honest(("Mã", "Tên đơn vị"), *((f"S{n}", f"Sở {n}") for n in range(6)))
    return base, lambda stream, name: read_units(stream, name=name)


def criteria() -> tuple[bytes, Reader]:
    from criteria.annex.reading import read

    rows = (("1", "Lĩnh vực", 3, ""), ("1.1", "Tiêu chí", 2, "Tự đánh giá"), ("1.2", "Tiêu chí", 1, "ĐTXHH"))
    return honest(("Mã", "Nội dung", "Điểm tối đa", "Nguồn"), *rows), read


def scores() -> tuple[bytes, Reader]:
    from criteria.models import Criterion
    from results.archive.sheet import read
    from units.models import Unit

    places = [Unit(pk=1, code="S1")], [Criterion(pk=1, code="1.1", source="self", max_points=Decimal(2))]
    base = honest(("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá"), ("S1", "1.1", 1))
    return base, lambda stream, name: read(named(stream, name), *places)


def named(stream: IO[bytes], name: str) -> IO[bytes]:
    held = io.BytesIO(stream.read())
    held.name = name  # the reader takes it from the stream
    return held


def survey_places() -> "Places":
    from cchc_index.lib import codes
    from surveys.places import Leaf, Places

    leaves = Leaf(1, "1.1", "", "Câu", "survey", Decimal(1)), Leaf(2, "1.2", "", "Câu", "sipas", Decimal(1))
    units = {"S1": 1}
    return Places(leaves, units, codes.by_spelling(units))


def ballots() -> tuple[bytes, Reader]:
    from surveys.ballots.sheet import read_ballots
    from surveys.plan.scale import Scale

    places, scale = survey_places(), Scale({1: "Không", 2: "Có"})
    base = honest(("Mã phiếu", "Mã đơn vị", "1.1"), *((f"P{n}", "S1", 1) for n in range(6)))
    return base, lambda stream, name: read_ballots(stream, name=name, places=places, scale=scale)


def figures() -> tuple[bytes, Reader]:
    from surveys.figures.sheet import read_figures

    base = honest(("Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"), ("S1", "1.2", 80, "12/BC"))
    return base, lambda stream, name: read_figures(stream, name=name, places=survey_places())


def administration() -> tuple[bytes, Reader]:
    from cchc_index.lib.sheets.table import read_table
    from units.resources import UnitResource

    base = honest(("Mã khối", "Mã", "Tên đơn vị"), *(("so", f"S{n}", f"Sở {n}") for n in range(6)))
    return base, lambda stream, name: read_table(stream, UnitResource().columns(), name=name)


def selfassess() -> tuple[bytes, Reader]:
    from selfassess.workbook.comparing import compare
    from selfassess.workbook.reading import read
    from selfassess.workbook.writing import build

    tasks = task_list()
    return build(tasks), lambda stream, name: compare(read(stream, tasks, name=name), tasks)


def task_list() -> "TaskList":
    """Six criteria of every kind of rule, in memory alone."""
    from criteria.models import CriteriaSet, Criterion, Round, RoundGroup
    from selfassess.core.task_list import TaskArea, TaskList, TaskRow
    from selfassess.models import SelfAssessment
    from selfassess.tests.workbooks import RULES
    from units.models import Unit, UnitGroup

    group = UnitGroup(pk=1, code="so", name="Sở")
    block = RoundGroup(pk=1, round=Round(pk=1, year=2031), group=group, criteria_set=CriteriaSet(pk=1, group=group))
    assessment = SelfAssessment(pk=1, round_group=block, unit=Unit(pk=1, code="S1", name="Sở Thử", group=group))
    top = Criterion(pk=100, code="1", name="Lĩnh vực", is_leaf=False, max_points=Decimal(6))
    leaves = [
        Criterion(pk=n, code=f"1.{n}", name=f"Tiêu chí {n}", source="self", max_points=Decimal(1), rule=rule)
        for n, rule in enumerate(RULES, start=1)
    ]
    return TaskList(assessment, [TaskArea(top, [TaskRow(leaf) for leaf in leaves])])


def evidence() -> tuple[bytes, Reader]:
    from selfassess.documents.inspection import inspect

    return units()[0], lambda stream, name: inspect(stream.read(), name, 20 * 2**20)


READERS: dict[str, Callable[[], tuple[bytes, Reader]]] = {
    "units": units,
    "criteria": criteria,
    "scores": scores,
    "ballots": ballots,
    "figures": figures,
    "administration": administration,
    "selfassess": selfassess,
    "evidence": evidence,
}


# --- one file, one process ------------------------------------------------------------------------


def outcome(read: Reader, content: bytes, name: str) -> str:
    """`taken`, the sentences that refuse, or the error that reached us."""
    try:
        result = read(io.BytesIO(content), name)
    except ImportRefused as refused:
        return "refused " + " ".join(map(str, refused.faults[:3]))
    except Refused as refused:
        return f"refused {refused}"
    except BaseException as error:
        return f"error {error!r}"[:300]
    faults = getattr(result, "faults", [])
    return "refused " + " ".join(map(str, faults[:3])) if faults else "taken"


class Bounded(logging.Handler):
    """What the bounded processes took that a reader asked: seconds of processor, the peak of the largest in KB."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds, self.kilobytes = 0.0, 0
        log = logging.getLogger(bounded.__name__)
        log.setLevel(logging.DEBUG)
        log.handlers, log.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        _, _, seconds, kilobytes = cast("tuple[str, int, float, int]", record.args)
        self.seconds += seconds
        self.kilobytes = max(self.kilobytes, kilobytes)


def apart(work: Callable[[], str]) -> tuple[str, float, float]:
    """What the work said, its processor seconds and by how many megabytes its peak of memory grew, in a forked
    process: what that process weighs with the file at hand, before it reads, is none of the reader's. With it the
    bounded processes that it asked, all their memory."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a parser's panic speaks to standard error
        others, bare = Bounded(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        said = work()
        os.write(write_end, f"{bare} {others.seconds} {others.kilobytes} {said}".encode(errors="replace")[:4_000])
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read().decode(errors="replace")
    _, status, used = os.wait4(child, 0)
    if status:
        return f"error died by {os.waitstatus_to_exitcode(status)}", used.ru_utime + used.ru_stime, 0
    before, seconds, kilobytes, said = answer.split(" ", 3)
    megabytes = max(used.ru_maxrss - int(before), int(kilobytes)) / 1024
    return said, used.ru_utime + used.ru_stime + float(seconds), megabytes


def warm() -> None:
    """The servers of the bounded programs start here, once, and not in each forked process anew."""
    with suppress(ImportRefused):
        sheets.read("ods", b"")
    text_reading.read_file("/dev/null", "pdf", "")


def main(reader: str) -> None:
    django.setup()
    from cchc_index.lib.tests.hostile_sheets import family

    base, read = READERS[reader]()
    assert outcome(read, base, "bang.xlsx") == "taken"
    warm()
    gc.freeze()  # the collector in each fork would touch, and so copy, all that this process holds
    for what, name, content in family(base):
        said, seconds, megabytes = apart(partial(outcome, read, content, name))
        print(json.dumps({"what": what, "said": said, "seconds": seconds, "megabytes": megabytes}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
