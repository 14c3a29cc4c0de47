"""Whether a rule is well-formed; every fault a Vietnamese sentence."""

import itertools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from keyword import iskeyword
from typing import Any

from . import expression
from .expression import ExpressionProblem
from .reading import HUNDRED, MAXIMUM_NAME, Interval, Rule, intervals, kind_of, number
from .words import percent, plain, points, span

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


_KEYS: Mapping[str, tuple[set[str], set[str]]] = {
    "direct": (set(), set()),
    "steps": ({"options"}, {"label"}),
    "yes_no": (set(), {"yes", "no", "label"}),
    "bands": ({"numerator", "denominator", "bands"}, {"unit", "forbid_over"}),
    "proportional": ({"numerator", "denominator", "threshold"}, {"unit", "forbid_over"}),
    "formula": ({"fields", "expression"}, set()),
}
"""Per kind: the keys a rule must have, and those it may have."""


def validate(rule: object, max_points: Decimal) -> list[str]:
    """What is wrong with a rule, as Vietnamese sentences; empty when it is well-formed."""
    if not isinstance(rule, Mapping):
        return ["Quy tắc chấm phải là một đối tượng JSON, ví dụ {} để nhập điểm trực tiếp."]
    kind = kind_of(rule)
    if kind not in _KEYS:
        return [f"Loại quy tắc “{kind[:40]}” không có; chọn một trong: {', '.join(_KEYS)}."]
    required, optional = _KEYS[kind]
    faults = _check_keys(rule, required, optional | {"kind"}, "Quy tắc chấm")
    faults += _check_texts(rule, ("numerator", "denominator", "unit", "label", "yes", "no"), "Quy tắc chấm")
    faults += _check_flags(rule, ("forbid_over",), "Quy tắc chấm")
    return faults or _CHECKS.get(kind, _check_nothing)(rule, Fraction(max_points))


def _check_nothing(rule: Rule, maximum: Fraction) -> list[str]:
    return []


def _check_steps(rule: Rule, maximum: Fraction) -> list[str]:
    rows = rule["options"]
    if not _is_rows(rows) or len(rows) < 2:
        return ["Quy tắc theo mức cần danh sách “options” có ít nhất hai mức."]
    faults = []
    for place, row in _numbered(rows, "Mức"):
        faults += _check_keys(row, {"key", "label", "points"}, set(), place)
        faults += _check_texts(row, ("key", "label"), place) + _check_points(row, maximum, place)
    return faults + _check_unique([row.get("key") for row in rows], "Mã mức")


def _check_bands(rule: Rule, maximum: Fraction) -> list[str]:
    rows = rule["bands"]
    if not _is_rows(rows) or not rows:
        return ["Quy tắc theo khoảng cần danh sách “bands” có ít nhất một khoảng."]
    faults = []
    for place, row in _numbered(rows, "Khoảng"):
        faults += _check_keys(row, {"points"}, {"from", "from_open", "to", "to_open"}, place)
        faults += _check_flags(row, ("from_open", "to_open"), place) + _check_points(row, maximum, place)
        faults += [f for edge in ("from", "to") if edge in row for f in _check_edge(row[edge], place)]
    return faults or _check_cover(intervals(rule), bool(rule.get("forbid_over")))


def _check_cover(bands: Sequence[Interval], up_to_hundred: bool) -> list[str]:
    """The bands must cover every ratio from 0 up exactly once."""
    ordered = sorted(bands, key=lambda i: (i.low, i.low_open))
    faults = [f"Khoảng “{span(i)}” rỗng: sửa hai đầu khoảng." for i in ordered if _is_empty(i)]
    if ordered[0].low > 0 or ordered[0].low_open:
        faults.append(f"Các khoảng để hở dưới {percent(ordered[0].low)}: thêm một khoảng từ 0%.")
    for left, right in itertools.pairwise(ordered):
        faults += _check_seam(left, right)
    last = ordered[-1].high
    if last is not None and (not up_to_hundred or last < HUNDRED or (last == HUNDRED and ordered[-1].high_open)):
        faults.append(f"Các khoảng để hở từ {percent(last)} lên: bỏ giới hạn trên của khoảng cao nhất.")
    return faults


def _check_seam(left: Interval, right: Interval) -> list[str]:
    pair = f"“{span(left)}” và “{span(right)}”"
    shared = left.high == right.low and not (left.high_open or right.low_open)
    if shared and not (_is_empty(left) or _is_empty(right)):
        edge = percent(right.low)
        return [f"{edge} thuộc cả hai khoảng {pair}: ghi “dưới {edge}” ở khoảng trước hoặc “trên {edge}” ở khoảng sau."]
    if left.high is None or left.high > right.low or shared:
        return [f"Khoảng {pair} chồng lên nhau: sửa đầu khoảng."]
    if left.high < right.low or (left.high_open and right.low_open):
        return [f"Khoảng {pair} để hở ở giữa: sửa đầu khoảng."]
    return []


