"""What waits for a unit at the council, asked of the rooms to the right.

Here nobody knows the council; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from criteria.models import RoundGroup
from units.models import Unit


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """One sentence of what is asked of the unit, and where it is answered."""

    words: str
    address: str


WaitingReader = Callable[[RoundGroup, Unit], Iterable[WaitingWork]]

_readers: dict[str, WaitingReader] = {}


def register(name: str, reader: WaitingReader) -> None:
    _readers[name] = reader


def waiting(round_group: RoundGroup, unit: Unit) -> list[WaitingWork]:
    """What every reader knows."""
    return [one for reader in _readers.values() for one in reader(round_group, unit)]
