"""What the words of a publication say: the shape of its number and day, what a correction is of. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from cchc_index.lib.days import letter_day
from cchc_index.lib.text import clean

NUMBER_LENGTH = 60
_NUMBER = re.compile(r"[0-9]{1,6}(?:/[0-9]{4})?/QĐ(?:-[A-ZĐ0-9&]{1,20}){0,4}")
"""A decision is numbered 1234/QĐ-UBND; one that makes rules also with its year, 12/2025/QĐ-UBND."""
_DIGIT = re.compile("[0-9]")
_ETH = "\u00d0\u00f0\u0189"
"""Letters of Icelandic and of African languages that look like Đ."""
AHEAD = timedelta(days=60)
"""A decision is prepared before its day, but not by months."""
AFTER_PERIOD = timedelta(days=366)
"""While the assessed period still runs nothing is published; rehearsals are dated within a year of its end."""

YEARS_LATE = 5
"""How many years after the assessed period a result is still announced or corrected: a programme of reform runs five
years, after which nobody is measured by its plan any more. Verifiers hold to it too."""


def number_problem(raw: str) -> str:
    """Why what was typed cannot be the number of a decision; "" when it can."""
    number = clean(raw)
    if not number or len(number) > NUMBER_LENGTH:
        return f"Số quyết định công bố phải có từ 1 đến {NUMBER_LENGTH} ký tự, ví dụ 1234/QĐ-UBND."
    if any(letter in raw for letter in _ETH):
        return (
            f"Số “{raw.strip()}” có một chữ trông như “Đ” nhưng là chữ của ngôn ngữ khác (Eth): gõ lại chữ “Đ” "
            "tiếng Việt, ví dụ 1234/QĐ-UBND."
        )
    if not _NUMBER.fullmatch(number):
        return (
            f"Số “{number}” không có dạng số của quyết định: ghi số, gạch chéo, QĐ rồi chữ viết tắt của cơ quan ban "
            "hành, viết hoa, ví dụ 1234/QĐ-UBND."
        )
    return ""


def day_problem(dated: date, today: date, period: tuple[date, date]) -> str:
    """Why the decision cannot be of this day; "" when it can: not before the assessed period began, nor months from
    now, nor years after the period."""
    begins, ends = period
    if dated < begins:
        return f"Ngày quyết định {letter_day(dated)} trước ngày bắt đầu thời kỳ đánh giá ({letter_day(begins)})."
    soon = today + AHEAD if ends < today else ends + AFTER_PERIOD
    latest = min(soon, date(ends.year + YEARS_LATE, 12, 31))
    if dated > latest:
        return f"Ngày quyết định {letter_day(dated)} còn quá xa: muộn nhất là ngày {letter_day(latest)}."
    return ""


def name_problems(frozen: Mapping[str, Any]) -> list[str]:
    """What no verifier takes in the names of a bundle, each with what to do: blocks or units of one block that bear one
    name, a set whose decision has no number."""
    blocks = frozen["groups"]
    problems = [f"Hai khối cùng tên: {named}; đặt tên khác nhau ở trang Quản trị." for named in _namesakes(blocks)]
    for block in blocks:
        alike = _namesakes(block["units"])
        problems += [f"Khối {block['name']} có hai đơn vị cùng tên: {named}; sửa tên đơn vị." for named in alike]
        if not _DIGIT.search(block["decision"]):
            decision = f"Quyết định “{block['decision']}” ban hành bộ tiêu chí khối {block['name']}"
            problems.append(f"{decision} không có số: sửa số quyết định ở trang Quản trị.")
    return problems


def _namesakes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    codes: dict[str, list[str]] = {}
    names = {row["name"].lower(): row["name"] for row in rows}
    for row in rows:
        codes.setdefault(row["name"].lower(), []).append(row["code"])
    return [f"“{names[key]}” ({', '.join(same)})" for key, same in codes.items() if len(same) > 1]


DOCUMENT_ONLY = "Đính chính số, ngày hoặc câu chữ của văn bản; kết quả không đổi."
"""What stands before a correction whose writer ticked that only the document changes."""
_FIGURES = re.compile(r"\bsố (?:liệu|điểm|phiếu|đơn vị|hạng)\b")
_DOCUMENT = re.compile(
    r"\b(?:số|ngày|câu chữ|lời văn|từ ngữ|chữ|chính tả|văn bản|trích yếu|số hiệu|ký hiệu|quyết định)\b"
)


def corrects_document(errata: str) -> bool:
    """Whether a correction says that it is of the document's own number, date or words: the only reason to publish
    unchanged data a second time."""
    return _DOCUMENT.search(_FIGURES.sub(" ", clean(errata).lower())) is not None


def with_document(errata: str, document_only: bool) -> str:
    """The correction's text, with the sentence that the box stands for."""
    text = clean(errata)
    return f"{DOCUMENT_ONLY} {text}".strip() if document_only and not text.startswith(DOCUMENT_ONLY) else text
