"""What a correction of a rule touches, from the rooms to the right.

Here nobody knows scores or decisions; who does registers a reader and a writer when the system starts
(`AppConfig.ready`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from criteria.models import Criterion, RoundGroup
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class TouchedCell:
    """A unit whose declared figures count otherwise by the new rule."""

    block: RoundGroup
    unit: Unit
    submitted: bool
    own: Decimal | None
    """What the unit's sheet says now."""
    by_rule: Decimal | None
    """By the new rule; None: the figures declared so far are not enough."""
    decided: bool
    council: Decimal | None
    """What the council decided; None where it has not, or "not applicable"."""

    @property
    def is_behind(self) -> bool:
        """Whether the sheet still says what the old rule made of it, and may be counted anew."""
        return not self.submitted and self.by_rule is not None and self.own != self.by_rule

    @property
    def waits(self) -> str:
        """What becomes of it."""
        if self.decided:
            return "Hội đồng xem xét lại"
        if self.submitted:
            return "Hội đồng xem khi thẩm định"
        if self.by_rule is None:
            return "đơn vị khai thêm số liệu"
        return "tính lại theo quy tắc mới" if self.is_behind else "đã theo quy tắc mới"


CellReader = Callable[[Criterion, Mapping[str, Any], Mapping[str, Any]], list[TouchedCell]]
"""Takes a criterion, its rule before and after."""
Recounter = Callable[[User, int], int]
"""Takes who acts and a criterion; counts anew what no head has submitted, and says how many points moved."""

_readers: dict[str, CellReader] = {}
_writers: dict[str, Recounter] = {}


def register_reader(name: str, reader: CellReader) -> None:
    _readers[name] = reader


def register_writer(name: str, writer: Recounter) -> None:
    _writers[name] = writer


def touched(criterion: Criterion, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[TouchedCell]:
    return [cell for reader in _readers.values() for cell in reader(criterion, before, after)]


def recount(actor: User, criterion_id: int) -> int:
    return sum(writer(actor, criterion_id) for writer in _writers.values())
