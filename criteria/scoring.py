"""How declared figures become points. Pure: no Django, no clock, no database.

A rule is typed JSON; numbers in it are exact texts ("0.5"), never floats:

    {} or {"kind": "direct"}              points are typed by the unit
    {"kind": "steps", "options": [{"key", "label", "points"}…], "label"?}
    {"kind": "yes_no", "yes"?, "no"?}     yes: the maximum, no: 0; "yes" and "no" are other wordings
    {"kind": "bands", "numerator", "denominator", "unit"?, "forbid_over"?,
     "bands": [{"from"?, "from_open"?, "to"?, "to_open"?, "points"}…]}   edges in %
    {"kind": "proportional", "numerator", "denominator", "unit"?, "forbid_over"?, "threshold"}
    {"kind": "formula", "fields": [{"key", "label", "unit"?, "optional"?}…], "expression"}

The first band that holds wins; a band without an edge reaches to its neighbours. In a formula the
name `diem_toi_da` stands for the criterion's maximum and an optional figure left empty counts 0.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

from cchc_index.lib.numbers import quantize, vn_short

from . import expression
from .expression import ExpressionProblem

Rule = Mapping[str, Any]
Figures = Mapping[str, Any]

HUNDRED = Fraction(100)
MAXIMUM_NAME = "diem_toi_da"
OPTION, NUMERATOR, DENOMINATOR = "option", "numerator", "denominator"

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,10})?")


class RuleProblem(ValueError):
    """Figures (or a rule) that give no points; the message is a Vietnamese sentence with the repair."""


@dataclass(frozen=True, slots=True)
class Field:
    """A figure the unit declares. `choices` are (key, label) pairs of a choice."""

    key: str
    label: str
    kind: Literal["number", "choice"] = "number"
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """A band of ratios in per cent; `high` None is no upper limit."""

    low: Fraction
    low_open: bool
    high: Fraction | None
    high_open: bool
    points: Decimal

    def holds(self, ratio: Fraction) -> bool:
        if ratio < self.low or (self.low_open and ratio == self.low):
            return False
        return self.high is None or ratio < self.high or (ratio == self.high and not self.high_open)


# --- what the pages ask -------------------------------------------------------------------------


def is_direct(rule: Rule) -> bool:
    """Whether the points are typed rather than computed."""
    return _kind(rule) == "direct"


def fields(rule: Rule) -> list[Field]:
    """The figures a unit declares, in the order of the form; none for direct entry."""
    kind = _kind(rule)
    if kind in ("steps", "yes_no"):
        choices = tuple((o["key"], o["label"]) for o in _options(rule, Decimal(0)))
        return [Field(OPTION, rule.get("label", "Mức đạt được"), "choice", choices)]
    if kind in ("bands", "proportional"):
        unit = rule.get("unit", "")
        pairs = ((NUMERATOR, rule["numerator"]), (DENOMINATOR, rule["denominator"]))
        return [Field(key, label, unit=unit) for key, label in pairs]
    if kind == "formula":
        return [_declared(row) for row in rule["fields"]]
    return []


def describe(rule: Rule, max_points: Decimal) -> list[str]:
    """The rule in Vietnamese lines, for the page."""
    kind = _kind(rule)
    if kind in ("steps", "yes_no"):
        return [f"{o['label']}: {_points(o['points'])}" for o in _options(rule, max_points)]
    if kind == "bands":
        ratio = f"Tỷ lệ = {rule['numerator']} / {rule['denominator']}"
        return [ratio, *(f"{_span(i)}: {_points(i.points)}" for i in intervals(rule))]
    if kind == "proportional":
        return _describe_proportional(rule, max_points)
    if kind == "formula":
        return _describe_formula(rule, max_points)
    return [f"Đơn vị tự nhập điểm, từ 0 đến {vn_short(max_points)}"]


def evaluate(rule: Rule, max_points: Decimal, figures: Figures) -> Decimal | None:
    """Points for the declared figures: exact inside, four places half up, never under 0 or over the
    maximum. None while a needed figure is missing (not yet scored) and for direct entry.

    A figure is a Decimal or its exact text (a dot or a comma is the decimal sign); what people type
    goes through `parse_decimal` first. Raises RuleProblem for figures that give no points.
    """
    kind = _kind(rule)
    if kind not in _EVALUATORS:
        raise RuleProblem(f"Quy tắc chấm “{kind}” không có trong hệ thống; sửa bộ tiêu chí.")
    if kind == "direct" or any(_blank(figures.get(f.key)) for f in fields(rule) if not f.optional):
        return None
    points = _EVALUATORS[kind](rule, max_points, figures)
    return quantize(min(max(points, Fraction(0)), Fraction(max_points)))


# --- evaluation, one function per kind ----------------------------------------------------------


def _evaluate_steps(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    chosen = str(figures[OPTION])
    for option in _options(rule, max_points):
        if option["key"] == chosen:
            return _exact(option["points"])
    raise RuleProblem("Mức đã chọn không có trong quy tắc chấm; chọn lại một mức.")


def _evaluate_bands(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    ratio = _ratio(rule, figures)
    for interval in intervals(rule):
        if interval.holds(ratio):
            return Fraction(interval.points)
    raise RuleProblem(f"Tỷ lệ {_percent(ratio)} không thuộc khoảng nào của quy tắc chấm; sửa bộ tiêu chí.")


def _evaluate_proportional(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    ratio = min(_ratio(rule, figures), HUNDRED)
    return ratio / HUNDRED * Fraction(max_points) if ratio >= _exact(rule["threshold"]) else Fraction(0)


def _evaluate_formula(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    values = {f.key: _figure(f, figures.get(f.key)) for f in fields(rule)}
    values[MAXIMUM_NAME] = Fraction(max_points)
    try:
        return expression.compute(rule["expression"], values)
    except ExpressionProblem as problem:
        raise RuleProblem(
            f"{problem}: kiểm tra số liệu; nếu đơn vị không có nhiệm vụ này, đề nghị “không áp dụng”."
        ) from None


def _evaluate_direct(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    raise RuleProblem("Tiêu chí này nhập điểm trực tiếp.")


_EVALUATORS = {
    "direct": _evaluate_direct,
    "steps": _evaluate_steps,
    "yes_no": _evaluate_steps,
    "bands": _evaluate_bands,
    "proportional": _evaluate_proportional,
    "formula": _evaluate_formula,
}


def _ratio(rule: Rule, figures: Figures) -> Fraction:
    """Numerator over denominator in per cent, exact. The sums that make no sense are named."""
    top_field, bottom_field = fields(rule)
    top, bottom = _figure(top_field, figures[NUMERATOR]), _figure(bottom_field, figures[DENOMINATOR])
    if bottom == 0:
        raise RuleProblem(
            f"“{bottom_field.label}” bằng 0 nên không tính được tỷ lệ: "
            "nếu đơn vị không có nhiệm vụ này, đề nghị “không áp dụng”."
        )
    if rule.get("forbid_over") and top > bottom:
        raise RuleProblem(f"“{top_field.label}” lớn hơn “{bottom_field.label}”: kiểm tra lại hai số liệu.")
    return top / bottom * HUNDRED


def _figure(field: Field, raw: object) -> Fraction:
    if _blank(raw):
        return Fraction(0)
    value = _number(raw)
    if value is None:
        raise RuleProblem(f"“{field.label}”: “{str(raw)[:40]}” không phải số; gõ số, ví dụ 120 hoặc 0,5.")
    if value < 0:
        raise RuleProblem(f"“{field.label}” là số âm: gõ số từ 0 trở lên.")
    return value


# --- reading a rule -----------------------------------------------------------------------------


def _kind(rule: Rule) -> str:
    return str(rule.get("kind", "")) if rule else "direct"


def _options(rule: Rule, max_points: Decimal) -> Sequence[Mapping[str, Any]]:
    if _kind(rule) == "steps":
        return rule["options"]  # type: ignore[no-any-return]
    return (
        {"key": "yes", "label": rule.get("yes", "Có"), "points": str(max_points)},
        {"key": "no", "label": rule.get("no", "Không"), "points": "0"},
    )


def _declared(row: Mapping[str, Any]) -> Field:
    return Field(row["key"], row["label"], unit=row.get("unit", ""), optional=bool(row.get("optional")))


def intervals(rule: Rule) -> list[Interval]:
    """The bands with both edges: a missing upper edge is the nearest lower edge among the bands before,
    a missing lower edge the nearest upper edge among them, else 0 and no limit."""
    done: list[Mapping[str, Any]] = []
    found = []
    for band in rule["bands"]:
        low, low_open = _lower_edge(band, done)
        high, high_open = _upper_edge(band, done)
        found.append(Interval(low, low_open, high, high_open, Decimal(str(band["points"]).replace(",", "."))))
        done.append(band)
    return found


def _lower_edge(band: Rule, done: Sequence[Rule]) -> tuple[Fraction, bool]:
    if "from" in band:
        return _exact(band["from"]), bool(band.get("from_open"))
    limit = _exact(band["to"]) if "to" in band else None
    ends = [b for b in done if "to" in b and "from" not in b and (limit is None or _exact(b["to"]) <= limit)]
    if not ends:
        return Fraction(0), False
    last = max(ends, key=lambda b: (_exact(b["to"]), not b.get("to_open")))
    return _exact(last["to"]), not last.get("to_open")


def _upper_edge(band: Rule, done: Sequence[Rule]) -> tuple[Fraction | None, bool]:
    if "to" in band:
        return _exact(band["to"]), bool(band.get("to_open"))
    limit = _exact(band["from"]) if "from" in band else None
    starts = [b for b in done if "from" in b and (limit is None or _exact(b["from"]) >= limit)]
    if not starts:
        return None, False
    first = min(starts, key=lambda b: (_exact(b["from"]), bool(b.get("from_open"))))
    return _exact(first["from"]), not first.get("from_open")


def _blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _number(raw: object) -> Fraction | None:
    """An exact number from a Decimal, an int or its text; None for anything else (a float is refused)."""
    if isinstance(raw, bool | float) or raw is None:
        return None
    text = str(raw).strip()
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return _plain_decimal(raw)
    return Fraction(text.replace(",", "."))


def _plain_decimal(raw: object) -> Fraction | None:
    """A Decimal whose text has an exponent, such as 1E+2; not NaN or infinity."""
    if not isinstance(raw, Decimal) or not raw.is_finite():
        return None
    return Fraction(raw)


def _exact(raw: object) -> Fraction:
    value = _number(raw)
    if value is None:
        raise RuleProblem(f"Quy tắc chấm có “{str(raw)[:40]}” không phải số; sửa bộ tiêu chí.")
    return value


# --- words --------------------------------------------------------------------------------------


def _points(raw: object) -> str:
    return f"{_plain(_exact(raw))} điểm"


def _plain(value: Fraction) -> str:
    try:
        return vn_short(Decimal(value.numerator) / Decimal(value.denominator))
    except InvalidOperation:  # pragma: no cover - rules hold at most 25 digits
        return str(value)


def _percent(value: Fraction) -> str:
    return f"{vn_short(quantize(value))} %"


def _span(interval: Interval) -> str:
    low, high = _percent(interval.low), interval.high
    if high is None:
        if interval.low == 0 and not interval.low_open:
            return "Mọi tỷ lệ"
        return f"Trên {low}" if interval.low_open else f"Từ {low} trở lên"
    if interval.low == high:
        return f"Đúng {low}"
    if interval.low == 0 and not interval.low_open:
        return f"Dưới {_percent(high)}" if interval.high_open else f"Từ {_percent(high)} trở xuống"
    start = f"Trên {low}" if interval.low_open else f"Từ {low}"
    return f"{start} đến dưới {_percent(high)}" if interval.high_open else f"{start} đến {_percent(high)}"


def _describe_proportional(rule: Rule, max_points: Decimal) -> list[str]:
    threshold, maximum = _percent(_exact(rule["threshold"])), vn_short(max_points)
    lines = [
        f"Tỷ lệ = {rule['numerator']} / {rule['denominator']}",
        f"Từ {threshold} trở lên: tỷ lệ × {maximum} điểm (tỷ lệ tính tối đa 100 %)",
    ]
    return lines if _exact(rule["threshold"]) == 0 else [*lines, f"Dưới {threshold}: 0 điểm"]


def _describe_formula(rule: Rule, max_points: Decimal) -> list[str]:
    shown = rule["expression"].replace("*", "×").replace(MAXIMUM_NAME, vn_short(max_points))
    names = [f"{f.key}: {f.label}{' (có thể bỏ trống, tính là 0)' if f.optional else ''}" for f in fields(rule)]
    return [f"Điểm = {shown}", *names, f"Kết quả tính từ 0 đến {vn_short(max_points)} điểm"]


# --- checking a rule ----------------------------------------------------------------------------

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
    kind = _kind(rule)
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


def _check_cover(found: Sequence[Interval], up_to_hundred: bool) -> list[str]:
    """The bands must cover every ratio from 0 up exactly once."""
    ordered = sorted(found, key=lambda i: (i.low, i.low_open))
    faults = [f"Khoảng “{_span(i)}” rỗng: sửa hai đầu khoảng." for i in ordered if _is_empty(i)]
    if ordered[0].low > 0 or ordered[0].low_open:
        faults.append(f"Các khoảng để hở dưới {_percent(ordered[0].low)}: thêm một khoảng từ 0 %.")
    for left, right in itertools.pairwise(ordered):
        faults += _check_seam(left, right)
    last = ordered[-1].high
    if last is not None and (not up_to_hundred or last < HUNDRED or (last == HUNDRED and ordered[-1].high_open)):
        faults.append(f"Các khoảng để hở từ {_percent(last)} lên: bỏ “to” của khoảng cao nhất.")
    return faults


def _check_seam(left: Interval, right: Interval) -> list[str]:
    if (
        left.high is None
        or left.high > right.low
        or (left.high == right.low and not (left.high_open or right.low_open))
    ):
        return [f"Khoảng “{_span(left)}” và “{_span(right)}” chồng lên nhau: sửa đầu khoảng."]
    if left.high < right.low or (left.high_open and right.low_open):
        return [f"Khoảng “{_span(left)}” và “{_span(right)}” để hở ở giữa: sửa đầu khoảng."]
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
    if isinstance(key, str) and _KEY.fullmatch(key) and key not in (*expression.FUNCTIONS, MAXIMUM_NAME):
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
    value = _number(row["points"])
    if value is None:
        return [f'{place}: điểm “{str(row["points"])[:40]}” không phải số viết dạng chữ, ví dụ "0.5".']
    if value < 0:
        return [f"{place}: điểm không được âm."]
    return [f"{place}: {_points(row['points'])} vượt điểm tối đa {_plain(maximum)}."] if value > maximum else []


def _check_edge(raw: object, place: str) -> list[str]:
    value = _number(raw)
    if value is None:
        return [f'{place}: “{str(raw)[:40]}” không phải tỷ lệ % viết dạng chữ, ví dụ "90".']
    return [] if value >= 0 else [f"{place}: tỷ lệ % không được âm."]


def _check_unique(keys: Sequence[object], word: str) -> list[str]:
    return [f"{word} “{key}” bị lặp." for key in dict.fromkeys(k for k in keys if keys.count(k) > 1)]
