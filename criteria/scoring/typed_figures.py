"""Figures as people type them into a form, read for a rule. No Django."""

from collections.abc import Mapping
from decimal import Decimal

from cchc_index.lib.numbers import NumberProblem, exact_text, parse_decimal, vn_short

from .reading import Field, Rule, fields


def read_typed(rule: Rule, typed: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """Figures as exact text by field, and for each field that cannot be read a sentence with the repair."""
    taken, problems = {}, {}
    for field in fields(rule):
        raw = typed.get(field.key)
        try:
            value = _choice(field, raw) if field.kind == "choice" else exact_text(read_figure(field, raw))
        except NumberProblem as problem:
            problems[field.key] = f"{field.label}: {problem}."
            continue
        if value is not None:
            taken[field.key] = value
    return taken, problems


def read_figure(field: Field, raw: object) -> Decimal | None:
    """A figure as a person or a spreadsheet gives it. Raises NumberProblem with the repair."""
    value = parse_decimal(raw, count=field.is_count, perhaps_count=field.may_count)
    if value is not None and value < 0:
        raise NumberProblem("là số âm; gõ số từ 0 trở lên")
    return value


def shown_figure(field: Field, figure: str) -> str:
    """A stored figure as it would be typed: 1.234 is 1,2340 where 1,234 would be asked about."""
    text = vn_short(Decimal(figure))
    try:
        read_figure(field, text)
    except NumberProblem:
        return f"{text}0"
    return text


def _choice(field: Field, raw: object) -> str | None:
    chosen = str(raw or "").strip()
    if chosen and chosen not in {key for key, _ in field.choices}:
        raise NumberProblem("mức đã chọn không có trong danh sách; chọn lại")
    return chosen or None
