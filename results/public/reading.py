"""Results that Hà Nội published before this system, as a decision or the press printed them, and where units lie.

Single ranks and indexes, not whole rankings: nothing is computed from them, and nothing here computes them.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cchc_index.lib.text import sort_key

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FILE = FIXTURES / "official" / "earlier_results.csv"
TILES = FIXTURES / "map" / "tiles.csv"
"""Our own drawing, about where the units lie; no official map."""


@dataclass(frozen=True)
class EarlierResult:
    """One row of the file; every field is text as printed, "" where the source does not say it.

    `index` is a percentage with the decimals of its source, `code` the unit's among the official units, `address` where
    the source is read."""

    year: str
    group: str
    group_name: str
    rank: str
    units_in_group: str
    code: str
    unit: str
    index: str
    source: str
    address: str
    note: str


@cache
def tiles(group: str) -> dict[str, tuple[int, int]]:
    """Column and row of the units of a block (by code) on the map of squares; nothing for a block without a map."""
    with TILES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] == group]
    return {row["code"]: (int(row["column"]), int(row["row"])) for row in rows}


@cache
def _rows() -> tuple[EarlierResult, ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(EarlierResult(**row) for row in csv.DictReader(file))


def earlier_blocks() -> dict[str, str]:
    """Code and name of each block the file speaks of, in its order."""
    return {row.group: row.group_name for row in _rows()}


def earlier_results(group: str, unit: str = "") -> list[EarlierResult]:
    """What is known of a block, or of one unit of it (both by code): the newest year first, by rank, then by name;
    who has no rank comes last."""
    rows = [row for row in _rows() if row.group == group and unit in ("", row.code)]
    return sorted(rows, key=lambda row: (-int(row.year), not row.rank, int(row.rank or 0), sort_key(row.unit)))
