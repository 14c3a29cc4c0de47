"""The minutes of a meeting as a Word document, from the same template as the paper."""

from results.files.word import document_of

from . import paper
from .queries import Minutes


def minutes_docx(minutes: Minutes) -> bytes:
    """The same meeting gives the same bytes."""
    mark = " – DỮ LIỆU MINH HỌA" if minutes.illustrative else ""
    footer = f"Mã kiểm tra (SHA-256): {minutes.digest}{mark}"
    return document_of(paper.minutes_markup(minutes), title=minutes.title, footer=footer)
