"""Pictures as SVG text: the same in page and PDF. Pure functions; no scripts and no style attributes
(the content security policy refuses them): presentation attributes only.

Each picture has a title, a description and the numbers written on it; a table stands beside it on the
page. One dark colour against one light: safe for the colour-blind and in black and white.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from textwrap import wrap

from cchc_index.lib.numbers import vn
from cchc_index.lib.svg import BAR, GRID, INK, MARK, SOFT, WIDTH, frame, line, scale, short, text

KINDS = ("quận", "huyện", "xã", "phường", "thị")
LABEL = 42
"""Letters in a line of an area's name."""
NARROW = 346
"""What a window of 390 leaves for a picture."""
Point = tuple[str, Decimal | None]
"""A label and its value; None where there is no value."""
AreaBars = Sequence[tuple[str, Decimal | None, Decimal | None]]
"""Areas, each with the unit's share and the block's median in per cent."""


def ranking_dots(points: Sequence[Point], *, title: str, highlight: str = "", beside: Sequence[Point] = ()) -> str:
    """One dot per unit in the given order with the value written beside it. `beside`: the points of the pictures next
    to this one, which share its axis."""
    low, high = _range([value for _, value in (*points, *beside) if value is not None])
    height = 34 + 21 * len(points)
    left, right = 330, WIDTH - 70
    parts = _axis(low, high, left, right, height)
    for place, (label, value) in enumerate(points):
        parts += _dot(label, value, 40 + 21 * place, (low, high, left, right), label == highlight)
    begins = _beginning(low)
    if begins:
        parts.append(text(8, 16, begins, size=13, fill=SOFT))
    return frame(WIDTH, height, title, f"{begins} {_values(points)}".strip(), parts)


def ranking_dots_narrow(points: Sequence[Point], *, title: str) -> str:
    """The same for a phone: each name over its dot, so that no number lies outside of the window."""
    low, high = _range([value for _, value in points if value is not None])
    height, left, right = 48 + 46 * len(points), 18, NARROW - 74
    begins = _beginning(low)
    parts = [text(0, 14, begins, size=13, fill=SOFT), '<g transform="translate(0 20)">']
    parts += [*_axis(low, high, left, right, height - 20), "</g>"]
    for place, (label, value) in enumerate(points):
        y = 62 + 46 * place
        parts += [text(0, y, short(label)), *_valued(value, y + 15, (low, high, left, right), "normal", INK)]
    return frame(NARROW, height, title, f"{begins} {_values(points)}".strip(), parts)


def _beginning(low: Decimal) -> str:
    """Where the axis begins, said when that is not at 0."""
    return f"Trục bắt đầu từ {vn(low, 0)}%, không phải 0." if low else ""


def _values(points: Sequence[Point]) -> str:
    return "; ".join(f"{label}: {vn(value) or 'chưa đủ điểm'}" for label, value in points)


def area_bars(areas: AreaBars, *, title: str) -> str:
    """One bar per area (percent reached) with a tick where the block's median lies."""
    step = max([40, *(12 + 16 * len(wrap(label, LABEL)) for label, _share, _middle in areas)])
    height = 24 + step * len(areas)
    left, right = 300, WIDTH - 150
    parts = [text(right + 62, 14, "trung vị khối", anchor="start", size=13, fill=SOFT)]
    for place, (label, share, middle) in enumerate(areas):
        parts += _area(label, share, middle, 24 + step * place, left, right)
    return frame(WIDTH, height, title, _described(areas), parts)


def area_bars_narrow(areas: AreaBars, *, title: str) -> str:
    """The same for a phone: each area's name over its bar, so that no number lies outside of the window."""
    parts, y = [text(NARROW - 96, 14, "trung vị khối", size=13, fill=SOFT)], 24
    for label, share, middle in areas:
        for words in wrap(label, LABEL):
            parts.append(text(0, y + 12, words, size=14))
            y += 18
        parts += _bar(share, middle, y, 0, NARROW - 112)
        y += 38
    return frame(NARROW, y, title, _described(areas), parts)


def columns(points: Sequence[tuple[str, int]], *, title: str, unit: str = "đơn vị") -> str:
    """A distribution: one column per class with its count written on top."""
    width = 120 + 76 * len(points)
    top = max([n for _, n in points] or [1]) or 1
    parts = [line(30, 150, width - 20, 150, INK)]
    for place, (label, n) in enumerate(points):
        tall, x = 110 * n // top, 50 + 76 * place
        parts.append(f'<rect x="{x}" y="{150 - tall}" width="48" height="{tall}" fill="{BAR}"/>')
        parts.append(text(x + 24, 144 - tall, str(n), anchor="middle", weight="bold"))
        parts.append(text(x + 24, 168, label, anchor="middle", size=13))
    described = "; ".join(f"{label}: {n} {unit}" for label, n in points)
    return frame(width, 178, title, described, parts)


