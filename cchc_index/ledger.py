"""All checks that `check_ledger` makes: the log's chain and its outside marks, then those of each app."""

from collections.abc import Iterable, Iterator

from appraisal import ledger as appraisal
from cchc_index.lib.whole import said_once
from criteria import ledger as criteria
from results import ledger as results
from selfassess import ledger as selfassess
from surveys import ledger as surveys
from units import ledger as people
from units.auditlog import ledger as log
from units.auditlog import queries
from units.auditlog.anchors import Anchor


def check(marks: Iterable[Anchor] = (), *, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for everything that is not as the log and the outside marks say. `files`: read
    the stored files too."""
    yield from said_once(_check(marks, files))


def _check(marks: Iterable[Anchor], files: bool) -> Iterator[str]:
    yield from log.check(queries.entries(), queries.head(), marks)
    yield from log.check_rows()
    yield from people.check()
    yield from criteria.check()
    yield from selfassess.check(files=files)
    yield from surveys.check(files=files)
    yield from appraisal.check(files=files)
    yield from results.check(files=files)
