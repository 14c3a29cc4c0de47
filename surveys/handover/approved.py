"""What the council has said of a table, as the rooms to the right know it.

Here nobody knows the council; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable

ApprovalReader = Callable[[int, str], str]
"""Takes the id of a block and the digest of a table; a sentence, or nothing where nobody is asked."""

_readers: dict[str, ApprovalReader] = {}


def register(name: str, reader: ApprovalReader) -> None:
    _readers[name] = reader


def words_of(block_id: int, digest: str) -> list[str]:
    """What is said of this very table."""
    return [said for reader in _readers.values() if (said := reader(block_id, digest))]
