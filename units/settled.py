"""The days whose units count for good, asked of the rooms to the right.

Here nobody knows what was published; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

SettledReader = Callable[[Collection[int]], Iterable[tuple[int, date]]]
"""Takes keys of blocks; gives each block with the last day of every year of it that is published."""

_readers: dict[str, SettledReader] = {}


def register(name: str, reader: SettledReader) -> None:
    _readers[name] = reader


def settled_days(group_ids: Collection[int]) -> dict[int, list[date]]:
    """What every reader knows, the earliest first. One query for each reader."""
    days: dict[int, set[date]] = defaultdict(set)
    for reader in _readers.values():
        for group, day in reader(group_ids):
            days[group].add(day)
    return {group: sorted(found) for group, found in days.items()}
