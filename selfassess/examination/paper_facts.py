"""Number, date, issuer and abstract as an official paper carries them at its head (Nghị định 30). No Django."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from .document_number import number_in, plain

_HEAD = 4_000
"""Characters in which a paper says what it is."""
_MOST_DATES = 200

_MONTH_WORDS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_DAY = r"(?P<d>[0-3]?\s?\d)"
_MONTH = r"(?P<m>[01]?\s?\d|" + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True)).replace(" ", r"\s+") + ")"
_YEAR = r"(?P<y>[12]\s?\d\s?\d\s?\d)"
_DATES = (
    re.compile(
        rf"(?:ngay\s*:?\s*(?:mung\s+|mong\s+)?)?{_DAY}\s*[/.,-]?\s*thang\s*{_MONTH}\s*[/.,-]?\s*(?:nam\s*)?{_YEAR}(?!\d)",
        re.I,
    ),
    re.compile(r"(?<![\d/.-])(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})(?![\d/])"),
    re.compile(r"(?<=ngay )(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{2})(?![\d/])", re.I),
    re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"),
)
_AT_PLACE = re.compile(
    r"(?:^|\s{2,}|\bso\s*:\s*\S*\s+)(?:[^\W\d_][^\W\d_.]*\s+){0,4}[^\W\d_][^\W\d_.]*\s*,\s*$", re.IGNORECASE
)
_OF_ANOTHER = re.compile(
    r"(\b(so|luat|nghi dinh|thong tu)\b[^.;\n]{0,60}$)|\b(tu|den|truoc|sau|ke tu|tinh den|het|trong|han|vao)\s*$",
    re.IGNORECASE,
)
_CITING = re.compile(r"\b(can cu|thuc hien|theo|tai|thay the|tra loi|phuc dap)\b[^.;]{0,120}$", re.IGNORECASE)

_NUMBER_LINE = re.compile(r"(?:^|\s)so\s*:?\s*[.…_ ]*(?P<n>\d+[^\s,;]*(?:\s*[-/]\s*[^\s,;]+)+)", re.IGNORECASE)
_MOTTO = re.compile(
    r"cong hoa xa hoi chu nghia viet nam|doc lap\s*-?\s*tu do\s*-?\s*hanh phuc|dang cong san viet nam", re.I
)
_KINDS = (
    "quyet dinh|bao cao|ke hoach|to trinh|thong bao|cong van|nghi quyet|chi thi|quy che|quy dinh|chuong trinh|de an"
    "|phuong an|bien ban|huong dan|giay moi|giay xac nhan|giay chung nhan|cong dien|hop dong|thong cao|ban ghi nho"
)
_KIND_LINE = re.compile(rf"^\W*({_KINDS})\b(?P<rest>.*)$", re.IGNORECASE)
_SUBJECT = re.compile(r"^\W*(v\s*/\s*v|ve viec)\b\s*:?", re.IGNORECASE)
_OVER = re.compile(
    r"^\W*(kinh gui|can cu|thuc hien|uy ban nhan dan|chu tich|giam doc|hoi dong nhan dan|i\.|1\.|dieu 1|phan|so\s*:"
    r"|ngay \d|tm\.|xet de nghi|theo de nghi)|ngay\s+\d{1,2}\s+thang|^[\W_]*$",
    re.IGNORECASE,
)


def facts_of(text: str) -> dict[str, Any]:
    """What the paper says of itself: `number`, `issued_on` (ISO), `issuer`, `abstract`, each "" when not found;
    `dated_at_place`: the date stands where a paper has it; `dates`: every date that is not another paper's."""
    own, at_place, dates = _dates(text)
    lines = [" ".join(line.split()) for line in text[:_HEAD].splitlines()]
    number, at = _number(lines)
    return {
        "number": number[:100],
        "issued_on": own.isoformat() if own else "",
        "issuer": _issuer(lines[:at])[:200] if number else "",
        "abstract": _abstract(lines)[:500],
        "dated_at_place": at_place,
        "dates": dates,
    }


def _dates(text: str) -> tuple[date | None, bool, list[str]]:
    page = plain(text)
    found = [(at, day) for at, day in _all_dates(page) if _stands_at_place(page, at) or not _of_another(page, at)]
    for at, day in found:
        if at < _HEAD and _stands_at_place(page, at):
            return day, True, _isos(found)
    head = [day for at, day in found if at < _HEAD]
    return (head[0] if head else None), False, _isos(found)


