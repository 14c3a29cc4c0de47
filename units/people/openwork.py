"""What is left open where somebody leaves, asked of the rooms to the right.

Here nobody knows scores or the council; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable, Iterable

from units.models import User

OpenWorkReader = Callable[[User], Iterable[str]]
"""Sentences of what waits for this person."""

_readers: dict[str, OpenWorkReader] = {}


def register(name: str, reader: OpenWorkReader) -> None:
    _readers[name] = reader


def open_work(user: User) -> list[str]:
    """What every reader knows."""
    return [words for reader in _readers.values() for words in reader(user)]
