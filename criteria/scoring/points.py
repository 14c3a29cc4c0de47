"""From declared figures to points, one function per kind of rule."""

import re
from decimal import Decimal
from fractions import Fraction

from cchc_index.lib.numbers import quantize

from . import expression
from .expression import ExpressionProblem
from .reading import (
    DENOMINATOR,
    HUNDRED,
    MAXIMUM_NAME,
    NUMERATOR,
    OPTION,
    Field,
    Figures,
    Rule,
    RuleProblem,
    blank,
    exact,
    fields,
    intervals,
    is_direct,
    kind_of,
    number,
    options,
)
from .words import percent


def evaluate(rule: Rule, max_points: Decimal, figures: Figures) -> Decimal | None:
    """Points for the declared figures: exact inside, four places half up, never under 0 or over the
    maximum. None while a needed figure is missing (not yet scored) and for direct entry.

    A figure is a Decimal or its exact text (a dot or a comma is the decimal sign); what people type
    goes through `parse_decimal` first. Raises RuleProblem for figures that give no points.
    """
    if is_direct(rule):
        return None
    kind = kind_of(rule)
    if kind not in _EVALUATORS:
        raise RuleProblem(f"Quy tắc chấm “{kind}” không có trong hệ thống; sửa bộ tiêu chí.")
    if any(blank(figures.get(f.key)) for f in fields(rule) if not f.optional):
        return None
    points = _EVALUATORS[kind](rule, max_points, figures)
    return quantize(min(max(points, Fraction(0)), Fraction(max_points)))


def ratio(rule: Rule, figures: Figures) -> Fraction | None:
    """The declared ratio in per cent, for a rule that has one and figures that give one; else None."""
    if any(blank(figures.get(f.key)) for f in fields(rule)):
        return None
    try:
        if kind_of(rule) == "formula":
            return _share_of(rule, figures)
        return _ratio(rule, figures) if kind_of(rule) in ("bands", "proportional") else None
    except RuleProblem:
        return None


def ratio_words(rule: Rule, figures: Figures) -> str:
    """The ratio beside the points that it gives: `Tỷ lệ 0,1%`; "" where there is none."""
    share = ratio(rule, figures)
    return "" if share is None else f"Tỷ lệ {percent(share)}"


def _evaluate_steps(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    chosen = str(figures[OPTION])
    for option in options(rule, max_points):
        if option["key"] == chosen:
            return exact(option["points"])
    raise RuleProblem("Mức đã chọn không có trong quy tắc chấm; chọn lại một mức.")


def _evaluate_bands(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    ratio = _ratio(rule, figures)
    for interval in intervals(rule):
        if interval.holds(ratio):
            return Fraction(interval.points)
    raise RuleProblem(f"Tỷ lệ {percent(ratio)} không thuộc khoảng nào của quy tắc chấm; sửa bộ tiêu chí.")


def _evaluate_proportional(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    ratio = min(_ratio(rule, figures), HUNDRED)
    return ratio / HUNDRED * Fraction(max_points) if ratio >= exact(rule["threshold"]) else Fraction(0)


def _evaluate_formula(rule: Rule, max_points: Decimal, figures: Figures) -> Fraction:
    values = {f.key: _figure(f, figures.get(f.key)) for f in fields(rule)}
    values[MAXIMUM_NAME] = Fraction(max_points)
    try:
        return expression.compute(rule["expression"], values)
    except ExpressionProblem as problem:
        raise RuleProblem(
            f"{problem}: kiểm tra số liệu; nếu đơn vị không có nhiệm vụ này, đề nghị “không áp dụng”."
        ) from None


_EVALUATORS = {
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


_SHARE = re.compile(rf"{MAXIMUM_NAME} ?\* ?(\w+) ?/ ?(\w+)|(\w+) ?/ ?(\w+) ?\* ?{MAXIMUM_NAME}")
"""A formula that is nothing but a share of the maximum."""


def _share_of(rule: Rule, figures: Figures) -> Fraction | None:
    """The ratio in per cent of a formula that gives a share of the maximum; None for every other formula."""
    found = _SHARE.fullmatch(str(rule["expression"]).strip())
    known = {field.key: field for field in fields(rule)}
    top, bottom = (known.get(name) for name in filter(None, found.groups())) if found else (None, None)
    if top is None or bottom is None or not _figure(bottom, figures[bottom.key]):
        return None
    return _figure(top, figures[top.key]) / _figure(bottom, figures[bottom.key]) * HUNDRED


def _figure(field: Field, raw: object) -> Fraction:
    if blank(raw):
        return Fraction(0)
    value = number(raw)
    if value is None:
        raise RuleProblem(f"“{field.label}”: “{str(raw)[:40]}” không phải số; gõ số, ví dụ 120 hoặc 0,5.")
    if value < 0:
        raise RuleProblem(f"“{field.label}” là số âm: gõ số từ 0 trở lên.")
    return value
