"""The tables and pictures of the public pages. Pure: blocks and rows of a bundle in, lines out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cchc_index.lib.numbers import vn_short
from cchc_index.lib.text import sort_key
from results import charts
from results.book import STATE_WORDS, AreaShare, Book, BookBlock, BookCell, BookCriterion, BookLine

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


def ranking_chart(book: Book, block: BookBlock, rows: Sequence[BookLine], highlight: str = "") -> str:
    title = f"Chỉ số CCHC năm {book.year} – {block.name}"
    return charts.ranking_dots([(r.name, r.index) for r in rows], title=title, highlight=highlight)


def areas_chart(row: BookLine, areas: Iterable[AreaShare]) -> str:
    bars = [(f"{a.criterion.code}. {a.criterion.name}", a.share, a.median) for a in areas]
    return charts.area_bars(bars, title=f"Mức đạt theo lĩnh vực của {row.name} so với trung vị khối (%)")


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
