"""The checks of the survey, feature by feature: imports, the points that follow from them, what two people decided."""

from collections.abc import Iterator

from .assent import ledger as assent
from .batches import ledger as batches
from .handover import ledger as handover
from .online import ledger as online
from .profiles import ledger as profiles
from .scores import ledger as scores


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Queries grow with blocks and respondent
    groups, not with ballots or units; `files` False leaves the uploaded files unread."""
    yield from batches.check(files=files)
    yield from profiles.check()
    yield from scores.check()
    yield from assent.check()
    yield from handover.check()
    yield from online.check()
