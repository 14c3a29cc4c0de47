"""A bundle as objects: the published numbers for page, chart, paper and spreadsheet.

Pure: a bundle (docs/architecture.md) in, objects out; no database, so that nothing but what is
published can be shown. Numbers are exact Decimals; shares of areas are exact fractions until shown.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import median
from typing import Any

from cchc_index.lib import numbers
from cchc_index.lib.days import letter_day, letter_month
from cchc_index.lib.text import clean, fold, sort_key

STATE_WORDS = {
    "scored": "đã có điểm",
    "not_scored": "chưa chấm",
    "not_applicable": "không áp dụng",
    "no_ballots": "không có phiếu",
}
STATE_MARKS = {"scored": "st-ok", "not_scored": "st-none", "not_applicable": "st-na", "no_ballots": "st-wait"}
SOURCE_WORDS = {"self": "Thẩm định", "survey": "ĐTXHH", "sipas": "SIPAS", "papi": "PAPI"}
KIND_WORDS = {"bonus": "thưởng", "penalty": "trừ"}
NA_WORDS = {
    "rescale": "Tiêu chí không áp dụng được bỏ ra; mỗi phần (thẩm định, điều tra xã hội học) được quy đổi về đúng "
    "thang điểm ban đầu của phần đó.",
    "shrink": "Tiêu chí không áp dụng được bỏ ra khỏi cả điểm đạt và điểm tối đa.",
    "full": "Tiêu chí không áp dụng được tính đủ điểm tối đa.",
}
TIE_WORDS = {
    "competition": "Các đơn vị bằng điểm cùng hạng; hạng kế tiếp bỏ qua số đơn vị bằng nhau (1, 1, 3).",
    "dense": "Các đơn vị bằng điểm cùng hạng; hạng kế tiếp liền sau (1, 1, 2).",
}
HUNDRED = Fraction(100)


def slug(document: str) -> str:
    """A document number as part of an address: "123/QĐ-UBND" → "123-qd-ubnd"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(document)).strip("-") or "-"


def number(text: object) -> Decimal | None:
    """A number of the bundle (exact decimal text) or None."""
    return None if text is None else Decimal(str(text))


@dataclass(frozen=True)
class BookCriterion:
    """A row of the criteria tree; `area` is the code of its root."""

    code: str
    printed_code: str
    name: str
    parent: str
    area: str
    depth: int
    is_leaf: bool
    source: str
    kind: str
    max_points: Decimal
    illustrative: bool

    @property
    def source_words(self) -> str:
        return SOURCE_WORDS.get(self.source, "")

    @property
    def kind_words(self) -> str:
        return KIND_WORDS.get(self.kind, "")

    @property
    def counts(self) -> bool:
        """Whether the leaf's maximum is part of the total maximum. That of a bonus or penalty leaf is not."""
        return self.is_leaf and self.kind not in KIND_WORDS


@dataclass(frozen=True)
class BookCell:
    """One unit on one leaf: a state, and points only where it is `scored`."""

    state: str
    self_points: Decimal | None = None
    points: Decimal | None = None
    ballots: int | None = None

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def mark(self) -> str:
        return STATE_MARKS[self.state]

    @property
    def lowered(self) -> bool:
        """Whether the council gave less than the unit itself."""
        return self.points is not None and self.self_points is not None and self.points < self.self_points

    @property
    def scored(self) -> bool:
        return self.state == "scored"


MISSING = BookCell("not_scored")


@dataclass(frozen=True)
class BookLine:
    """A unit's line of the ranking."""

    unit: str
    name: str
    points: Decimal | None
    max_points: Decimal | None
    index: Decimal | None
    appraised_points: Decimal | None
    appraised_max: Decimal | None
    appraised_index: Decimal | None
    survey_points: Decimal | None
    survey_max: Decimal | None
    survey_index: Decimal | None
    bonus: Decimal
    penalty: Decimal
    rank: int | None
    band: str
    incomplete: tuple[str, ...]

    @property
    def extra(self) -> Decimal:
        """Bonus less deduction, for the column Thưởng/trừ."""
        return self.bonus - abs(self.penalty)


