"""A signed table with the names that it is printed with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from criteria.models import Criterion
from surveys.handover.digests import TableLine
from surveys.models import TableSignature
from units.models import Unit


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """Units × criteria of a signed table, as they stood when it was signed."""

    row: TableSignature
    units: Sequence[Unit]
    leaves: Sequence[Criterion]
    cells: dict[tuple[int, int], TableLine]
    approval: str
    """What the council said of this very table; nothing where nobody is asked."""

    def lines(self, leaves: Sequence[Criterion]) -> Iterator[tuple[Unit, list[TableLine | None]]]:
        for unit in self.units:
            yield unit, [self.cells.get((unit.pk, leaf.pk)) for leaf in leaves]

    def total(self, unit: Unit) -> Decimal | None:
        """The points of a unit; None without any."""
        own = [self.cells.get((unit.pk, leaf.pk)) for leaf in self.leaves]
        points = [Decimal(line[2]) for line in own if line and line[2] is not None]
        return sum(points, Decimal(0)) if points else None
