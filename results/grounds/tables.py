"""The grounds of points as a publication holds them, made ready for pages. Pure: a block of a bundle in, lines out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from results.book import BookBlock, BookCell, BookCriterion


@dataclass(frozen=True, slots=True)
class EvidenceTitle:
    """A document as its title names it; never its file."""

    number: str
    dated: date | None
    abstract: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "EvidenceTitle":
        return cls(raw["number"], date.fromisoformat(raw["date"]) if raw["date"] else None, raw["abstract"])

    def __str__(self) -> str:
        return f"{self.number} {self.abstract}".strip()


@dataclass(frozen=True, slots=True)
class GroundedLeaf:
    """On what the points of a unit at one leaf rest."""

    criterion: BookCriterion
    cell: BookCell
    rule: str
    reason: str
    documents: list[EvidenceTitle]


@dataclass(frozen=True, slots=True)
class GroundedArea:
    """The leaves of an area, in printed order."""

    area: BookCriterion
    leaves: list[GroundedLeaf]


@dataclass(frozen=True, slots=True)
class StatedGround:
    """What a publication says of the points of a unit at one leaf; None where it says nothing."""

    rule: str | None
    reason: str | None
    documents: Sequence[Any]


def stated(grounds: Mapping[str, Any], unit: str, leaves: Iterable[str]) -> Iterator[tuple[str, StatedGround]]:
    """The grounds of a unit as the bundle holds them, for each of these leaves."""
    rules = {row["criterion"]: row["rule"] for row in grounds["rules"]}
    entries = {row["criterion"]: row for row in grounds["entries"] if row["unit"] == unit}
    none: dict[str, Any] = {"reason": None, "documents": []}
    for leaf in leaves:
        entry = entries.get(leaf, none)
        yield leaf, StatedGround(rules.get(leaf), entry["reason"], entry["documents"])


def grounds_of(block: BookBlock, unit: str) -> list[GroundedArea] | None:
    """The grounds of a unit, area by area; None where the round did not let the public read them."""
    if block.grounds is None:
        return None
    areas: dict[str, GroundedArea] = {}
    told = dict(stated(block.grounds, unit, [leaf.code for leaf in block.leaves]))
    for leaf in block.leaves:
        own = told[leaf.code]
        documents = [EvidenceTitle.of(raw) for raw in own.documents]
        area = areas.setdefault(leaf.area, GroundedArea(block.by_code[leaf.area], []))
        cell = block.cell(unit, leaf.code)
        area.leaves.append(GroundedLeaf(leaf, cell, own.rule or "", own.reason or "", documents))
    return list(areas.values())


def rule_of(block: BookBlock, leaf: str) -> str:
    """The rule of a leaf in words; "" where it is not published."""
    rules = block.grounds["rules"] if block.grounds else ()
    return next((str(row["rule"]) for row in rules if row["criterion"] == leaf), "")


@dataclass(frozen=True, slots=True)
class ShownTitle:
    """A title that the public would read, and where."""

    unit: str
    name: str
    criterion: str
    title: EvidenceTitle


def titles_of(block: BookBlock) -> list[ShownTitle]:
    """Every title of the block: unit by unit in its order, criterion by criterion."""
    by_unit: dict[str, list[ShownTitle]] = {row.unit: [] for row in block.rows}
    for entry in block.grounds["entries"] if block.grounds else ():
        for raw in entry["documents"]:
            name = block.by_unit[entry["unit"]].name
            shown = ShownTitle(entry["unit"], name, entry["criterion"], EvidenceTitle.of(raw))
            by_unit[entry["unit"]].append(shown)
    return [shown for titles in by_unit.values() for shown in titles]


def reasons_of(block: BookBlock) -> list[tuple[str, int]]:
    """Every reason of the block with how often it is given, the most frequent first."""
    entries = block.grounds["entries"] if block.grounds else ()
    return Counter(entry["reason"] for entry in entries if entry["reason"]).most_common()
