"""What the council approves beyond single cells, by its digest: read by rooms to the right, which register here."""

from collections.abc import Callable

from criteria.models import RoundGroup

DigestReader = Callable[[RoundGroup], str]
"""The digest of what lies before the council in a block."""
_READERS: dict[str, DigestReader] = {}


def register(kind: str, reader: DigestReader) -> None:
    """At start-up: what the digest of a kind of agenda item is taken of."""
    _READERS[kind] = reader


def fingerprint(kind: str, block: RoundGroup) -> str:
    """The digest as it is now."""
    return _READERS[kind](block)
