"""A rule as it is read: its kind, the figures it asks for, its bands with both edges."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

Rule = Mapping[str, Any]
Figures = Mapping[str, Any]

HUNDRED = Fraction(100)
MAXIMUM_NAME = "diem_toi_da"
MAX_EXPONENT = 20
OPTION, NUMERATOR, DENOMINATOR = "option", "numerator", "denominator"

_NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,10})?")


class RuleProblem(ValueError):
    """Figures (or a rule) that give no points; the message is a Vietnamese sentence with the repair."""


_MEASURES = re.compile(r"%|đồng|triệu|tỷ|tỉ\b|điểm|giờ|ngày|tháng|năm|km|ha\b|m2|m²|kg|tấn")
"""Units of what is measured rather than counted."""
_NUMBER_OF = re.compile(r"(?:tổng )?số\b")


@dataclass(frozen=True, slots=True)
class Field:
    """A figure the unit declares. `choices` are (key, label) pairs of a choice."""

    key: str
    label: str
    kind: Literal["number", "choice"] = "number"
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    optional: bool = False

    @property
    def is_count(self) -> bool:
        """Whether the figure counts things, so that it is whole: "Số …" in a unit that is no measure."""
        return self._is_number_of and bool(self.unit) and not _MEASURES.search(self.unit.lower())

    @property
    def may_count(self) -> bool:
        """Whether it may: "Số …" where the rule names no unit. "Số vốn" is a measure all the same."""
        return self._is_number_of and not self.unit

    @property
    def _is_number_of(self) -> bool:
        return self.kind == "number" and _NUMBER_OF.match(self.label.lower()) is not None


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


def is_direct(rule: Rule) -> bool:
    """Whether the points are typed rather than computed."""
    return kind_of(rule) == "direct"


def fields(rule: Rule) -> list[Field]:
    """The figures a unit declares, in the order of the form; none for direct entry."""
    kind = kind_of(rule)
    if kind in ("steps", "yes_no"):
        choices = tuple((o["key"], o["label"]) for o in options(rule, Decimal(0)))
        return [Field(OPTION, rule.get("label", "Mức đạt được"), "choice", choices)]
    if kind in ("bands", "proportional"):
        unit = rule.get("unit", "")
        pairs = ((NUMERATOR, rule["numerator"]), (DENOMINATOR, rule["denominator"]))
        return [Field(key, label, unit=unit) for key, label in pairs]
    if kind == "formula":
        return [_declared(row) for row in rule["fields"]]
    return []


def kind_of(rule: Rule) -> str:
    return str(rule.get("kind", "")) if rule else "direct"


def options(rule: Rule, max_points: Decimal) -> Sequence[Mapping[str, Any]]:
    if kind_of(rule) == "steps":
        return rule["options"]  # type: ignore[no-any-return]
    return (
        {"key": "yes", "label": rule.get("yes", "Có"), "points": max_points},
        {"key": "no", "label": rule.get("no", "Không"), "points": "0"},
    )


def _declared(row: Mapping[str, Any]) -> Field:
    return Field(row["key"], row["label"], unit=row.get("unit", ""), optional=bool(row.get("optional")))


def intervals(rule: Rule) -> list[Interval]:
    """The bands with both edges: a missing upper edge is the nearest lower edge among the bands before,
    a missing lower edge the nearest upper edge among them, else 0 and no limit. An edge that a band with one edge
    claims (“≥ 99%”) is no part of the stretch that ends there (“95–99%”), as annexes are written."""
    claimed = {exact(row[end]) for row in rule["bands"] if (end := _claim(row))}
    done: list[Mapping[str, Any]] = []
    bands = []
    for band in rule["bands"]:
        low, low_open = _lower_edge(band, done)
        high, high_open = _upper_edge(band, done)
        if "from" in band and "to" in band and low != high:
            low_open, high_open = low_open or low in claimed, high_open or high in claimed
        bands.append(Interval(low, low_open, high, high_open, Decimal(str(band["points"]).replace(",", "."))))
        done.append(band)
    return bands


def _claim(band: Rule) -> str:
    """The name of the one edge that a band has, and to which it belongs; "" for none."""
    ends = [end for end in ("from", "to") if end in band]
    return ends[0] if len(ends) == 1 and not band.get(f"{ends[0]}_open") else ""


def _lower_edge(band: Rule, done: Sequence[Rule]) -> tuple[Fraction, bool]:
    if "from" in band:
        return exact(band["from"]), bool(band.get("from_open"))
    limit = exact(band["to"]) if "to" in band else None
    ends = [b for b in done if "to" in b and "from" not in b and (limit is None or exact(b["to"]) <= limit)]
    if not ends:
        return Fraction(0), False
    last = max(ends, key=lambda b: (exact(b["to"]), not b.get("to_open")))
    return exact(last["to"]), not last.get("to_open")


def _upper_edge(band: Rule, done: Sequence[Rule]) -> tuple[Fraction | None, bool]:
    if "to" in band:
        return exact(band["to"]), bool(band.get("to_open"))
    limit = exact(band["from"]) if "from" in band else None
    starts = [b for b in done if "from" in b and (limit is None or exact(b["from"]) >= limit)]
    if not starts:
        return None, False
    first = min(starts, key=lambda b: (exact(b["from"]), bool(b.get("from_open"))))
    return exact(first["from"]), not first.get("from_open")


def blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def number(raw: object) -> Fraction | None:
    """An exact number from a Decimal, an int or its text; None for anything else (a float is refused)."""
    if isinstance(raw, bool | float) or raw is None:
        return None
    text = str(raw).strip()
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return _plain_decimal(raw)
    return Fraction(text.replace(",", "."))


def _plain_decimal(raw: object) -> Fraction | None:
    """A Decimal whose text has an exponent, such as 1E+2; not NaN, infinity or an absurd size."""
    if not isinstance(raw, Decimal) or not raw.is_finite() or abs(raw.adjusted()) > MAX_EXPONENT:
        return None
    return Fraction(raw)


def exact(raw: object) -> Fraction:
    value = number(raw)
    if value is None:
        raise RuleProblem(f"Quy tắc chấm có “{str(raw)[:40]}” không phải số; sửa bộ tiêu chí.")
    return value