@dataclass(frozen=True)
class AreaShare:
    """What a unit reached in an area, in percent of what applies to it, and the block's median."""

    criterion: BookCriterion
    points: Decimal
    max_points: Decimal
    share: Decimal | None
    median: Decimal | None
    missing: int


@dataclass
class BookBlock:
    """Khối: its criteria, its units' lines in the order of rank, its cells."""

    code: str
    name: str
    decision: str
    decision_line: str
    note: str
    policies: Mapping[str, Any]
    criteria: list[BookCriterion]
    rows: list[BookLine]
    cells: Mapping[tuple[str, str], BookCell] = field(repr=False)
    grounds: Mapping[str, Any] | None = field(default=None, repr=False)
    """On what the points rest, as the bundle says it; None where the round does not let the public read it."""

    @cached_property
    def by_code(self) -> dict[str, BookCriterion]:
        return {c.code: c for c in self.criteria}

    @cached_property
    def by_unit(self) -> dict[str, BookLine]:
        return {r.unit: r for r in self.rows}

    @cached_property
    def leaves(self) -> list[BookCriterion]:
        return [c for c in self.criteria if c.is_leaf]

    @cached_property
    def areas(self) -> list[BookCriterion]:
        """The roots under which something of the scale lies."""
        counted = {c.area for c in self.leaves if c.counts}
        return [c for c in self.criteria if not c.parent and c.code in counted]

    @property
    def illustrative(self) -> bool:
        return any(c.illustrative for c in self.criteria)

    @property
    def has_extra(self) -> bool:
        return any(c.kind in KIND_WORDS for c in self.leaves)

    @property
    def na_words(self) -> str:
        return NA_WORDS.get(str(self.policies.get("na")), "")

    @property
    def tie_words(self) -> str:
        return TIE_WORDS.get(str(self.policies.get("ties")), "")

    @property
    def bands(self) -> list[tuple[str, Decimal]]:
        return [(str(b["name"]), Decimal(str(b["from"]))) for b in self.policies.get("bands") or []]

    @property
    def scale(self) -> Decimal:
        return sum((c.max_points for c in self.leaves if c.counts), Decimal(0))

    @property
    def appraised_scale(self) -> Decimal:
        return sum((c.max_points for c in self.leaves if c.counts and c.source == "self"), Decimal(0))

    @property
    def survey_scale(self) -> Decimal:
        return self.scale - self.appraised_scale

    def cell(self, unit: str, code: str) -> BookCell:
        return self.cells.get((unit, code), MISSING)

    @cached_property
    def _area_shares(self) -> dict[str, dict[str, Fraction | None]]:
        return {a.code: {r.unit: _share(*self._area_sums(r.unit, a.code)) for r in self.rows} for a in self.areas}

    @cached_property
    def _medians(self) -> dict[str, Fraction | None]:
        known = {code: [s for s in shares.values() if s is not None] for code, shares in self._area_shares.items()}
        return {code: median(shares) if shares else None for code, shares in known.items()}

    @cached_property
    def _leaves_of(self) -> dict[str, list[BookCriterion]]:
        leaves_by_area: dict[str, list[BookCriterion]] = {a.code: [] for a in self.areas}
        for leaf in self.leaves:
            if leaf.counts:
                leaves_by_area[leaf.area].append(leaf)
        return leaves_by_area

    def _area_sums(self, unit: str, area: str) -> tuple[Decimal, Decimal, int]:
        points = maximum = Decimal(0)
        missing = 0
        for leaf in self._leaves_of[area]:
            cell = self.cell(unit, leaf.code)
            if cell.state == "not_applicable":
                continue
            maximum += leaf.max_points
            points += cell.points or Decimal(0)
            missing += not cell.scored
        return points, maximum, missing

    def areas_of(self, unit: str) -> list[AreaShare]:
        """The areas of one unit beside the block's medians, in the printed order."""
        return [self._area_of(unit, area) for area in self.areas]

    def _area_of(self, unit: str, area: BookCriterion) -> AreaShare:
        points, maximum, missing = self._area_sums(unit, area.code)
        share = self._area_shares[area.code][unit]
        return AreaShare(area, points, maximum, _shown(share), self.area_median(area.code), missing)

    def exact_shares(self, code: str) -> Mapping[str, Fraction | None]:
        """Unit → its exact share of an area in percent; None while something of it has no score."""
        return self._area_shares[code]

    def area_median(self, code: str) -> Decimal | None:
        """The block's median share of an area, in percent."""
        return _shown(self._medians[code])

    def area_range(self, code: str) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and highest share of an area in the block, in percent."""
        known = [s for s in self._area_shares[code].values() if s is not None]
        return (_shown(min(known)), _shown(max(known))) if known else (None, None)

    def column(self, code: str) -> list[tuple[BookLine, BookCell]]:
        """Every unit on one leaf: highest points first, the states without points last."""
        pairs = [(row, self.cell(row.unit, code)) for row in self.rows]
        return sorted(pairs, key=lambda p: (p[1].points is None, -(p[1].points or 0), sort_key(p[0].name)))

    def find(self, text: str) -> list[BookLine]:
        """The lines whose name or code holds every word of `text`, without accents or case."""
        words = fold(text).split()
        return [r for r in self.rows if all(w in fold(f"{r.name} {r.unit}") for w in words)]


@dataclass(frozen=True)
class Record:
    """What goes with a publication beside its bundle: what was still open when it was published and why it was
    published nevertheless; the codes of the blocks whose points came from files."""

    gates: tuple[str, ...] = ()
    proposer_reason: str = ""
    approver_reason: str = ""
    archives: tuple[str, ...] = ()
    log: str = ""
    """Where the publication stands in the log."""


@dataclass
class Book:
    """A whole bundle. `number` and `date` are None in a preview."""

    year: int
    illustrative: bool
    number: str | None
    dated: date | None
    digest: str
    assessed_from: date | None
    assessed_to: date | None
    blocks: list[BookBlock]
    record: Record = Record()
    statements: list[str] = field(default_factory=list)
    """What silence meant in the round, and what random samples showed."""
    supersedes: str = ""
    errata: str = ""
    """The number of the publication that this one corrects, and what is corrected."""

    def block(self, code: str) -> BookBlock | None:
        return next((b for b in self.blocks if b.code == code), None)

    @property
    def archived(self) -> list[str]:
        """The names of the blocks whose points were brought in from files."""
        return [block.name for block in self.blocks if block.code in self.record.archives]

    @property
    def document_line(self) -> str:
        """The line under the title: the number and date of the publication, or that this is only a preview."""
        if self.illustrative:
            named = f", số giả định {self.number}" if self.number else ""
            return f"BẢN TRÌNH DIỄN – số liệu minh họa{named}"
        if not self.number or not self.dated:
            return "Bản xem trước – chưa công bố"
        return f"Quyết định số {self.number} ngày {letter_day(self.dated)} của UBND thành phố Hà Nội"

    @property
    def attachment_line(self) -> str:
        """What stands under the title of a paper: which decision it is attached to, in the full form."""
        if self.illustrative or not self.number or not self.dated:
            return self.document_line
        day = f"ngày {self.dated.day:02d} tháng {letter_month(self.dated)} năm {self.dated.year}"
        return f"Kèm theo Quyết định số {self.number} {day} của Ủy ban nhân dân thành phố Hà Nội"


def parse_bundle(text: str) -> Book:
    """The bundle as published (JSON text)."""
    return read_bundle(json.loads(text))


def read_bundle(bundle: Mapping[str, Any]) -> Book:
    """A bundle as objects."""
    return Book(
        year=int(bundle["year"]),
        illustrative=bool(bundle["illustrative"]),
        number=bundle.get("number") or None,
        dated=_date(bundle.get("date")),
        digest=str(bundle.get("digest") or ""),
        assessed_from=_date(bundle.get("assessed_from")),
        assessed_to=_date(bundle.get("assessed_to")),
        blocks=[_block(group, bundle.get("decisions") or {}) for group in bundle["groups"]],
        record=_record(bundle.get("record") or {}),
        statements=[str(sentence) for sentence in bundle.get("statements") or []],
        supersedes=str(bundle.get("supersedes") or ""),
        errata=str(bundle.get("errata") or ""),
    )


def _record(raw: Mapping[str, Any]) -> Record:
    return Record(
        gates=tuple(raw.get("gates") or ()),
        proposer_reason=raw.get("proposer_reason") or "",
        approver_reason=raw.get("approver_reason") or "",
        archives=tuple(raw.get("archives") or ()),
        log=raw.get("log") or "",
    )


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _cited(number: str, decisions: Mapping[str, Mapping[str, str]]) -> str:
    """A decision as papers cite it: its kind, number, day and issuer, as far as the bundle knows them."""
    if not number:
        return ""
    known = decisions.get(number, {})
    issued, issuer = _date(known.get("date")), clean(known.get("issuer"))
    day = f" ngày {letter_day(issued)}" if issued else ""
    return f"Quyết định số {number}{day}{f' của {issuer}' if issuer else ''}"


def _block(group: Mapping[str, Any], decisions: Mapping[str, Mapping[str, str]]) -> BookBlock:
    names = {u["code"]: clean(u["name"]) for u in group["units"]}
    rows = [_row(result, names) for result in group["results"]]
    return BookBlock(
        code=group["code"],
        name=clean(group["name"]),
        decision=group.get("decision") or "",
        decision_line=_cited(group.get("decision") or "", decisions),
        note=clean(group.get("note")),
        policies=group.get("policies") or {},
        criteria=_criteria(group["criteria"]),
        rows=sorted(rows, key=lambda r: (r.rank is None, r.rank or 0, sort_key(r.name))),
        cells={(c["unit"], c["criterion"]): _cell(c) for c in group["cells"]},
        grounds=group.get("grounds"),
    )


def _criteria(raw: Iterable[Mapping[str, Any]]) -> list[BookCriterion]:
    """In the bundle's order; a parent stands before its children."""
    roots: dict[str, tuple[str, int]] = {}
    rows = []
    for item in raw:
        area, depth = roots.get(item.get("parent") or "", (item["code"], 0))
        roots[item["code"]] = (area, depth + 1)
        rows.append(_criterion(item, area, depth + 1))
    return rows


