"""The proof of the council's records, put together from those of the features."""

from collections.abc import Iterator

from appraisal.consistency import ledger as consistency
from appraisal.core import ledger as core
from appraisal.interests import ledger as interests
from appraisal.opinions import ledger as opinions
from appraisal.questions import ledger as questions
from appraisal.releases import ledger as releases


def check() -> Iterator[str]:
    """Vietnamese sentences for every break between rows and log; none when all agree. Streams over the tables
    with a fixed number of queries whatever their size."""
    for feature in (core, releases, opinions, interests, questions, consistency):
        yield from feature.check()
