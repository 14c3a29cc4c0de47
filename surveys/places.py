"""What a file of the survey may name: the leaves of the set and the units measured."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cchc_index.lib import codes
from cchc_index.lib.text import clean


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the block's set."""

    id: int
    code: str
    printed_code: str
    name: str
    source: str
    max_points: Decimal


@dataclass(frozen=True, slots=True)
class Places:
    """What a file may name: the leaves of the set, the units measured, the codes of other units."""

    leaves: tuple[Leaf, ...]
    units: Mapping[str, int]
    spellings: Mapping[str, int]
    """The units by every spelling of their code (cchc_index.lib.codes)."""
    other_units: frozenset[str] = frozenset()

    def leaf(self, raw: str) -> Leaf | None:
        """The leaf a code means: its code, else its printed code where that names one leaf only."""
        code = tidy_code(raw)
        exact = next((leaf for leaf in self.leaves if codes.key(leaf.code) == code), None)
        if exact:
            return exact
        printed = [leaf for leaf in self.leaves if leaf.printed_code and clean(raw) == leaf.printed_code]
        return printed[0] if len(printed) == 1 else None

    def unit(self, code: str) -> int | None:
        """The unit of a code, whatever its letter case and spaces."""
        return self.spellings.get(code) or self.spellings.get(codes.key(code))


def tidy_code(raw: str) -> str:
    """A code as people type it: without spaces, full width, doubled or final dots ("4.4." and "４.４" are 4.4)."""
    return re.sub(r"\.{2,}", ".", codes.key(clean(raw))).strip(".")


def unit_fault(places: Places, code: str) -> tuple[str, str]:
    """(message, repair) for a unit code that does not name a measured unit."""
    if not code:
        return "thiếu mã đơn vị", "ghi mã đơn vị được đánh giá"
    if code in places.other_units or code.upper() in places.other_units:
        return (
            f"đơn vị “{code[:40]}” không thuộc khối này hoặc không được đánh giá trong kỳ",
            "bỏ dòng này, hoặc chọn đúng khối và kỳ",
        )
    repair = codes.repair_of(code, places.units, "ghi đúng mã đơn vị như trong danh sách đơn vị của khối")
    return f"không có đơn vị mang mã “{code[:40]}”", repair
