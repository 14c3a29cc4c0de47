"""The pieces that pictures are drawn with: SVG as text, the same in page and PDF. No scripts and no style
attributes (the content security policy refuses them): presentation attributes only."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from zlib import crc32

INK, SOFT, GRID, BAR, MARK = "#1d2126", "#55606c", "#cfd5db", "#8fa9c4", "#9b1c1f"
FONT = "Segoe UI, Noto Sans, Roboto, Liberation Sans, Arial, sans-serif"
WIDTH = 760


def frame(width: int, height: int, title: str, described: str, parts: Sequence[str], *, role: str = "img") -> str:
    """The frame with title and description. Several pictures share a page, so their ids come from what each shows: the
    same page is the same bytes from every process. A picture whose parts are links is no `img` but a `group`."""
    mark = f"h{crc32(''.join((title, described, *parts)).encode()):08x}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="{role}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="{mark}t {mark}d" font-family="{FONT}">'
        f'<title id="{mark}t">{escape(title)}</title><desc id="{mark}d">{escape(described)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def scale(value: Decimal, low: Decimal, high: Decimal, left: int, right: int) -> int:
    """Where a value lies between two places; outside of the range it stays at its edge."""
    inside = min(max(value, low), high)
    return int(left + (inside - low) / (high - low) * (right - left))


def line(x1: int, y1: int, x2: int, y2: int, colour: str) -> str:
    """A thin straight line."""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1"/>'


def text(
    x: int, y: int, text: str, *, anchor: str = "start", size: int = 14, weight: str = "normal", fill: str = INK
) -> str:
    """One line of text."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def short(label: str, most: int = 46) -> str:
    """A label that fits, with an ellipsis where it did not."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
