"""What the council finally gave in an earlier year, asked of the rooms to the right.

Here nobody knows the council; who does registers a reader when the system starts (`AppConfig.ready`). A
reader gives only what the unit may see: released steps, published points.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from criteria.models import Criterion, RoundGroup
from units.models import Unit


@dataclass(frozen=True, slots=True)
class Finding:
    """The council's last word on one criterion of one unit, and the unit's own last answer to it."""

    points: Decimal | None
    not_applicable: bool
    stage: str
    comment: str = ""
    explanation: str = ""


Reader = Callable[[RoundGroup, Unit, Sequence[Criterion]], Mapping[int, Finding]]
"""By criterion id, in a fixed number of queries."""

_readers: dict[str, Reader] = {}


def register(name: str, reader: Reader) -> None:
    """Readers are asked in the order of registration; a later one has the last word on the points, the
    words of an earlier one stay."""
    _readers[name] = reader


def findings(round_group: RoundGroup, unit: Unit, criteria: Sequence[Criterion]) -> dict[int, Finding]:
    """What every reader knows, by criterion id."""
    found: dict[int, Finding] = {}
    for reader in _readers.values():
        for pk, new in reader(round_group, unit, criteria).items():
            old = found.get(pk)
            found[pk] = replace(new, comment=old.comment, explanation=old.explanation) if old else new
    return found
