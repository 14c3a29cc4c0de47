"""Every way a spreadsheet comes in, each on an honest workbook of its own; run as a child of test_hostile_sheets.

`python -m results.tests.hostile_readers` prints one JSON line for each reader and hostile file: what became of it, the
seconds of processor and the megabytes it took. Some files at a time are read in a process forked for them, which can
neither fill the memory nor run for ever. Where files become pages all are read; of those that never do, a reader that
asks for pages gets one for each sentence that refuses them.
"""

import gc
import io
import json
import logging
import os
import re
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, NoReturn, cast

import django
from openpyxl import Workbook

from cchc_index.lib import bounded
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.sheets import child as sheets
from cchc_index.lib.sheets.book import open_book
from cchc_index.lib.tests.hostile_sheets import Hostile, contents, frames
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


def pages() -> tuple[bytes, Reader]:
    """What all readers but that of evidence ask first."""
    return units()[0], lambda stream, name: open_book(stream, name=name)


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
    "pages": pages,
    "units": units,
    "criteria": criteria,
    "scores": scores,
    "ballots": ballots,
    "figures": figures,
    "administration": administration,
    "selfassess": selfassess,
    "evidence": evidence,
}


ALONE = ("pages", "selfassess", "evidence")
"""They read every file: where files become pages, and those that ask otherwise for them, or not at all."""


# --- files in processes of their own --------------------------------------------------------------


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


SOME = 16
"""Files that one process reads after each other. Its peak of memory never falls: what one file took counts for the
rest."""


def read_apart(read: Reader, files: Sequence[Hostile]) -> Iterator[dict[str, Any]]:
    """Of each file what became of it, its processor seconds and by how many megabytes the peak of memory has grown in a
    process forked for them: what that process weighs with the files at hand, before it reads, is none of the reader's.
    With it the bounded processes that it asked, all their memory. Whoever dies tells nothing of the files behind."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _read_all(read, files, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        told = [json.loads(line) for line in pipe]
    _, status, _ = os.wait4(child, 0)
    yield from told
    if status:
        culprit = files[len(told)].what if len(told) < len(files) else "the last"
        how = f"error died by {os.waitstatus_to_exitcode(status)}"
        yield {"what": culprit, "said": how, "seconds": SECONDS, "megabytes": 0}


def _read_all(read: Reader, files: Sequence[Hostile], write_end: int) -> NoReturn:
    """In the forked process, which ends here."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a parser's panic speaks to standard error
    others, bare = Bounded(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for what, name, content in files:
        before, others.seconds = time.process_time(), 0.0
        said = outcome(read, content, name)
        kilobytes = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - bare, others.kilobytes)
        seconds = time.process_time() - before + others.seconds
        told = {"what": what, "said": said[:3_000], "seconds": seconds, "megabytes": kilobytes / 1024}
        os.write(write_end, json.dumps(told).encode() + b"\n")
    os._exit(0)


def warm() -> None:
    """The servers of the bounded programs start here, once, and not in each forked process anew."""
    with suppress(ImportRefused):
        sheets.read("ods", b"")
    text_reading.read_file("/dev/null", "pdf", "")


def outcomes(read: Reader, files: Sequence[Hostile]) -> list[dict[str, Any]]:
    return [one for start in range(0, len(files), SOME) for one in read_apart(read, files[start : start + SOME])]


def of_pages(files: Sequence[Hostile], told: Sequence[dict[str, Any]]) -> list[Hostile]:
    """Of files that came to nothing at the place of pages one for each sentence, and all the others."""
    sentences = {one["what"]: re.sub(r"\d+", "0", one["said"]) for one in told}
    first: dict[str, str] = {}
    for what, said in sentences.items():
        first.setdefault(said, what)
    read = {what for what, said in sentences.items() if said == "taken" or is_word(what)} | {*first.values()}
    return [file for file in files if file.what in read]


def is_word(what: str) -> bool:
    """A file of Word: an annex is read from it."""
    return what.startswith("document ")


def main() -> None:
    django.setup()
    framed = list(frames(pages()[0]))
    warm()
    gc.freeze()  # the collector in each fork would touch, and so copy, all that this process holds
    some: list[Hostile] = []
    for reader, make in READERS.items():
        base, read = make()
        assert outcome(read, base, "bang.xlsx") == "taken"
        files = some if reader not in ALONE else list(frames(base)) if reader == "selfassess" else framed
        told = outcomes(read, [*files, *contents(base)])
        some = some or of_pages(framed, told)
        print(*(json.dumps({"reader": reader, **one}) for one in told), sep="\n", flush=True)


if __name__ == "__main__":
    main()
