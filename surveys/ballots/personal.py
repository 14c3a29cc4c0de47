"""Which columns of a file hold people's data: told by the heading, else by what most of the cells look like.

Nothing of such a column is read, kept or counted into a ballot's identity.
"""

import re
from collections.abc import Mapping

from cchc_index.lib.text import fold

_HEADING = re.compile(
    r"\b(ho va ten|ho ten|ten nguoi|e-?mail|thu dien tu|dien thoai|so dt|sdt|phone|zalo"
    r"|dia chi|ip|ipaddr|cccd|cmnd|can cuoc)\b"
    r"|(name|ten|last name|first name)"
)
_TELEPHONE = re.compile(r"(\+?84|0)?[35789]\d{8}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w{2,}")
_IP = re.compile(r"(\d{1,3}\.){3}\d{1,3}|(?=.*:.*:)[0-9a-f:]{5,39}", re.IGNORECASE)
_FAMILY_NAMES = re.compile(
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dinh|trinh|doan|luong|mai|lam|ta|cao"
    "|truong|ha|dao"
)
MOSTLY = 0.5
"""The share of the filled cells that must look like people's data."""


def is_heading(heading: str) -> bool:
    """Whether a heading names people's data."""
    word = fold(heading)
    match = _HEADING.search(word)
    return match is not None and (bool(match[1]) or match[2] == word)


def is_text(text: str) -> bool:
    """Whether a cell looks like a telephone number, an address of mail or of a computer, or a Vietnamese name."""
    digits = re.sub(r"[\s.()-]", "", text)
    if _MAIL.fullmatch(text) or _IP.fullmatch(text):
        return True
    return bool(_TELEPHONE.fullmatch(digits) and len(digits) > 8 and text[:1] in "0+8(") or is_name(text)


def is_name(text: str) -> bool:
    """Two to five capitalised words of letters, the first a family name."""
    words = text.split()
    letters = all(word.isalpha() and word[0].isupper() and word[1:].islower() for word in words)
    return 2 <= len(words) <= 5 and letters and _FAMILY_NAMES.fullmatch(fold(words[0])) is not None


def is_column(heading: str, counts: Mapping[str, int]) -> bool:
    """Whether a column is people's data. `counts`: text → cells, blanks left out."""
    if is_heading(heading):
        return True
    filled = sum(counts.values())
    return bool(filled) and sum(n for text, n in counts.items() if is_text(text)) > MOSTLY * filled
