"""What the words of a correction say of it. Pure."""

import re

from cchc_index.lib.text import clean

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
