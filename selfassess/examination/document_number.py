"""Whether a paper's text carries a document number as its own: whole, in any spelling, not merely cited. No Django."""

import re
import unicodedata
from functools import lru_cache

NONE, OWN, CITED = "none", "own", "cited"
"""Not there; there; there only as another document that the paper cites."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_SLASHES = dict.fromkeys(map(ord, "∕⁄／\\"), "/")
_GONE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
_ETH = {ord(c): c2 for c, c2 in zip("ÐĐđð", "DDdd", strict=True)}  # fonts often draw Đ with the Icelandic letter
_NO_NUMBER = re.compile(r"(khong|ko|chua)(co)?so(kyhieu)?")
_NUMBER = re.compile(r"\d+[a-z]?(?:\s*[/-]\s*[^\W_]+(?:\.[^\W_]+)*(?:\s?&\s?[^\W_]+)?)+", re.IGNORECASE)
_UNSLASHED = re.compile(r"(?<!\d)(\d+[a-z]?)\s+(?=[A-Z]{2,}\d?\s*-\s*[A-Z])")
"""12 KH-SNV: typed in haste, the stroke forgotten."""
_AT_HEAD = re.compile(r"(?:^|\n|\s{3,})[ \t]*s\s?o\s*[:.…_ ]*$", re.IGNORECASE)
_HEAD = re.compile(r"(?:^|\n|\s{3,})[ \t]*so\s*:\s*[.…_ ]*(?=\d)", re.IGNORECASE)
_CITING = re.compile(
    r"(?<!kem )\b(can cu|thuc hien|theo|tai|thay the|sua doi|bo sung|bai bo|huy bo|tra loi|phuc dap|tiep theo"
    r"|vien dan|dan chieu|huong dan|trien khai|xem|tham khao|lien quan den|nhu|noi tai|ve viec thi hanh)\b",
    re.IGNORECASE,
)
_BEFORE = 160


def plain(text: str) -> str:
    """Text as numbers are looked for: letters without accents, one kind of dash and slash; case stays."""
    once = unicodedata.normalize("NFC", text).translate(_GONE).translate(_DASHES).translate(_SLASHES).translate(_ETH)
    return "".join(c for c in unicodedata.normalize("NFD", once) if not unicodedata.combining(c))


@lru_cache(maxsize=8192)
def number_in(typed: str) -> str:
    """The number itself out of what was typed: "QĐ số: 12/QĐ-UBND ngày 5/3" is 12/QD-UBND. "" without one."""
    text = plain(typed).strip()
    if _NO_NUMBER.fullmatch(re.sub(r"\W+", "", text).casefold()):
        return ""
    found = _NUMBER.search(_UNSLASHED.sub(r"\1/", text))
    if found is None:
        digits = re.search(r"\d+", text)
        return digits[0] if digits else ""
    return re.sub(r"\s+", "", found[0])


def place_of(text: str, typed: str) -> str | None:
    """OWN, CITED or NONE for the typed number in the text; None for a document that has no number."""
    wanted = number_in(typed)
    if not wanted:
        return None
    page = plain(text)
    found = [match for match in _pattern(wanted).finditer(page) if _ends(page, match.end())]
    if not found:
        return NONE
    own = [at.start() for at in found if not _cited(page, at.start())]
    if any(_AT_HEAD.search(page[max(0, at - 40) : at]) for at in own):
        return OWN
    # A paper with another number at its head cites whatever else it names.
    others = any(not _cited(page, at.end()) for at in _HEAD.finditer(page))
    return OWN if own and not others else CITED


def _pattern(number: str) -> re.Pattern[str]:
    """The number with spaces anywhere but inside its digits, unless all of them are set apart."""
    digits = re.match(r"\d+", number)
    start = (digits[0].lstrip("0") or "0") if digits else ""
    rest = number[digits.end() :] if digits else number
    apart = rf"|{r'[ ]'.join(start)}" if len(start) > 2 else ""
    if len(start) > 3:  # 1.234/SNV-CCHC, as some offices count
        apart += rf"|{start[:-3]}\.{start[-3:]}"
    tail = "".join(rf"\s*{re.escape(c)}" for c in rest).replace(r"\s*", r"[\s.…_]*", 1)
    if not rest:
        return re.compile(rf"\bso\s*[:.…_ ]*0*{start}(?!\d)", re.IGNORECASE)
    return re.compile(rf"(?<!\d)(?<!\d[./-])0*(?:{start}{apart}){tail}", re.IGNORECASE)


def _ends(page: str, at: int) -> bool:
    """Whether the number ends there: no digit and no further part follows, and no letter but that of a next word."""
    after = page[at : at + 3]
    if not after or not (after[0].isalnum() or after[0] in "-/&"):
        return True
    if after[0] in "-/&":
        return len(after) < 2 or not after[1].isalnum()
    return after[0].isupper() and after[1:2].islower() and page[at - 1].isupper()


def _cited(page: str, at: int) -> bool:
    """Whether the words before it, back to the end of the sentence before, speak of another document."""
    before = page[max(0, at - _BEFORE) : at]
    sentence = re.split(r"[.;!?](?=\s|$)|\n\s*\n|\n(?=\s*so\s*:)", before, flags=re.IGNORECASE)[-1]
    return _CITING.search(sentence) is not None
