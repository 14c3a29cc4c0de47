"""The checks of the survey, feature by feature: imports, then the points that follow from them."""

from collections.abc import Iterator

from .batches import ledger as batches
from .scores import ledger as scores


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Queries grow with blocks and respondent
    groups, not with ballots or units; `files` False leaves the uploaded files unread."""
    yield from batches.check(files=files)
    yield from scores.check()
