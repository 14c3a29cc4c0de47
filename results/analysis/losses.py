"""Where points were lost: not claimed by the unit itself, taken by the council for a reason, or left by the survey."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

UNCLAIMED, PAPER, PERFORMANCE, OTHER, SURVEY = "unclaimed", "paper", "performance", "other", "survey"
CAUSES = (UNCLAIMED, PAPER, PERFORMANCE, OTHER, SURVEY)
CAUSE_OF = {
    "thieu-tai-lieu": PAPER,
    "tai-lieu-khong-dung": PAPER,
    "ngoai-thoi-ky": PAPER,
    "so-lieu-khong-khop": PAPER,
    "cham-tien-do": PERFORMANCE,
    "chua-hoan-thanh": PERFORMANCE,
}
"""The library's reasons that speak of the paper or of what was done; every other is `other`."""


@dataclass(frozen=True, slots=True)
class LossCell:
    """A scored normal leaf of a unit. `own` None: the unit gave no points, or the leaf is surveyed."""

    unit: str
    criterion: str
    maximum: Decimal
    points: Decimal
    own: Decimal | None
    surveyed: bool
    reason: str = ""


@dataclass(slots=True)
class Losses:
    """Points lost, by cause, and the causes by unit, criterion and reason."""

    by_cause: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(CAUSES, Decimal(0)))
    by_unit: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    by_criterion: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_reason: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cells_by_reason: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> Decimal:
        return sum(self.by_cause.values(), Decimal(0))


def losses(cells: Iterable[LossCell]) -> Losses:
    """What every cell lacks to its maximum, by cause. What the council gave above the claim lessens what was not
    claimed; nothing is lost twice."""
    counted = Losses()
    for cell in cells:
        own = counted.by_unit.setdefault(cell.unit, dict.fromkeys(CAUSES, Decimal(0)))
        for cause, points in _parts(cell):
            own[cause] += points
            counted.by_cause[cause] += points
            counted.by_criterion[cell.criterion] += points
        taken = _taken(cell)
        if taken > 0 and cell.reason:
            counted.by_reason[cell.reason] += taken
            counted.cells_by_reason[cell.reason] += 1
    return counted


def _taken(cell: LossCell) -> Decimal:
    """What the council took from the claim."""
    return Decimal(0) if cell.surveyed or cell.own is None else max(Decimal(0), cell.own - cell.points)


def _parts(cell: LossCell) -> list[tuple[str, Decimal]]:
    lost, taken = cell.maximum - cell.points, _taken(cell)
    if cell.surveyed:
        return [(SURVEY, lost)]
    return [(UNCLAIMED, lost - taken), (CAUSE_OF.get(cell.reason, OTHER), taken)]
