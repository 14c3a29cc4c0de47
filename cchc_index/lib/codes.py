"""Unit codes as spreadsheets give them: other letter case, other spaces, zeros lost at the front."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from .text import eth_as_d

T = TypeVar("T")


_HYPHENS = "‐‑‒–—―−﹣－⁃˗֊־‧ー"
_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys(_HYPHENS, "-"),
        # Cyrillic and Greek letters that are drawn like Latin ones.
        **dict(zip("АВЕКМНОРСТУХЅІЈаеорсухѕіј", "ABEKMHOPCTYXSIJaeopcyxsij", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    }
)


def key(code: str) -> str:
    """What the spellings of one code share: letter case, spaces, full width, kinds of hyphen and letters of other
    alphabets that look the same make no difference. "Q-００１", "q–001" and "Q-001" are one."""
    if code.isascii():
        return "".join(code.split()).casefold()
    plain = unicodedata.normalize("NFKC", eth_as_d(code)).translate(_LOOK_ALIKES)
    return "".join(plain.split()).casefold()


def foreign_signs(code: str, beside: str = ".-_/") -> str:
    """What of a code is neither a Latin letter, nor a digit 0–9, nor one of the signs `beside`: letters and digits of
    other alphabets that look alike, hyphens of other kinds, brackets, spaces."""
    return "".join(dict.fromkeys(c for c in code if not (_is_plain(c) or c in beside)))


def _is_plain(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum()
    return letter.isalpha() and unicodedata.normalize("NFD", letter.replace("Đ", "D").replace("đ", "d"))[0].isascii()


def by_spelling(things: Mapping[str, T]) -> dict[str, T]:
    """By code and by its key; codes that differ in nothing but case and spaces must be given exactly."""
    keys = Counter(map(key, things))
    return {key(code): thing for code, thing in things.items() if keys[key(code)] == 1} | dict(things)


def zeros_lost(code: str, known: Iterable[str]) -> str:
    """The one code that `code` would be had Excel not taken it for a number (1 for 001); "" where none or
    several would."""
    fitting = [other for other in known if other != code and other.isdigit() and other.lstrip("0") == code]
    return fitting[0] if len(fitting) == 1 else ""


def repair_of(code: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about an unknown code, in words."""
    meant = zeros_lost(code, known)
    return f"ghi {meant}: Excel bỏ số 0 ở đầu, định dạng cột là Văn bản (Text) rồi gõ lại" if meant else otherwise