def _isos(dates: list[tuple[int, date]]) -> list[str]:
    return sorted({day.isoformat() for _, day in dates})[:_MOST_DATES]


def _all_dates(page: str) -> Iterator[tuple[int, date]]:
    hits = [match for pattern in _DATES for match in pattern.finditer(page)]
    for match in sorted(hits, key=lambda m: m.start()):
        month = re.sub(r"\s+", " ", match["m"]).casefold()
        year = int(re.sub(r"\s", "", match["y"]))
        try:
            number = _MONTH_WORDS.get(month) or int(month.replace(" ", ""))
            day = date(year + 2000 if year < 100 else year, number, int(re.sub(r"\s", "", match["d"])))
        except ValueError:
            continue
        if 1900 < day.year < 2200:
            yield match.start(), day


def _of_another(page: str, at: int) -> bool:
    """Whether the words before a date make it another paper's, or a limit of time."""
    before = page[max(0, at - 140) : at].rstrip()
    before = before.removesuffix("ngay").rstrip()
    line = before.rpartition("\n")[2]
    if re.search(r"(^|\s{2,})so\s*:[^,;]*$", line, re.IGNORECASE) and not _CITING.search(before):
        return False  # the number and the date of a paper often stand in one line
    return bool(_OF_ANOTHER.search(line) or _CITING.search(re.split(r"\n\s*\n", before)[-1]))


def _stands_at_place(page: str, at: int) -> bool:
    """Whether a place name and a comma come before: "Hà Nội, ngày …"."""
    line = page[max(0, at - 120) : at].rpartition("\n")[2].rstrip()
    return _AT_PLACE.search(re.sub(r"ngay\s*:?$", "", line, flags=re.IGNORECASE)) is not None


def _number(lines: list[str]) -> tuple[str, int]:
    """The number and its line."""
    for at, line in enumerate(lines):
        match = _NUMBER_LINE.search(plain(line))
        if match is None or _CITING.search(plain(" ".join([*lines[max(0, at - 1) : at], line[: match.start("n")]]))):
            continue
        if number := _as_written(line, match["n"]):
            return number, at
    return "", 0


def _as_written(line: str, phrase: str) -> str:
    """The number with the letters of the paper, for people to read."""
    short = number_in(phrase)
    for start in range(len(line)):
        if line[start].isdigit() and number_in(line[start:]) == short and not line[start - 1 : start].isdigit():
            for end in range(start + 1, len(line) + 1):
                if number_in(line[start:end]) == short:
                    return re.sub(r"\s+", "", line[start:end])
    return ""


def _issuer(lines: list[str]) -> str:
    """Who issued it: the last line before the number that is neither motto, rule nor the kind of paper."""
    rest = []
    for line in lines:
        motto = _MOTTO.search(plain(line))
        kept = (line[: motto.start()] if motto else line).strip(" -–—_*.")
        if _KIND_LINE.match(plain(kept)):
            continue
        if any(c.isalpha() for c in kept) and not re.search(r"ngay\s*\d|ngay\s*[.…]", plain(kept), re.IGNORECASE):
            rest.append(kept)
    return rest[-1] if rest else ""


def _abstract(lines: list[str]) -> str:
    """What it is about: behind "V/v", or under the kind of paper."""
    for at, line in enumerate(lines):
        subject, kind = _SUBJECT.match(plain(line)), _KIND_LINE.match(plain(line))
        if subject:
            return _joined(line[subject.end() :], lines[at + 1 :])
        if kind and not _NUMBER_LINE.search(plain(line)):
            return _joined(line if kind["rest"].strip() else "", lines[at + 1 :])
    return ""


def _joined(first: str, following: list[str]) -> str:
    words = [first] if first.strip() else []
    for line in following[:6]:
        if _OVER.search(plain(line)) or _MOTTO.search(plain(line)) or _NUMBER_LINE.search(plain(line)):
            if words or line.strip(" _-–"):
                break
            continue
        subject = _SUBJECT.match(plain(line))
        words.append(line[subject.end() :] if subject and not words else line)
    return " ".join(" ".join(words).split()).strip(" :-–")
