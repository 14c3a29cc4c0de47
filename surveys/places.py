"""What a file of the survey may name: the leaves of the set and the units measured."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

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
        """The unit of a code, whatever its letter case and spaces, or of an exact name, or of both where they agree."""
        return self._unit(text) or self._unit_twice(text)

    def _unit(self, text: str) -> int | None:
        code = self.names_in_lower_case.get(text.lower(), text)
        return self.spellings.get(code) or self.spellings.get(codes.key(code))

    def _unit_twice(self, text: str) -> int | None:
        """The unit that a text names by code and name: "SCT - Sở Công Thương", "Sở Công Thương (SCT)"."""
        for mark in _BETWEEN:
            first, between, second = text.partition(mark)
            unit = self._unit(first.strip()) if between else None
            if unit is not None and unit == self._unit(second.removesuffix(")").strip()):
                return unit
        return None

    def leaf_by_name(self, text: str) -> Leaf | None:
        """The leaf that the survey asks about and that alone has this very name."""
        return _asked_by_name(self.leaves).get(fold(text))

    def nearest_units(self, text: str) -> list[tuple[str, str]]:
        """(name, code) of the units whose names nearly are `text`, the nearest first; else of those it holds."""
        by_fold = {fold(name): (name, code) for name, code in self.unit_names.items()}
        near: list[str] = get_close_matches(fold(text), by_fold, n=2, cutoff=0.8)
        held = [name for name in by_fold if f" {name} " in f" {fold(text)} "]
        return [by_fold[name] for name in near or sorted(held, key=len, reverse=True)[:2]]


_BETWEEN = (" - ", " – ", " — ", ": ", " (")


@lru_cache(maxsize=8)
def _asked_by_name(leaves: tuple[Leaf, ...]) -> dict[str, Leaf]:
    asked = [leaf for leaf in leaves if leaf.source == "survey"]
    times = Counter(fold(leaf.name) for leaf in asked)
    return {fold(leaf.name): leaf for leaf in asked if leaf.name and times[fold(leaf.name)] == 1}


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
