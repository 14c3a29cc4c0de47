"""The checks of results, feature by feature: what was published, then what readers see."""

from collections.abc import Iterator

from .computation import ledger as computation
from .files import ledger as published_files
from .papers import ledger as papers
from .publication import ledger as publication
from .signed import ledger as signed


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every publication that is not what was frozen and logged, and for every block
    whose current results do not follow from its inputs; none when all do."""
    yield from publication.check()
    yield from computation.check()
    yield from papers.check()
    yield from signed.check(files=files)
    yield from published_files.check(files=files)
