"""What a cell can be besides text, numbers, dates and True/False, and how any cell reads as text."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from cchc_index.lib.days import read_day, require_year
from cchc_index.lib.text import clean


@dataclass(frozen=True, slots=True)
class Percent:
    """A number under a percent format, as the person sees it: 85 for 0.85 shown as 85%."""

    value: Decimal

    def __str__(self) -> str:
        return f"{_plain(self.value)}%"


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """An error constant, typed or pasted or the result of a formula: #N/A, #REF!"""

    shown: str

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class Uncomputed:
    """A formula whose value no program has computed yet."""

    def __str__(self) -> str:
        return "(công thức chưa tính)"


class StyledNumber(float):
    """A whole number whose format shows a fraction or a sign within it: 11 under `0"."0` is seen as 1.1. A number as
    any other, but no code."""


@dataclass(frozen=True, slots=True)
class Veiled:
    """A number whose format shows none: nothing, or words."""

    value: float
    shown: str

    def __str__(self) -> str:
        return self.shown


def percent(value: float) -> Percent:
    return Percent(fifteen_digits(value) * 100)


_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""What a number format shows, or leaves, as it stands: quoted, escaped, a colour, a blank as wide as a letter."""
_SHOWN = r'(?:"[^"]*"|\\.|[-/.])*'
_NUMBERED = re.compile(rf"({_SHOWN})(0+)({_SHOWN})")
_ENDS_A_CODE = re.compile(r"[-/._][^\W\d_]")
"""`7-SV` is a code; `7 điểm`, `7đ`, `7%` and `7/10` are numbers with their unit."""


def is_percent_format(code: str) -> bool:
    """Whether a number format multiplies by a hundred: `0%` does, `0"%"` and `0\\%` only show the sign."""
    return "%" in _LITERAL.sub("", code)


def has_own_text(code: str) -> bool:
    """Whether a number format shows whole numbers as something that counts in a code: `000`, `"P-"00`, `0"-SV"`."""
    found = _NUMBERED.fullmatch(code.partition(";")[0])
    return found is not None and (
        len(found[2]) > 1 or any(map(str.isalpha, found[1])) or _ENDS_A_CODE.match(_bare(found[3])) is not None
    )


def tells_more(code: str) -> bool:
    """Whether what a number format shows is worth a look: `seen_under` may then be something else than the number."""
    parts = _sections(code)
    return has_own_text(code) or any(
        is_percent_format(part) or "‰" in part or not _PLACES.search(_bared(part)) or _splits_whole_numbers(part)
        for part in parts
    )


def seen_under(code: str, value: object) -> object:
    """What a person sees of a number under a format: Percent, the text of a code (7 under `000` is "007"), Veiled,
    StyledNumber; None where it is the number, and for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    part = _section_for(code, value)
    if is_percent_format(part):
        return percent(value)
    text = _text_under(part, value)
    if text is not None:
        return text
    bared = _bared(part)
    if "‰" in part:
        return Veiled(value, f"{_plain(fifteen_digits(value))}‰")
    if not _PLACES.search(bared):
        literal = _bare(_UNSEEN.sub("", part)).strip()
        return None if value == 0 and literal in _DASHES else Veiled(value, literal)
    return StyledNumber(value) if float(value).is_integer() and _splits_whole_numbers(part) else None


def _text_under(code: str, value: float) -> str | None:
    found = _NUMBERED.fullmatch(code)
    if found is None or not has_own_text(code) or value < 0 or not float(value).is_integer():
        return None
    return _bare(found[1]) + str(int(value)).zfill(len(found[2])) + _bare(found[3])


_PLACES = re.compile(r"[0#?@]|general|standard|[ymdhsb]", re.IGNORECASE)
"""A place of a digit or of text, the number as it is, a part of a date."""
_DASHES = ("-", "–", "—", "−")
"""What the formats of bookkeeping show for a zero."""
_UNSEEN = re.compile(r"\[[^\]]*\]|_.|\*.")
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_MET = {
    "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "=": float.__eq__, "<>": float.__ne__,
}  # fmt: skip


def _bared(part: str) -> str:
    """A section without its literals: what is left are places of digits and their signs."""
    return _LITERAL.sub("", part)


def _sections(code: str) -> list[str]:
    """The parts of a number format between its semicolons; the fourth is for text."""
    parts, at = [], 0
    while at <= len(code):
        found = _SECTION.match(code, at)
        part = found[0] if found else code[at:]
        parts.append(part)
        at += len(part) + 1
    return parts[:3]


def _section_for(code: str, value: float) -> str:
    parts = _sections(code)
    conditions = [_CONDITION.search(part) for part in parts]
    if any(conditions):
        for part, found in zip(parts, conditions, strict=True):
            if found is None or _MET[found[1]](float(value), float(found[2])):
                return part
        return parts[-1]
    return parts[min(1 if value < 0 else 2 if value == 0 else 0, len(parts) - 1) if len(parts) > 2 or value < 0 else 0]


def _splits_whole_numbers(part: str) -> bool:
    """Whether a whole number would be shown with a fraction (`0.0`) or with a sign within it (`0"."0`)."""
    bared = _bared(part)
    return re.search(r"[0#?]\.[#?]*0", bared) is not None or (
        re.search(r'[0#?](?:"[^"]*"|\\.)+[0#?]', part) is not None
    )


def _bare(part: str) -> str:
    """What the quoted and escaped signs of a number format show."""
    return re.sub(r'"([^"]*)"|\\(.)', r"\1\2", part)


def fifteen_digits(value: float) -> Decimal:
    """A binary float as Excel shows it, at fifteen digits: 1 − 0.9 is 0.1."""
    return Decimal(format(value, ".15g"))


def cell_text(value: object) -> str:
    """A cell as text: 1.0 → "1", 1 − 0.9 → "0.1", dates as dd/mm/yyyy, NFC, trimmed."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _plain(fifteen_digits(value)) if value == value and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/}{value.year:04d}"
    return clean(value)


_EPOCH = date(1899, 12, 30)
_SERIAL = re.compile("[1-9][0-9]{4}")
"""Days from 1927 to 2173 as spreadsheets count them, shown where the cell has lost its format."""


def day_of(value: object) -> date | None:
    """The day that a cell holds, as a date or as officials write one; None for a blank cell. Raises as `read_day`."""
    if isinstance(value, date):
        require_year(value, cell_text(value))
        return value.date() if isinstance(value, datetime) else value
    text = cell_text(value)
    if _SERIAL.fullmatch(text):
        shown = (_EPOCH + timedelta(days=int(text))).strftime("%d/%m/%Y")
        raise ValueError(f"“{text}” là ngày {shown} ở dạng số; định dạng ô là Ngày (Date) hoặc gõ {shown}")
    return read_day(text) if text else None


def is_date(value: object) -> bool:
    """Whether the program turned the cell into a date, a time or a duration (it does so to codes like 1.6.1)."""
    return isinstance(value, datetime | date | time | timedelta)


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and (not value or (not value[0].isalnum() and not clean(value))))


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
