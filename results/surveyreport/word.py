"""The report as a Word document, from the same template as the paper."""

from results.files.word import document_of

from . import paper
from .queries import SurveyMaterial


def report_docx(told: SurveyMaterial) -> bytes:
    """The same numbers give the same bytes."""
    mark = " – DỮ LIỆU MINH HỌA" if told.block.round.illustrative else ""
    footer = f"Mã kiểm tra (SHA-256): {told.mark}{mark}"
    return document_of(paper.report_markup(told), title=paper.title_of(told), footer=footer)
