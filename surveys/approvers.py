"""Before whom the points of a survey lie to be approved, as the rooms to the right know it.

Here nobody knows the council; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Approving:
    """What a room to the right says. `blocks`: ids of the blocks whose survey the person shall approve; `closed`: ids
    of the units of whose answers the person reads nothing; `is_signed`: whether the institute has signed the table of a
    block as it stands."""

    blocks: Callable[[Any], Collection[int]]
    closed: Callable[[Any], Collection[int]]
    is_signed: Callable[[int], bool]


_rooms: dict[str, Approving] = {}


def register(name: str, room: Approving) -> None:
    _rooms[name] = room


def blocks_before(user: Any) -> set[int]:
    """What every room knows."""
    return {block for room in _rooms.values() for block in room.blocks(user)}


def closed_units(user: Any) -> set[int]:
    """The person's own, as every room sees it."""
    return {unit for room in _rooms.values() for unit in room.closed(user)}


def is_signed(block_id: int) -> bool:
    """Whether all say so; with nobody to ask nothing is signed."""
    return bool(_rooms) and all(room.is_signed(block_id) for room in _rooms.values())
