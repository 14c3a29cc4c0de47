"""The plan of a survey as a Word document, from the same template as the paper."""

from results.files.word import document_of
from surveys.planning.queries import PlanBook

from . import paper


def plan_docx(book: PlanBook) -> bytes:
    """The same plan gives the same bytes."""
    mark = " – DỮ LIỆU MINH HỌA" if book.block.round.illustrative else ""
    footer = f"Mã kiểm tra (SHA-256): {paper.mark_of(book)}{mark}"
    return document_of(paper.plan_markup(book), title=paper.title_of(book), footer=footer)
