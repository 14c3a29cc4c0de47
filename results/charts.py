"""Pictures as SVG text: the same in page and PDF. Pure functions; no scripts and no style attributes
(the content security policy refuses them): presentation attributes only.

Each picture has a title, a description and the numbers written on it; a table stands beside it on the
page. One dark colour against one light: safe for the colour-blind and in black and white.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from itertools import count
from textwrap import wrap

from cchc_index.lib.numbers import vn

INK, SOFT, GRID, BAR, MARK = "#1d2126", "#55606c", "#cfd5db", "#8fa9c4", "#9b1c1f"
FONT = "Segoe UI, Noto Sans, Roboto, Liberation Sans, Arial, sans-serif"
WIDTH = 760
_ids = count(1)

Point = tuple[str, Decimal | None]
"""A label and its value; None where there is no value."""


def ranking_dots(points: Sequence[Point], *, title: str, highlight: str = "") -> str:
    """One dot per unit in the given order with the value written beside it."""
    low, high = _range([value for _, value in points if value is not None])
    height = 34 + 21 * len(points)
    left, right = 330, WIDTH - 70
    parts = _axis(low, high, left, right, height)
    for place, (label, value) in enumerate(points):
        parts += _dot(label, value, 40 + 21 * place, (low, high, left, right), label == highlight)
    described = "; ".join(f"{label}: {vn(value) or 'chưa đủ điểm'}" for label, value in points)
    return _svg(WIDTH, height, title, described, parts)


def area_bars(areas: Sequence[tuple[str, Decimal | None, Decimal | None]], *, title: str) -> str:
    """One bar per area (percent reached) with a tick where the block's median lies."""
    height = 24 + 40 * len(areas)
    left, right = 300, WIDTH - 150
    parts = [_text(right + 62, 14, "trung vị khối", anchor="start", size=13, fill=SOFT)]
    for place, (label, share, middle) in enumerate(areas):
        parts += _area(label, share, middle, 24 + 40 * place, left, right)
    described = "; ".join(
        f"{label}: {_percent(share)}, trung vị khối {_percent(middle)}" for label, share, middle in areas
    )
    return _svg(WIDTH, height, title, described, parts)


def columns(points: Sequence[tuple[str, int]], *, title: str, unit: str = "đơn vị") -> str:
    """A distribution: one column per class with its count written on top."""
    width = 120 + 76 * len(points)
    top = max([n for _, n in points] or [1]) or 1
    parts = [_line(30, 150, width - 20, 150, INK)]
    for place, (label, n) in enumerate(points):
        tall, x = 110 * n // top, 50 + 76 * place
        parts.append(f'<rect x="{x}" y="{150 - tall}" width="48" height="{tall}" fill="{BAR}"/>')
        parts.append(_text(x + 24, 144 - tall, str(n), anchor="middle", weight="bold"))
        parts.append(_text(x + 24, 168, label, anchor="middle", size=13))
    described = "; ".join(f"{label}: {n} {unit}" for label, n in points)
    return _svg(width, 178, title, described, parts)


def _svg(width: int, height: int, title: str, described: str, parts: Sequence[str]) -> str:
    """The frame with title and description; ids are unique because several pictures share a page."""
    mark = f"h{next(_ids)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="{mark}t {mark}d" font-family="{FONT}">'
        f'<title id="{mark}t">{escape(title)}</title><desc id="{mark}d">{escape(described)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The axis: tens around the values, never wider than needed, within what a percent may reach."""
    if not values:
        return Decimal(0), Decimal(100)
    ten = Decimal(10)
    low = (min(values) / ten).to_integral_value(ROUND_FLOOR) * ten
    high = (max(values) / ten).to_integral_value(ROUND_CEILING) * ten
    return low, max(high, low + ten)


def _axis(low: Decimal, high: Decimal, left: int, right: int, height: int) -> list[str]:
    steps = int((high - low) / 10)
    each = Decimal(10) if steps > 3 else Decimal(5) if steps > 1 else Decimal(2)
    parts, at = [], low
    while at <= high:
        x = _scale(at, low, high, left, right)
        parts += [_line(x, 24, x, height, GRID), _text(x, 16, f"{vn(at, 0)} %", anchor="middle", size=13, fill=SOFT)]
        at += each
    return parts


def _dot(
    label: str, value: Decimal | None, y: int, frame: tuple[Decimal, Decimal, int, int], strong: bool
) -> list[str]:
    low, high, left, right = frame
    weight, fill = ("bold", MARK) if strong else ("normal", INK)
    parts = [_text(left - 10, y + 5, _short(label), anchor="end", weight=weight, fill=fill)]
    if value is None:
        return [*parts, _text(left + 6, y + 5, "chưa đủ điểm", fill=SOFT)]
    x = _scale(value, low, high, left, right)
    parts.append(_line(left, y, x, y, GRID))
    parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{MARK}"/>')
    parts.append(_text(x + 10, y + 5, vn(value), weight=weight, fill=fill))
    return parts


def _area(label: str, share: Decimal | None, middle: Decimal | None, y: int, left: int, right: int) -> list[str]:
    lines = wrap(label, 42)[:2]
    start = y + 19 if len(lines) == 1 else y + 11
    parts = [_text(left - 10, start + 16 * n, line, anchor="end", size=13) for n, line in enumerate(lines)]
    parts.append(f'<rect x="{left}" y="{y + 4}" width="{right - left}" height="20" fill="#f0f2f5"/>')
    if share is not None:
        wide = _scale(share, Decimal(0), Decimal(100), 0, right - left)
        parts.append(f'<rect x="{left}" y="{y + 4}" width="{wide}" height="20" fill="{BAR}"/>')
    parts.append(_text(right + 6, y + 19, vn(share) if share is not None else "thiếu", weight="bold"))
    if middle is not None:
        x = _scale(middle, Decimal(0), Decimal(100), left, right)
        parts.append(f'<rect x="{x - 1}" y="{y}" width="3" height="28" fill="{MARK}"/>')
        parts.append(_text(right + 62, y + 19, vn(middle), fill=MARK))
    return parts


def _scale(value: Decimal, low: Decimal, high: Decimal, left: int, right: int) -> int:
    inside = min(max(value, low), high)
    return int(left + (inside - low) / (high - low) * (right - left))


def _line(x1: int, y1: int, x2: int, y2: int, colour: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="1"/>'


def _text(
    x: int, y: int, text: str, *, anchor: str = "start", size: int = 14, weight: str = "normal", fill: str = INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _short(label: str, most: int = 46) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def _percent(value: Decimal | None) -> str:
    return f"{vn(value)} %" if value is not None else "thiếu điểm"