def _criterion(item: Mapping[str, Any], area: str, depth: int) -> BookCriterion:
    return BookCriterion(
        code=item["code"],
        printed_code=item.get("printed_code") or "",
        name=clean(item["name"]),
        parent=item.get("parent") or "",
        area=area,
        depth=depth,
        is_leaf=bool(item["is_leaf"]),
        source=item.get("source") or "",
        kind=item.get("kind") or "normal",
        max_points=number(item["max_points"]) or Decimal(0),
        illustrative=item.get("provenance") == "illustrative",
    )


def _cell(item: Mapping[str, Any]) -> BookCell:
    ballots = item.get("ballots")
    return BookCell(
        state=item["state"],
        self_points=number(item.get("self_points")),
        points=number(item.get("points")),
        ballots=None if ballots is None else int(ballots),
    )


_AMOUNTS = (
    "points", "max_points", "index", "appraised_points", "appraised_max", "appraised_index",
    "survey_points", "survey_max", "survey_index",
)  # fmt: skip


def _row(item: Mapping[str, Any], names: Mapping[str, str]) -> BookLine:
    return BookLine(
        unit=item["unit"],
        name=clean(item.get("name")) or names[item["unit"]],
        bonus=number(item.get("bonus")) or Decimal(0),
        penalty=number(item.get("penalty")) or Decimal(0),
        rank=item.get("rank"),
        band=item.get("band") or "",
        incomplete=tuple(item.get("incomplete") or ()),
        **{key: number(item.get(key)) for key in _AMOUNTS},
    )


def _share(points: Decimal, maximum: Decimal, missing: int) -> Fraction | None:
    """Percent of what applies; None while something of it has no score."""
    if missing or not maximum:
        return None
    return Fraction(points) / Fraction(maximum) * HUNDRED


def _shown(share: Fraction | None) -> Decimal | None:
    return None if share is None else numbers.shown(share)
