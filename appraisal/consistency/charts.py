"""The picture of the consistency report: which unit lost more or less than the block. Pure functions."""

from collections.abc import Sequence
from decimal import Decimal

from cchc_index.lib.numbers import vn
from cchc_index.lib.svg import GRID, INK, MARK, SOFT, WIDTH, frame, line, scale, short, text

Dot = tuple[str, Decimal, bool]
"""A unit, the points it lost on average, whether it stands out."""
LEFT, RIGHT, TOP, STEP = 330, WIDTH - 140, 44, 21
"""Right of the farthest dot there is room for its number and "– chênh lệch lớn"."""


def gap_dots(dots: Sequence[Dot], middle: Decimal, *, title: str) -> str:
    """One dot per unit in the given order, and a line where the block's median lies."""
    values = [value for _, value, _ in dots]
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    high = high if high > low else low + 1
    bottom = TOP + STEP * len(dots)
    parts = [line(x, 24, x, bottom, GRID) for x in (scale(low, low, high, LEFT, RIGHT), RIGHT)]
    at = scale(middle, low, high, LEFT, RIGHT)
    parts += [
        line(at, 24, at, bottom, MARK),
        text(at, 16, f"trung vị {vn(middle)}", anchor="middle", size=13, fill=SOFT),
    ]
    for place, dot in enumerate(dots):
        parts += _dot(dot, TOP + STEP * place, at, scale(dot[1], low, high, LEFT, RIGHT))
    described = "; ".join(f"{label}: {vn(value)}{', chênh lệch lớn' if far else ''}" for label, value, far in dots)
    return frame(WIDTH, bottom, title, f"Trung vị khối {vn(middle)}; {described}", parts)


def _dot(dot: Dot, y: int, middle: int, x: int) -> list[str]:
    label, value, far = dot
    weight, fill = ("bold", MARK) if far else ("normal", INK)
    return [
        text(LEFT - 10, y + 5, short(label), anchor="end", weight=weight, fill=fill),
        line(middle, y, x, y, GRID),
        f'<circle cx="{x}" cy="{y}" r="5" fill="{fill}"/>',
        text(x + 10, y + 5, f"{vn(value)}{' – chênh lệch lớn' if far else ''}", weight=weight, fill=fill),
    ]
