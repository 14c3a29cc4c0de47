"""What the words of a publication say: the shape of its number and day, what a correction is of. Pure."""

import re
from datetime import date, timedelta

from cchc_index.lib.days import letter_day
from cchc_index.lib.text import clean

NUMBER_LENGTH = 60
_NUMBER = re.compile(r"[0-9]{1,6}(?:/[0-9]{4})?/QĐ(?:-[A-ZĐ0-9&]{1,20}){0,4}")
"""A decision is numbered 1234/QĐ-UBND; one that makes rules also with its year, 12/2025/QĐ-UBND."""
_ETH = "\u00d0\u00f0\u0189"
"""Letters of Icelandic and of African languages that look like Đ."""
AHEAD = timedelta(days=60)
"""A decision is prepared before its day, but not by months."""
AFTER_PERIOD = timedelta(days=366)
"""While the assessed period still runs nothing is published; rehearsals are dated within a year of its end."""


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
    now."""
    begins, ends = period
    if dated < begins:
        return f"Ngày quyết định {letter_day(dated)} trước ngày bắt đầu thời kỳ đánh giá ({letter_day(begins)})."
    latest = today + AHEAD if ends < today else ends + AFTER_PERIOD
    if dated > latest:
        return f"Ngày quyết định {letter_day(dated)} còn quá xa: muộn nhất là ngày {letter_day(latest)}."
    return ""


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
