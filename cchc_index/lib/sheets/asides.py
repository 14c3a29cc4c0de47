"""Rows of a table that are no data: numbering, totals, notes, headings printed again. Left out, and said."""

import re
from collections.abc import Sequence
from typing import Any

from cchc_index.lib.text import fold

from .cells import cell_text, is_blank

_TOTAL = re.compile(
    r"(σ|t\.? ?cong\b|luy ke\b|(ty le|diem) (chung|trung binh|binh quan)\b|(tong|cong|trung binh|binh quan|tb)\b)"
    r"( (so|cong|diem|chung|toi da|toan bo|cac linh vuc|phieu|hop|don|toan thanh pho|don vi|dong|nguoi|trang))*"
    r"( \d{1,6} (don vi|phieu|dong|nguoi|tieu chi))?"
    r"( (linh vuc|khoi|muc|phan|nhom|trang|tieu chi) \S{1,12})?( ?\(.*\))?(: ?\d[\d.,]*( \w{1,12}){0,2})?[ :.]*"
)
_NOTE = re.compile(
    r"[(*]* ?(ghi chu|luu y|chu thich|nguon\b|nguoi (lap|nhap|tong hop|kiem tra)|thu truong|truong phong|giam doc|"
    r"ky ten|ky,|ky va|ha noi, ?ngay|ngay .* thang|noi nhan|xac nhan|tm\.|kt\.)"
)


def is_total(text: str) -> bool:
    """Whether a cell's text names a total or a mean of the rows above."""
    return _TOTAL.fullmatch(fold(text)) is not None


_POINT = re.compile(r"[*•\-–—+] ?\w+( \S+){3,}")
"""A sentence behind a star or a dash, as notes under a table stand one below the other."""
_SIGNER = re.compile(
    r"(kt\.|tm\.|tl\.|q\.)? ?(pho )?(giam doc|chu tich|truong phong|thu truong|chanh van phong|ke toan( truong)?|"
    r"nguoi (lap|nhap|tong hop|kiem tra)|\(?ky)\b.*"
)
_GROUP = re.compile(r"([ivx]{1,5}|[a-z]|\d{1,2})[.)] ?[^\W\d].* .*")


def is_group(row: Sequence[Any]) -> bool:
    """`I. Khối sở`, `A) Các quận`: a heading over the rows below, alone in its row."""
    filled = [cell_text(cell) for cell in row if not is_blank(cell)]
    return len(filled) == 1 and _GROUP.fullmatch(fold(filled[0])) is not None


def is_signing(row: Sequence[Any]) -> bool:
    """Offices side by side, under which people sign."""
    filled = [fold(cell_text(cell)) for cell in row if not is_blank(cell)]
    return len(filled) > 1 and all(_SIGNER.fullmatch(text) for text in filled)


def is_note(row: Sequence[Any]) -> bool:
    """A note, a signature or a place and date under the table: at most two cells are filled, and the first says so."""
    filled = [cell_text(cell) for cell in row if not is_blank(cell)]
    if len(filled) == 1 and _POINT.match(fold(filled[0])):
        return True
    return 0 < len(filled) <= 2 and is_prose(filled[0]) and _NOTE.match(fold(filled[0])) is not None


def is_prose(text: str) -> bool:
    """Whether a text might be a note rather than a code: a code has no spaces within."""
    return " " in text.strip() or text.rstrip().endswith(":")


def is_numbering(row: Sequence[Any]) -> bool:
    """The row `1 | 2 | 3`, `(1) | (2)` or `A | B | 1 | 2 = 1+…` that official tables print under their heading."""
    filled = [fold(cell_text(cell)) for cell in row if not is_blank(cell)]
    if len(filled) < 2:
        return False
    bare = [_bare_number(text.partition("=")[0]) for text in filled]
    if bare == list(_ROMAN[: len(bare)]):
        return True
    letters = [text for text in bare if text.isalpha()]
    numbers = bare[len(letters) :]
    return (
        letters == [chr(97 + i) for i in range(len(letters))]
        and numbers == [str(i) for i in range(1, len(numbers) + 1)]
        and len(letters) <= 3
    )


def _bare_number(text: str) -> str:
    """The number of a column without what stands round it: `(1)`, `[1]`, `1.`, `cột 1`, and `-1`, which Excel makes of
    `(1)`."""
    return text.strip().removeprefix("cot ").lstrip("([-").rstrip(")]. ")


_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
