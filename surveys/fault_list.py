"""The faults of one file, named up to a bound and counted beyond it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cchc_index.lib.faults import Fault

MAX_FAULTS = 5_000
"""Faults named one by one; a file wrong in every cell would otherwise name millions."""


@dataclass(slots=True)
class FaultList:
    """Faults of a file in order, each once, counted beyond MAX_FAULTS instead of named."""

    named: list[Fault] = field(default_factory=list)
    unnamed: int = 0
    _known: set[Fault] = field(default_factory=set)

    def add(self, fault: Fault) -> None:
        if fault in self._known:
            return
        if len(self.named) < MAX_FAULTS:
            self.named.append(fault)
            self._known.add(fault)
        else:
            self.unnamed += 1

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    @property
    def room(self) -> int:
        return MAX_FAULTS - len(self.named)

    def all(self) -> list[Fault]:
        """Every named fault by row, then one line for those beyond the bound."""
        named = sorted(self.named, key=lambda fault: (fault.sheet, fault.row))
        if not self.unnamed:
            return named
        rest = Fault(0, "", f"còn {self.unnamed} lỗi nữa chưa liệt kê", "sửa các lỗi đã nêu rồi kiểm tra lại")
        return [*named, rest]
