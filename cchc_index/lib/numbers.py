"""Decimals in and out: the one place that reads a typed number and the one that writes it.

Points are `Decimal` from form to PDF. Four places are kept (SCALE), two are shown.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from cchc_index.lib.sheets.cells import Percent

SCALE = Decimal("0.0001")
SHOWN = Decimal("0.01")

_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?: \d{3})+)(?:,\d+)?")
_GROUPED_BY_COMMAS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3}){2,}(?:\.\d+)?|,\d{3}\.\d+)")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_AMBIGUOUS_COUNT = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_WIDE = str.maketrans("０１２３４５６７８９．，－−＋％", "0123456789.,--+%")
"""As an input method of Chinese or Japanese types them, and the minus that people read."""
_TURNED = str.maketrans(",.", ".,")
_SPACE = re.compile(r"[\s\u00a0\u2009\u202f]+")


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
        part, parts = step.as_integer_ratio()
        divisor = value.denominator * part
        whole, rest = divmod(abs(value.numerator) * parts, divisor)
        sign = -1 if value < 0 else 1
        if rest * 2 >= divisor:
            whole += 1
        return Decimal(sign * whole) * step
    return Decimal(value).quantize(step, rounding=ROUND_HALF_UP)


def parse_decimal(raw: object, *, places: int = 4, count: bool = False, perhaps_count: bool = False) -> Decimal | None:
    """A number as a person or a spreadsheet gives it; None for an empty cell. The one parser of pages and sheets.

    Text takes a comma or a dot as decimal sign and dots, spaces or commas between groups of thousands:
    `1.234,5`, `1.234.567`, `1 234`, `1,234,567.8`. `1.234` is refused because it may mean 1234; where a `count` is
    meant, so are `1,234`, a part behind the decimal sign, and a percentage; where one may be meant (`perhaps_count`),
    so is `1,234` alone. A float counts as Excel shows it, at
    fifteen digits; a percent cell, or text with the sign, as the number before the sign. Raises NumberProblem with
    a Vietnamese sentence for anything else: NaN, Infinity, 1e3, more than `places` decimals.
    """
    if raw is None:
        return None
    if isinstance(raw, bool):
        raise NumberProblem("là giá trị đúng/sai, không phải số; gõ số, ví dụ 0,5")
    is_share = isinstance(raw, Percent) or (isinstance(raw, str) and raw.rstrip().endswith(("%", "％")))
    if is_share and count:
        raise NumberProblem(f"“{str(raw)[:40]}” là tỷ lệ phần trăm mà chỗ này cần số đếm; gõ số nguyên")
    if isinstance(raw, Percent):
        raw = raw.value
    if isinstance(raw, int | float | Decimal):
        value = Decimal(format(raw, ".15g")) if isinstance(raw, float) else Decimal(raw)
        if not value.is_finite():
            raise NumberProblem("không phải số; gõ số, ví dụ 0,5")
    else:
        value_or_none = _parse_text(str(raw), count=count, perhaps_count=perhaps_count)
        if value_or_none is None:
            return None
        value = value_or_none
    if count and value != value.to_integral_value():
        raise NumberProblem(f"“{str(raw)[:40]}” là số đếm mà có phần lẻ; gõ số nguyên")
    return _within(value, places)


def whole_number(raw: str, *, digits: int = 18) -> int | None:
    """A key, a version or a page as a form or an address carries it: ASCII digits alone, `digits` at most, which no
    column overflows; None for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= digits else None


def _parse_text(raw: str, *, count: bool, perhaps_count: bool) -> Decimal | None:
    typed = _SPACE.sub(" ", raw).strip().translate(_WIDE)
    if not typed:
        return None
    text = typed.removesuffix("%").rstrip()
    if (_AMBIGUOUS_COUNT if count or perhaps_count else _AMBIGUOUS).fullmatch(text):
        whole, part = re.split("[.,]", text)
        otherwise = "" if count else f", {whole},{part}0 nếu là số thập phân"
        raise NumberProblem(f"“{text}” có thể hiểu hai cách; gõ {whole}{part} nếu là số nguyên{otherwise}")
    if _PLAIN.fullmatch(text) and text.isascii():
        return Decimal(text.replace(",", "."))
    if _GROUPED.fullmatch(text) and text.isascii():
        return Decimal(re.sub("[. ]", "", text).replace(",", "."))
    if _GROUPED_BY_COMMAS.fullmatch(text) and text.isascii():
        return Decimal(text.replace(",", ""))
    raise NumberProblem(f"“{text[:40]}” không phải số; gõ số, ví dụ 0,5")


def _within(value: Decimal, places: int) -> Decimal:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise NumberProblem(f"có quá {places} chữ số thập phân; làm tròn trước khi nhập")
    if abs(value) >= Decimal(10) ** 11:
        raise NumberProblem("quá lớn; kiểm tra lại đơn vị tính")
    return value


def exact(value: Decimal) -> str:
    """The shortest exact text of a Decimal with a dot: what files and digests carry."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def exact_text(value: Decimal | None) -> str | None:
    """`exact` of a number; None for none."""
    return None if value is None else exact(value)


def vn(value: Decimal | Fraction | int | None, places: int = 2) -> str:
    """A number for people: comma as decimal sign, two decimals unless told; "" for None."""
    if value is None:
        return ""
    return _signed(format(_round(value, Decimal(1).scaleb(-places)), "f").replace(".", ","))


def vn_signed(value: Decimal | Fraction | None) -> str:
    """As `vn`, with its sign, so that more and less are told apart without colour."""
    if value is None:
        return "–"
    shown = vn(value)
    return f"+{shown}" if value > 0 and shown != "0,00" else shown


def vn_short(value: Decimal | None) -> str:
    """A number without needless zeros and without a digit lost, read back as the same number where it is typed:
    10 → "10", 0.5 → "0,5"."""
    return "" if value is None else _signed(exact(value).replace(".", ","))


def vn_count(value: int) -> str:
    """How many, with a dot between thousands: 1046 → "1.046"."""
    return _signed(f"{value:,}".replace(",", "."))


def vn_sum(value: Decimal | Fraction) -> str:
    """A number that may be in the thousands, for sentences that count too: 1661.71 → "1.661,71"."""
    return _signed(f"{shown(value):,}".translate(_TURNED))


def vn_percent(share: Decimal | Fraction | None, places: int = 2) -> str:
    """A part in per cent, the sign close to the number: 0.9 → "90,00%"; "–" for None."""
    return "–" if share is None else f"{vn(share * 100, places)}%"


def _signed(text: str) -> str:
    """The sign that people read as minus (U+2212), and none before a zero."""
    return text.replace("-", "−" if text.strip("-0,") else "")
