"""The plan of a survey on paper, in the layout of Nghị định 30/2020/NĐ-CP: the annex of the plan's document."""

from typing import Any

from django.template.loader import render_to_string
from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib.canonical import digest
from results.files.paper import laid_out, written
from surveys.planning.digests import group_facts, scale_facts, sheet_facts, survey_facts
from surveys.planning.queries import PlanBook

PAPER = "results/planpaper/paper.html"


def title_of(book: PlanBook) -> str:
    return f"Kế hoạch điều tra xã hội học năm {book.block.round.year}, {book.block.group.name}"


def mark_of(book: PlanBook) -> str:
    """A digest of everything the plan says: two prints of one plan carry the same."""
    parts: list[Any] = [survey_facts(book.survey) if book.survey else None]
    for row in book.groups:
        parts += [group_facts(row.group), sheet_facts(row.sheet) if row.sheet else None]
    return digest([*parts, [scale_facts(scale) for scale, _ in book.scales]])


def context_of(book: PlanBook) -> dict[str, object]:
    """What the paper is rendered with."""
    mark = " – DỮ LIỆU MINH HỌA" if book.block.round.illustrative else ""
    return {
        "book": book,
        "title": title_of(book) + mark,
        "subject": title_of(book),
        "digest": mark_of(book),
        "illustrative": book.block.round.illustrative,
    }


def plan_markup(book: PlanBook) -> str:
    """The annex before it is laid out: what the Word document is made from."""
    return render_to_string(PAPER, context_of(book))


def plan_pdf(book: PlanBook) -> bytes:
    """The annex on paper."""
    return written(laid_out(PAPER, context_of(book), "", FontConfiguration()))
