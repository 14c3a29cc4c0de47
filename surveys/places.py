"""What a file of the survey may name: the leaves of the set and the units measured."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from cchc_index.lib import codes
from cchc_index.lib.text import clean, fold


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
    unit_names: Mapping[str, str] = field(default_factory=dict)
    """Exact name → code, of the units whose name no other has."""
    names_in_lower_case: Mapping[str, str] = field(default_factory=dict)

    def leaf(self, raw: str) -> Leaf | None:
        """The leaf a code means: its code, else its printed code where that names one leaf only."""
        code = tidy_code(raw)
        exact = next((leaf for leaf in self.leaves if codes.key(leaf.code) == code), None)
        if exact:
            return exact
        printed = [leaf for leaf in self.leaves if leaf.printed_code and clean(raw) == leaf.printed_code]
        return printed[0] if len(printed) == 1 else None

    def unit(self, text: str) -> int | None:
        """The unit of a code, whatever its letter case and spaces, or of an exact name."""
        code = self.names_in_lower_case.get(text.lower(), text)
        return self.spellings.get(code) or self.spellings.get(codes.key(code))

    def nearest_units(self, text: str) -> list[tuple[str, str]]:
        """(name, code) of the units whose names nearly are `text`, the nearest first."""
        by_fold = {fold(name): (name, code) for name, code in self.unit_names.items()}
        return [by_fold[name] for name in get_close_matches(fold(text), by_fold, n=2, cutoff=0.8)]


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
    near = [f"{unit} ({name})" for name, unit in places.nearest_units(code)] if " " in code else []
    otherwise = f"ghi mã {' hoặc '.join(near)}" if near else "ghi đúng mã đơn vị như trong danh sách đơn vị của khối"
    kind = "tên" if near else "mã"
    return f"không có đơn vị mang {kind} “{code[:60]}”", codes.repair_of(code, places.units, otherwise)
