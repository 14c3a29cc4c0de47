"""Whether what stands in a paper's tables has room: the longest word of every heading, and the longest number, each in
its column, as the paper and as Word set them. Points."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html
from lxml.html import HtmlElement

from cchc_index.lib import raster
from results.files import word

PADDING = 2 * word.CELL_SIDES + 0.5
"""Beside the words: both sides of the cell and its line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How tables are set: `paper` and `turned` are millimetres between the margins."""

    name: str
    size: float
    small: float
    paper: float
    turned: float
    whole_numbers: bool
    """Whether a cell of numbers is one word, as the style of paper has it."""


PDF = Setting("PDF", 11, 10, 165, 252, True)
WORD = Setting("Word", 10, 10, word.USABLE, word.WIDE_USABLE, False)
SLIDE = Setting("slide", 14, 14, 302.67, 302.67, True)
STATEMENT = Setting("statement", 11, 10, 267, 267, True)


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A word that is longer than its column is wide."""

    words: str
    needs: float
    has: float
    setting: str


def squeezed(markup: str, setting: Setting) -> list[Squeezed]:
    """Every word of the tables of a paper that its column breaks or cuts."""
    tables = [table for table in html.fromstring(markup).iter("table") if "data" in (table.get("class") or "").split()]
    return [one for table in tables for one in _in_table(table, setting)]


def _in_table(table: HtmlElement, setting: Setting) -> Iterator[Squeezed]:
    wide = any("wide" in (above.get("class") or "").split() for above in table.iterancestors())
    room = (setting.turned if wide else setting.paper) / 25.4 * 72
    size = setting.small if "small" in (table.get("class") or "").split() else setting.size
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("th", "td")]
        if any(cell.get("colspan") for cell in cells):
            continue
        for share, cell in zip(word.column_shares(table, len(cells)), cells, strict=True):
            has, head = room * share / 100 - PADDING, row.getparent().tag == "thead"
            for words in _unbroken(cell, setting):
                needs = raster.length(words, size * 10, bold=head or cell.find("b") is not None) / 10
                if needs > has:
                    yield Squeezed(words, needs, has, setting.name)


def _unbroken(cell: HtmlElement, setting: Setting) -> list[str]:
    """What no line of the cell may break."""
    for line_end in cell.iter("br"):
        line_end.tail = f" {line_end.tail or ''}"
    words = cell.text_content().split()
    return [" ".join(words)] if setting.whole_numbers and cell.get("class") == "num" else words
