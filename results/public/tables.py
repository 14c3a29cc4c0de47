"""The tables and pictures of the public pages. Pure: blocks and rows of a bundle in, lines out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from cchc_index.lib.numbers import vn_short
from cchc_index.lib.text import sort_key
from results import charts
from results.book import STATE_WORDS, AreaShare, Book, BookBlock, BookCell, BookCriterion, BookLine
from results.ranking import half_up
from results.years import UnitChange, YearChange, change_of, common_leaves, most_improved, points_of, unit_changes

SORTS = {
    "hang": ("Hạng", None),
    "ten": ("Đơn vị", None),
    "chi-so": ("Chỉ số (%)", "index"),
    "tham-dinh": ("Thẩm định (%)", "appraised_index"),
    "dtxhh": ("ĐTXHH (%)", "survey_index"),
}
"""?sap= → heading and the number it sorts by, highest first."""


def sorted_rows(rows: Sequence[BookLine], by: str) -> list[BookLine]:
    if by == "ten":
        return sorted(rows, key=lambda r: sort_key(r.name))
    field = SORTS.get(by, ("", None))[1]
    if field is None:
        return list(rows)
    return sorted(rows, key=lambda r: _highest_first(getattr(r, field)))


def _highest_first(value: Decimal | None) -> tuple[bool, Decimal]:
    return value is None, -(value or Decimal(0))


def dots(points: Sequence[charts.Point], title: str) -> dict[str, str | bool]:
    """The picture of a ranking for a page: on a laptop, on a phone and on paper. One that is taller than a printed page
    stays on a laptop's screen: the table above says the same. Without a single value there is nothing to draw."""
    if all(value is None for _label, value in points):
        return {"chart": "", "narrow_chart": "", "taller_than_paper": False}
    tall = len(points) > MOST_ON_PAPER
    narrow = "" if tall else charts.ranking_dots_narrow(points, title=title)
    return {"chart": charts.ranking_dots(points, title=title), "narrow_chart": narrow, "taller_than_paper": tall}


def ranking_dots(book: Book, block: BookBlock) -> dict[str, str | bool]:
    """Every unit's index in order of rank."""
    return dots([(row.name, row.index) for row in block.rows], f"Chỉ số CCHC năm {book.year} – {block.name}")


MOST_ON_PAPER = 36
"""Units whose picture is no taller than a printed page."""
FEWEST_TILES = 8
"""Units that make a map."""


def ranking_maps(
    block: BookBlock, places: Mapping[str, tuple[int, int]], address: Callable[[str, str], str]
) -> dict[str, str]:
    """The block as squares about where its units lie, the ranks in five equal parts, for a laptop and for a phone; ""
    where most have no place or none has a rank."""
    rows = [row for row in block.rows if row.unit in places]
    ranks = sorted(row.rank for row in block.rows if row.rank is not None)
    if len(rows) * 5 < len(block.rows) * 4 or len(rows) < FEWEST_TILES or not ranks:
        return {"map": "", "narrow_map": ""}
    drawn = []
    for row in rows:
        shade = None if row.rank is None else 4 - ranks.index(row.rank) * 5 // len(ranks)
        column, line = places[row.unit]
        drawn.append(charts.Tile(column, line, row.name, row.rank, row.index, shade, address(block.code, row.unit)))
    title = f"Bản đồ ô: hạng của các đơn vị – {block.name}"
    return {"map": charts.tile_map(drawn, title=title), "narrow_map": charts.tile_map(drawn, title=title, narrow=True)}


def areas_chart(row: BookLine, areas: Iterable[AreaShare], *, narrow: bool = False) -> str:
    """The unit's areas as bars; "" without a single value."""
    bars = [(f"{a.criterion.code}. {a.criterion.name}", a.share, a.median) for a in areas]
    if all(share is None and median is None for _name, share, median in bars):
        return ""
    draw = charts.area_bars_narrow if narrow else charts.area_bars
    return draw(bars, title=f"Mức đạt theo lĩnh vực của {row.name} so với trung vị khối (%)")


@dataclass(frozen=True)
class CriteriaTableRow:
    """A row of the criteria table of one unit (or two, side by side)."""

    criterion: BookCriterion
    address: str
    cells: tuple[BookCell, ...]


def lines(block: BookBlock, rows: Sequence[BookLine], address: Callable[[str, str], str]) -> list[CriteriaTableRow]:
    """The criteria in printed order with the rows' cells; `address` of a group and a leaf is its page."""
    return [
        CriteriaTableRow(
            c,
            address(block.code, c.code) if c.is_leaf else "",
            tuple(block.cell(r.unit, c.code) for r in rows) if c.is_leaf else (),
        )
        for c in block.criteria
    ]


CLASSES = 8
"""More different points than this are put into five classes of share."""


def distribution(criterion: BookCriterion, column: Sequence[tuple[BookLine, BookCell]]) -> list[tuple[str, int]]:
    """How many units reached which points, lowest first: one class per value or, where there are many values, one per
    fifth of the maximum."""
    points = [cell.points for _, cell in column if cell.points is not None]
    if len(set(points)) <= CLASSES:
        return [(vn_short(value), n) for value, n in sorted(Counter(points).items())]
    classes = Counter(min(int(value * 5 / criterion.max_points), 4) for value in points)
    return [(f"{20 * n}–{20 * n + 20}%", classes[n]) for n in range(5)]