def rank_ranges(lines: Sequence[tuple[str, int | None, int, int]], *, title: str) -> str:
    """One line per unit in the given order: (label, rank, low, high), its range as a bar and its rank as a dot."""
    last = max([high for _label, _rank, _low, high in lines] or [1])
    height, left, right = 34 + 21 * len(lines), 330, WIDTH - 130
    parts = [
        text(left, 16, "hạng 1", size=13, fill=SOFT),
        text(right, 16, f"hạng {last}", anchor="end", size=13, fill=SOFT),
    ]
    for place, (label, rank, low, high) in enumerate(lines):
        y = 40 + 21 * place
        first, end = (scale(Decimal(at), Decimal(1), Decimal(max(last, 2)), left, right) for at in (low, high))
        parts.append(text(left - 10, y + 5, short(label), anchor="end"))
        parts.append(line(left, y, right, y, GRID))
        parts.append(f'<rect x="{first - 3}" y="{y - 5}" width="{end - first + 6}" height="10" fill="{BAR}"/>')
        if rank is not None:
            x = scale(Decimal(rank), Decimal(1), Decimal(max(last, 2)), left, right)
            parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{MARK}"/>')
        parts.append(text(right + 12, y + 5, _ranked(rank, low, high)))
    described = "; ".join(f"{label}: {_ranked(rank, low, high)}" for label, rank, low, high in lines)
    return frame(WIDTH, height, title, described, parts)


SHADES = (("#edf3f8", INK), ("#d2e0ec", INK), ("#b3cbdf", INK), ("#41719c", "#ffffff"), ("#1f4a73", "#ffffff"))
"""Ground and ink of a tile, the lowest fifth of the ranks first."""
TILE = 52
SMALL_TILE = 26
"""Of a map as wide as a phone: the rank alone; 24 pixels of a screen for a finger."""


@dataclass(frozen=True)
class Tile:
    """A unit at its place of the map; `shade` is one of SHADES, None where there is no rank."""

    column: int
    row: int
    name: str
    rank: int | None
    index: Decimal | None
    shade: int | None
    address: str


def tile_map(tiles: Sequence[Tile], *, title: str, narrow: bool = False) -> str:
    """One square per unit, about where it lies, with its rank and initials; each a link that says name, rank, index.
    `narrow`: as wide as a phone, the ranks alone."""
    across, down = (1 + max(places, default=0) for places in zip(*((t.column, t.row) for t in tiles), strict=True))
    described = f"{len(tiles)} đơn vị; số trong ô là hạng, ô đậm hơn là hạng cao hơn. Bảng xếp hạng ghi đủ các số."
    side = SMALL_TILE if narrow else TILE
    ranked = sorted(tiles, key=lambda t: (t.rank is None, t.rank, t.row, t.column))
    parts = [_tile(tile, side) for tile in ranked]
    return frame(across * side, down * side, title, described, parts, role="group")


def _tile(tile: Tile, side: int) -> str:
    x, y = tile.column * side, tile.row * side
    ground, ink = ("#ffffff", SOFT) if tile.shade is None else SHADES[tile.shade]
    told = f"{tile.name}: " + (f"hạng {tile.rank}, chỉ số {_percent(tile.index)}" if tile.rank else "chưa có hạng")
    inside = side - 3 if side == TILE else side - 1
    middle, rank = x + side // 2, str(tile.rank or "–")
    if side == TILE:
        words = text(middle, y + 23, rank, anchor="middle", size=16, weight="bold", fill=ink)
        words += text(middle, y + 41, _initials(tile.name), anchor="middle", size=13, fill=ink)
    else:
        words = text(middle, y + 18, rank, anchor="middle", size=13, weight="bold", fill=ink)
    return (
        f'<a href="{escape(tile.address)}" aria-label="{escape(told)}"><title>{escape(told)}</title>'
        f'<rect x="{x + 1}" y="{y + 1}" width="{inside}" height="{inside}" fill="{ground}" stroke="{GRID}"/>'
        f"{words}</a>"
    )