def _is_empty(interval: Interval) -> bool:
    if interval.high is None:
        return False
    return interval.high < interval.low or (interval.high == interval.low and (interval.low_open or interval.high_open))


def _check_proportional(rule: Rule, maximum: Fraction) -> list[str]:
    return _check_edge(rule["threshold"], "Ngưỡng")


def _check_formula(rule: Rule, maximum: Fraction) -> list[str]:
    rows = rule["fields"]
    if not _is_rows(rows) or not rows:
        return ["Công thức cần danh sách “fields” có ít nhất một số liệu."]
    faults = []
    for place, row in _numbered(rows, "Số liệu"):
        faults += _check_keys(row, {"key", "label"}, {"unit", "optional"}, place)
        faults += _check_texts(row, ("key", "label", "unit"), place) + _check_flags(row, ("optional",), place)
        faults += _check_field_key(row.get("key"), place)
    keys = [row.get("key") for row in rows]
    return faults + _check_unique(keys, "Mã số liệu") or _check_expression(rule["expression"], keys)


def _check_field_key(key: object, place: str) -> list[str]:
    reserved = (*expression.FUNCTIONS, MAXIMUM_NAME)
    if isinstance(key, str) and _KEY.fullmatch(key) and key not in reserved and not iskeyword(key):
        return []
    return [f"{place}: mã “{str(key)[:40]}” không dùng được; viết chữ thường không dấu, số, gạch dưới, ví dụ so_ho_so."]


def _check_expression(text: object, keys: Sequence[Any]) -> list[str]:
    if not isinstance(text, str):
        return ["Công thức “expression” phải là chữ."]
    try:
        used = expression.names(text)
    except ExpressionProblem as problem:
        return [f"{problem}."]
    unknown, unused = sorted(used - {*keys, MAXIMUM_NAME}), [key for key in keys if key not in used]
    faults = [f"Công thức dùng “{name[:40]}” chưa khai trong “fields”." for name in unknown]
    return faults + [f"Số liệu “{key}” đã khai nhưng công thức không dùng." for key in unused]


_CHECKS = {
    "steps": _check_steps,
    "bands": _check_bands,
    "proportional": _check_proportional,
    "formula": _check_formula,
}


def _is_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


def _numbered(rows: Sequence[Rule], word: str) -> list[tuple[str, Rule]]:
    return [(f"{word} thứ {number}", row) for number, row in enumerate(rows, start=1)]


def _check_keys(row: Rule, required: set[str], optional: set[str], place: str) -> list[str]:
    faults = [f"{place} thiếu “{key}”." for key in sorted(required - set(row))]
    return faults + [f"{place} có mục lạ “{str(key)[:40]}”." for key in row if key not in required | optional]


def _check_texts(row: Rule, keys: Sequence[str], place: str) -> list[str]:
    wrong = [key for key in keys if key in row and not (isinstance(row[key], str) and row[key].strip())]
    return [f"{place}: “{key}” phải là chữ, không để trống." for key in wrong if not (key == "unit" and row[key] == "")]


def _check_flags(row: Rule, keys: Sequence[str], place: str) -> list[str]:
    return [
        f"{place}: “{key}” phải là true hoặc false." for key in keys if key in row and not isinstance(row[key], bool)
    ]


def _check_points(row: Rule, maximum: Fraction, place: str) -> list[str]:
    if "points" not in row:
        return []
    value = number(row["points"])
    if value is None:
        return [f'{place}: điểm “{str(row["points"])[:40]}” không phải số viết dạng chữ, ví dụ "0.5".']
    if value < 0:
        return [f"{place}: điểm không được âm."]
    return [f"{place}: {points(row['points'])} vượt điểm tối đa {plain(maximum)}."] if value > maximum else []


def _check_edge(raw: object, place: str) -> list[str]:
    value = number(raw)
    if value is None:
        return [f'{place}: “{str(raw)[:40]}” không phải tỷ lệ % viết dạng chữ, ví dụ "90".']
    return [] if value >= 0 else [f"{place}: tỷ lệ % không được âm."]


def _check_unique(keys: Sequence[object], word: str) -> list[str]:
    return [f"{word} “{key}” bị lặp." for key in dict.fromkeys(k for k in keys if keys.count(k) > 1)]
