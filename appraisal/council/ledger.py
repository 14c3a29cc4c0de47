"""The proof of what the council did as a body."""

from collections.abc import Iterator

from .composition import ledger as composition
from .meetings import ledger as meetings
from .samples import ledger as samples
from .silence import ledger as silence
from .verifying import ledger as verifying


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. `files`: read the stored files too."""
    yield from composition.check(files=files)
    yield from meetings.check()
    yield from silence.check()
    yield from samples.check()
    yield from verifying.check()