def succession(pairs: Sequence[tuple[str, str]], *, title: str) -> str:
    """Old names on the left, new ones on the right, a line for each pair; "" without any."""
    if not pairs:
        return ""
    sides = [list(dict.fromkeys(names)) for names in zip(*pairs, strict=True)]
    height = 20 + 24 * max(map(len, sides))
    left, right = 320, WIDTH - 320
    at = [{name: _place(n, len(side), height) for n, name in enumerate(side)} for side in sides]
    parts = [text(left - 10, y + 5, short(name, 42), anchor="end") for name, y in at[0].items()]
    parts += [text(right + 10, y + 5, short(name, 42), weight="bold") for name, y in at[1].items()]
    parts += [line(left, at[0][old], right, at[1][new], SOFT) for old, new in pairs]
    parts += [
        f'<circle cx="{x}" cy="{y}" r="3" fill="{INK}"/>'
        for x, side in zip((left, right), at, strict=True)
        for y in side.values()
    ]
    return frame(WIDTH, height, title, "; ".join(f"{old} → {new}" for old, new in pairs), parts)


def _place(number: int, count: int, height: int) -> int:
    """The height of a name among its side's, spread over the whole."""
    return 10 + (2 * number + 1) * (height - 20) // (2 * count)


def _initials(name: str) -> str:
    """Of the place itself, without what kind of unit it is: UBND xã Văn Miếu - Quốc Tử Giám is VMQT."""
    words = [word for word in name.split() if word[0].isalpha() and word != "UBND"]
    while len(words) > 1 and words[0].casefold() in KINDS:
        words.pop(0)
    return "".join(word[0] for word in words)[:4]


def _ranked(rank: int | None, low: int, high: int) -> str:
    return f"{rank or '–'} ({low}–{high})"


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
        x = scale(at, low, high, left, right)
        parts += [line(x, 24, x, height, GRID), text(x, 16, f"{vn(at, 0)}%", anchor="middle", size=13, fill=SOFT)]
        at += each
    return parts


def _dot(
    label: str, value: Decimal | None, y: int, frame: tuple[Decimal, Decimal, int, int], strong: bool
) -> list[str]:
    weight, fill = ("bold", MARK) if strong else ("normal", INK)
    named = text(frame[2] - 10, y + 5, short(label), anchor="end", weight=weight, fill=fill)
    return [named, *_valued(value, y, frame, weight, fill)]


def _valued(
    value: Decimal | None, y: int, frame: tuple[Decimal, Decimal, int, int], weight: str, fill: str
) -> list[str]:
    """The dot of a value with the value beside it."""
    low, high, left, right = frame
    if value is None:
        return [text(left + 6, y + 5, "chưa đủ điểm", fill=SOFT)]
    x = scale(value, low, high, left, right)
    dot = f'<circle cx="{x}" cy="{y}" r="5" fill="{MARK}"/>'
    return [line(left, y, x, y, GRID), dot, text(x + 10, y + 5, vn(value), weight=weight, fill=fill)]


def _described(areas: AreaBars) -> str:
    return "; ".join(f"{label}: {_percent(share)}, trung vị khối {_percent(middle)}" for label, share, middle in areas)


def _area(label: str, share: Decimal | None, middle: Decimal | None, y: int, left: int, right: int) -> list[str]:
    lines = wrap(label, LABEL)
    start = y + 19 - 8 * (len(lines) - 1) if len(lines) < 3 else y + 11
    named = [text(left - 10, start + 16 * n, line, anchor="end", size=13) for n, line in enumerate(lines)]
    return [*named, *_bar(share, middle, y, left, right)]


def _bar(share: Decimal | None, middle: Decimal | None, y: int, left: int, right: int) -> list[str]:
    parts = [f'<rect x="{left}" y="{y + 4}" width="{right - left}" height="20" fill="#f0f2f5"/>']
    if share is not None:
        wide = scale(share, Decimal(0), Decimal(100), 0, right - left)
        parts.append(f'<rect x="{left}" y="{y + 4}" width="{wide}" height="20" fill="{BAR}"/>')
    parts.append(text(right + 6, y + 19, vn(share) if share is not None else "thiếu", weight="bold"))
    if middle is not None:
        x = scale(middle, Decimal(0), Decimal(100), left, right)
        parts.append(f'<rect x="{x - 1}" y="{y}" width="3" height="28" fill="{MARK}"/>')
        parts.append(text(right + 62, y + 19, vn(middle), fill=MARK))
    return parts


def _percent(value: Decimal | None) -> str:
    return f"{vn(value)}%" if value is not None else "thiếu điểm"
