"""Whether a year is published, as the rooms to the right know it.

Here nobody knows publications; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable

PublishedReader = Callable[[int], bool]
"""Takes the id of a round; whether a ranking of it is in force."""

_readers: dict[str, PublishedReader] = {}


def register(name: str, reader: PublishedReader) -> None:
    _readers[name] = reader


def is_published(round_id: int) -> bool:
    return any(reader(round_id) for reader in _readers.values())
