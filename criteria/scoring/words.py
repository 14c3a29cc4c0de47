"""A rule in Vietnamese, for the pages."""

import re
from decimal import Decimal
from fractions import Fraction

from cchc_index.lib.numbers import quantize, vn_short

from .reading import MAXIMUM_NAME, Interval, Rule, exact, fields, intervals, kind_of, options

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.\d+|[*,]")


def describe(rule: Rule, max_points: Decimal) -> list[str]:
    """The rule in Vietnamese lines, for the page."""
    kind = kind_of(rule)
    if kind in ("steps", "yes_no"):
        return [f"{o['label']}: {points(o['points'])}" for o in options(rule, max_points)]
    if kind == "bands":
        ratio = f"Tỷ lệ = {rule['numerator']} / {rule['denominator']}"
        return [ratio, *(f"{span(i)}: {points(i.points)}" for i in intervals(rule))]
    if kind == "proportional":
        return _describe_proportional(rule, max_points)
    if kind == "formula":
        return _describe_formula(rule, max_points)
    return [f"Đơn vị tự nhập điểm, từ 0 đến {vn_short(max_points)}"]


def points(raw: object) -> str:
    return f"{plain(exact(raw))} điểm"


def plain(value: Fraction) -> str:
    """A number of a rule, which always ends: 1/2 → "0,5"."""
    return vn_short(Decimal(value.numerator) / Decimal(value.denominator))


def percent(value: Fraction) -> str:
    return f"{vn_short(quantize(value))}%"


def span(interval: Interval) -> str:
    low, high = percent(interval.low), interval.high
    if high is None:
        if interval.low == 0 and not interval.low_open:
            return "Mọi tỷ lệ"
        return f"Trên {low}" if interval.low_open else f"Từ {low} trở lên"
    if interval.low == high:
        return f"Đúng {low}"
    if interval.low == 0 and not interval.low_open:
        return f"Dưới {percent(high)}" if interval.high_open else f"Từ {percent(high)} trở xuống"
    start = f"Trên {low}" if interval.low_open else f"Từ {low}"
    return f"{start} đến dưới {percent(high)}" if interval.high_open else f"{start} đến {percent(high)}"


def _describe_proportional(rule: Rule, max_points: Decimal) -> list[str]:
    threshold, maximum = percent(exact(rule["threshold"])), vn_short(max_points)
    lines = [
        f"Tỷ lệ = {rule['numerator']} / {rule['denominator']}",
        f"Từ {threshold} trở lên: tỷ lệ × {maximum} điểm (tỷ lệ tính tối đa 100%)",
    ]
    return lines if exact(rule["threshold"]) == 0 else [*lines, f"Dưới {threshold}: 0 điểm"]


def _describe_formula(rule: Rule, max_points: Decimal) -> list[str]:
    """The expression with the figures' names and Vietnamese signs; a comma is only a decimal sign."""
    words = {"min": "nhỏ nhất ", "max": "lớn nhất ", "*": "×", ",": ";", MAXIMUM_NAME: vn_short(max_points)}
    words |= {field.key: f"“{field.label}”" for field in fields(rule)}
    shown = _TOKEN.sub(lambda m: words.get(m[0], m[0].replace(".", ",")), rule["expression"])
    optional = [f"“{field.label}” có thể bỏ trống, khi đó tính là 0" for field in fields(rule) if field.optional]
    return [f"Điểm = {shown}", *optional, f"Kết quả tính từ 0 đến {vn_short(max_points)} điểm"]
