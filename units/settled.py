"""Whom a published year measured, and the one rule that guards it: by no change of days does such a year gain or lose
a unit. Every way in asks it (`SettledYears.broken`): lists, the administrators' pages, the official frame.

Here nobody knows what was published; who does registers readers when the system starts (`AppConfig.ready`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

SettledReader = Callable[[Collection[int]], Iterable[tuple[int, date]]]
"""Takes keys of blocks; gives each block with the last day of every year of it that is published."""
ListedReader = Callable[[int, date], Collection[str]]
"""Takes the key of a block and such a day; gives the codes of the units that were published."""

_readers: dict[str, tuple[SettledReader, ListedReader]] = {}


def register(name: str, reader: SettledReader, listed: ListedReader) -> None:
    _readers[name] = reader, listed


def settled_days(group_ids: Collection[int]) -> dict[int, list[date]]:
    """What every reader knows, the earliest first. One query for each reader."""
    days: dict[int, set[date]] = defaultdict(set)
    for reader, _ in _readers.values():
        for group, day in reader(group_ids):
            days[group].add(day)
    return {group: sorted(settled) for group, settled in days.items()}


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day of a unit; None: no edge."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or self.last >= day)

    def until(self, last: date) -> "Span":
        """The span, over on this day if it was not over before."""
        return Span(self.first, min(last, self.last or last))


class SettledYears:
    """The published years of some blocks."""

    def __init__(self, group_ids: Collection[int]) -> None:
        self._days = settled_days(group_ids)

    def days(self, group_id: int) -> Sequence[date]:
        """The last days of the block's published years, the earliest first."""
        return self._days.get(group_id, ())

    def broken(self, group_id: int, code: str, before: Span | None, after: Span | None) -> date | None:
        """The first of these days on which a unit would count where it did not, or not where it did; None: no
        published year notices. `before` is None for a unit that is not there yet, `after` for one that goes. What
        brings a list back to what was published is never refused."""
        for day in self.days(group_id):
            was, will = (span is not None and span.holds(day) for span in (before, after))
            if was != will and _is_listed(group_id, day, code) != will:
                return day
        return None


def _is_listed(group_id: int, day: date, code: str) -> bool:
    return any(code in listed(group_id, day) for _, listed in _readers.values())


def change_of_list(name: str, day: date) -> str:
    """Why a change is refused, as the beginning of a sentence."""
    return f"ngày này đổi danh sách đơn vị của năm {day.year} đã công bố: “{name}” ngày {day:%d/%m/%Y}"


def refused_change(name: str, day: date) -> str:
    """The same as a whole sentence, with the repair."""
    words = change_of_list(name, day)
    return f"{words[:1].upper()}{words[1:]}. Cách sửa: {REPAIR}."


REPAIR = "sửa ngày; nếu năm đã công bố sai, thu hồi công bố trước"
