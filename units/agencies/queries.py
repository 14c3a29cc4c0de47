"""Reads of the blocks and their units."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from cchc_index.lib import clock
from units.models import UNITS_BY_NAME, Succession, Unit, UnitGroup


def blocks() -> QuerySet[UnitGroup]:
    """Every block in its order."""
    return UnitGroup.objects.order_by("position", "code")


def has_block(code: str) -> bool:
    return UnitGroup.objects.filter(code=code).exists()


@dataclass(frozen=True, slots=True)
class BlockOfUnits:
    """A block with its units by name; of each what it came from, in words."""

    group: UnitGroup
    units: list[Unit]
    origins: dict[int, str]

    @property
    def now(self) -> int:
        """How many exist today."""
        today = clock.today()
        return sum(_exists(unit, today) for unit in self.units)

    @property
    def rows(self) -> list[tuple[Unit, bool, str]]:
        """Each unit, whether it exists today, what it came from."""
        today = clock.today()
        return [(unit, _exists(unit, today), self.origins.get(unit.pk, "")) for unit in self.units]


def _exists(unit: Unit, day: date) -> bool:
    begun = unit.valid_from is None or unit.valid_from <= day
    return begun and (unit.valid_to is None or unit.valid_to >= day)


def units_by_block() -> list[BlockOfUnits]:
    """Every block with every unit it has or had; three queries."""
    units: dict[int, list[Unit]] = {}
    for unit in Unit.objects.order_by(*UNITS_BY_NAME):
        units.setdefault(unit.group_id, []).append(unit)
    origins: dict[int, list[str]] = {}
    for row in Succession.objects.exclude(successor=None).select_related("predecessor").order_by("pk"):
        origins.setdefault(row.successor_id or 0, []).append(row.predecessor.name)
    words = {pk: "; ".join(names) for pk, names in origins.items()}
    return [BlockOfUnits(group, units.get(group.pk, []), words) for group in blocks()]


def counts_on(day: date) -> list[tuple[UnitGroup, int]]:
    """How many units each block has on a day; one query."""
    there = (Q(units__valid_from=None) | Q(units__valid_from__lte=day)) & (
        Q(units__valid_to=None) | Q(units__valid_to__gte=day)
    )
    rows = blocks().annotate(there=Count("units", filter=there))
    return [(row, row.there) for row in rows]
