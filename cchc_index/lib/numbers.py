"""Decimals in and out: the one place that reads a typed number and the one that writes it.

Points are `Decimal` from form to PDF. Four places are kept (SCALE), two are shown.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

SCALE = Decimal("0.0001")
SHOWN = Decimal("0.01")

_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


class NumberProblem(ValueError):
    """A typed number that cannot be taken; the message is a Vietnamese sentence with the repair."""


def quantize(value: Decimal | Fraction | int) -> Decimal:
    """`value` at four places, half up: what rules and rescaled halves keep."""
    return _round(value, SCALE)


def shown(value: Decimal | Fraction | int) -> Decimal:
    """`value` at two places, half up: what people see."""
    return _round(value, SHOWN)


def _round(value: Decimal | Fraction | int, step: Decimal) -> Decimal:
    if isinstance(value, Fraction):
        scaled = value / Fraction(step)
        sign = -1 if scaled < 0 else 1
        whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
        if rest * 2 >= scaled.denominator:
            whole += 1
        return Decimal(sign * whole) * step
    return Decimal(value).quantize(step, rounding=ROUND_HALF_UP)


def parse_decimal(raw: object, *, places: int = 4) -> Decimal | None:
    """A number as a person or a spreadsheet gives it; None for an empty cell.

    Text takes a comma or a dot as decimal sign; `1.234` is refused because it may mean 1234 (a comma is
    always the decimal sign).
    A spreadsheet's float goes through its shortest text. Raises NumberProblem with a Vietnamese
    sentence for anything else: NaN, Infinity, 1e3, more than `places` decimals.
    """
    if raw is None or isinstance(raw, bool):
        if raw is None:
            return None
        raise NumberProblem("là giá trị đúng/sai, không phải số; gõ số, ví dụ 0,5")
    if isinstance(raw, int | float | Decimal):
        value = Decimal(str(raw))
        if not value.is_finite():
            raise NumberProblem("không phải số; gõ số, ví dụ 0,5")
    else:
        value_or_none = _parse_text(str(raw))
        if value_or_none is None:
            return None
        value = value_or_none
    return _within(value, places)


def _parse_text(raw: str) -> Decimal | None:
    text = raw.strip().replace("\u00a0", "")
    if not text:
        return None
    if not _PLAIN.fullmatch(text) or not text.isascii():
        raise NumberProblem(f"“{text[:40]}” không phải số; gõ số, ví dụ 0,5")
    if _AMBIGUOUS.fullmatch(text):
        whole, part = text.split(".")
        raise NumberProblem(
            f"“{text}” có thể hiểu hai cách; gõ {whole}{part} nếu là số nguyên, {whole},{part}0 nếu là số thập phân"
        )
    return Decimal(text.replace(",", "."))


def _within(value: Decimal, places: int) -> Decimal:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise NumberProblem(f"có quá {places} chữ số thập phân; làm tròn trước khi nhập")
    if abs(value) >= Decimal(10) ** 11:
        raise NumberProblem("quá lớn; kiểm tra lại đơn vị tính")
    return value


def exact_text(value: Decimal | None) -> str | None:
    """The shortest exact text of a Decimal with a dot: what files and digests carry."""
    if value is None:
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def vn(value: Decimal | Fraction | int | None, places: int = 2) -> str:
    """A number for people: comma as decimal sign, two decimals unless told; "" for None."""
    if value is None:
        return ""
    step = Decimal(1).scaleb(-places)
    return format(_round(value, step), "f").replace(".", ",")


def vn_signed(value: Decimal | Fraction | None) -> str:
    """As `vn`, with its sign, so that more and less are told apart without colour."""
    if value is None:
        return "–"
    shown = vn(value)
    return f"+{shown}" if value > 0 and shown != "0,00" else shown.replace("-0,00", "0,00").replace("-", "−")


def vn_short(value: Decimal | None) -> str:
    """A maximum for people without needless zeros: 10 → "10", 0.5 → "0,5"."""
    return "" if value is None else (exact_text(value) or "").replace(".", ",")


def vn_typed(value: Decimal | None) -> str:
    """A number as a form shows it: comma, no digit lost, and read back as the same number (1,234 → "1,2340")."""
    text = vn_short(value)
    return f"{text}0" if _AMBIGUOUS.fullmatch(text) else text
