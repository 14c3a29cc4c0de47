"""Codes of a criteria tree. Pure.

A code is numbers joined by dots. The parent of a row is the longest proper prefix that the set holds, so
leaves may lie at any depth and an annex may leave its group rows out.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

MAX_CODE = 30
MAX_PART = 999
AFTER_NUMBERS = MAX_PART + 1
CellKey = tuple[int, int]
"""(unit_id, criterion_id): one unit at one leaf."""
NaturalKey = tuple[tuple[int, str], ...]


def natural_key(code: str) -> NaturalKey:
    """A key that sorts 1.2 before 1.10; parts that are no numbers come after the numbers."""
    return tuple((int(part), "") if part.isdecimal() else (AFTER_NUMBERS, part) for part in code.split("."))


def prefixes(code: str) -> list[str]:
    """The proper prefixes of a code, longest first: 1.4.3 → 1.4, 1."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def parent_code(code: str, known: Collection[str]) -> str | None:
    """The longest proper prefix of `code` in `known`; None for a root."""
    return next((prefix for prefix in prefixes(code) if prefix in known), None)


def leaf_codes(codes: Iterable[str]) -> set[str]:
    """The codes under which no other code stands."""
    everything = set(codes)
    return everything - {prefix for code in everything for prefix in prefixes(code)}


def successor(code: str) -> str:
    """The code that follows at the same level: 1.9 → 1.10."""
    *head, last = code.split(".")
    return ".".join([*head, str(int(last) + 1)])


def normalise(printed: str) -> str:
    """A printed code with single dots, plain digits and no spaces; "" where it is no code.

    Takes full-width characters, commas, doubled and trailing dots, leading zeros and the `.0` that a
    spreadsheet adds to a whole number.
    """
    text = unicodedata.normalize("NFKC", printed).replace("。", ".").replace(",", ".").strip()
    text = re.sub(r"\s*\.\s*", ".", text)
    text = re.sub(r"\.{2,}", ".", text).strip(".")
    if len(text) > MAX_CODE or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", text):
        return ""
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return ".".join(map(str, parts)) if all(0 < part <= MAX_PART for part in parts) else ""
