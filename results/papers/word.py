"""The papers as Word documents, from the markup of the PDF."""

from results.files.word import document_of

from . import paper
from .queries import Material


def docx_of(key: str, told: Material) -> bytes:
    """The same contents give the same bytes; the digest of the data stands at the foot of every page."""
    mark = " – DỮ LIỆU MINH HỌA" if told.book.illustrative else ""
    footer = f"Mã kiểm tra (SHA-256): {told.book.digest}{mark}"
    return document_of(paper.markup_of(key, told), title=paper.title_of(key, told), footer=footer)