def states(column: Sequence[tuple[BookLine, BookCell]]) -> list[tuple[str, int]]:
    """How many units stand in which state, in words."""
    counted = Counter(cell.state for _, cell in column)
    return [(words, counted[state]) for state, words in STATE_WORDS.items() if counted[state]]


# --- the block as a whole ---------------------------------------------------------------------------


def shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value, 2)


def mean(values: Iterable[Decimal | None]) -> Decimal | None:
    """Of what is known, to two places."""
    known = [Fraction(value) for value in values if value is not None]
    return half_up(sum(known, Fraction(0)) / len(known), 2) if known else None


def summary(block: BookBlock) -> dict[str, Decimal | None]:
    """The means of a block."""
    rows = block.rows
    return {
        "index": mean(row.index for row in rows),
        "appraised": mean(row.appraised_index for row in rows),
        "survey": mean(row.survey_index for row in rows),
    }


# --- one area ---------------------------------------------------------------------------------------


def area_lines(block: BookBlock, code: str) -> list[tuple[int | None, BookLine, Decimal | None]]:
    """(rank in the area, unit, share in percent), the highest first; ranks as the block's policy for ties says."""
    shares, ranks = block.exact_shares(code), _area_ranks(block, code)
    rows = sorted(block.rows, key=lambda r: (shares[r.unit] is None, -(shares[r.unit] or 0), sort_key(r.name)))
    return [(_rank(ranks, shares[row.unit]), row, shown(shares[row.unit])) for row in rows]


def _area_ranks(block: BookBlock, code: str) -> dict[Fraction, int]:
    """Share → rank."""
    above = Counter(share for share in block.exact_shares(code).values() if share is not None)
    dense = block.policies.get("ties") == "dense"
    ranks, place = {}, 1
    for n, share in enumerate(sorted(above, reverse=True), start=1):
        ranks[share] = n if dense else place
        place += above[share]
    return ranks


def _rank(ranks: dict[Fraction, int], share: Fraction | None) -> int | None:
    return None if share is None else ranks[share]


def area_rank(block: BookBlock, unit: str, code: str) -> int | None:
    """The unit's rank in an area."""
    return _rank(_area_ranks(block, code), block.exact_shares(code)[unit])


# --- units side by side -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedSection:
    """An area with its criteria, as units stand in it."""

    area: BookCriterion
    shares: list[tuple[Decimal | None, Decimal | None]]
    lines: list[CriteriaTableRow]


def compared(block: BookBlock, rows: Sequence[BookLine], address: Callable[[str, str], str]) -> list[ComparedSection]:
    """Area by area: each unit's share with the difference to the first unit's, and the leaves."""
    by_area = {row.unit: {a.criterion.code: a.share for a in block.areas_of(row.unit)} for row in rows}
    sections = []
    for area in block.areas:
        shares = [by_area[row.unit][area.code] for row in rows]
        leaves = [line for line in lines(block, rows, address) if line.cells and line.criterion.area == area.code]
        sections.append(ComparedSection(area, [(share, _ahead(share, shares[0])) for share in shares], leaves))
    return sections


def _ahead(share: Decimal | None, first: Decimal | None) -> Decimal | None:
    return None if share is None or first is None else share - first


# --- years ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearPair:
    """Two published years that follow each other, and on what basis they are compared."""

    year: int
    before: int
    leaves: int
    points: Decimal
    scale: Decimal
    change: YearChange | None
    improved: list[UnitChange]
    moved: dict[str, UnitChange]

    @property
    def difference(self) -> Decimal | None:
        return shown(self.change.difference) if self.change else None

    @property
    def improvements(self) -> list[tuple[str, Decimal | None]]:
        return [(change.row.name, shown(change.difference)) for change in self.improved]


def year_pairs(columns: Sequence[tuple[int, BookBlock]]) -> list[YearPair]:
    """The newest year first; each against the published year before it."""
    pairs = []
    for (year, block), (before, earlier) in pairwise(columns):
        leaves, changes = common_leaves(block, earlier), unit_changes(block, earlier)
        change = change_of(block, before, earlier)
        moved = {one.row.unit: one for one in changes}
        scale = block.scale
        pairs.append(
            YearPair(year, before, len(leaves), points_of(leaves), scale, change, most_improved(changes), moved)
        )
    return pairs


@dataclass(frozen=True)
class YearsLine:
    """A unit over the years: its line in each, None where it was not ranked; how it moved in the newest."""

    row: BookLine
    by_year: list[tuple[int, BookLine | None]]
    moved: Decimal | None
    reason: str
    origin: str


def year_lines(years: Sequence[tuple[int, BookBlock]], origins: Mapping[str, str]) -> list[YearsLine]:
    """The units of the newest year in their order, each with the years before; `origins` says by code what a unit came
    from."""
    if not years:
        return []
    blocks = [block for _, block in years]
    moved = {one.row.unit: one for one in unit_changes(blocks[0], blocks[1])} if len(blocks) > 1 else {}
    made = []
    for row in blocks[0].rows:
        one = moved.get(row.unit)
        by_year = [(year, block.by_unit.get(row.unit)) for year, block in years]
        difference, reason = (shown(one.difference), one.reason) if one else (None, "")
        made.append(YearsLine(row, by_year, difference, reason, origins.get(row.unit, "") if reason else ""))
    return made
