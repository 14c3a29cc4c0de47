"""The minutes of a meeting as PDF, in the layout of Nghị định 30/2020/NĐ-CP."""

from django.template.loader import render_to_string
from weasyprint.text.fonts import FontConfiguration

from results.files.paper import BLANK, CITY, laid_out, written

from .queries import Minutes

PAPER = "results/meeting/paper.html"
COUNCIL = ("HỘI ĐỒNG THẨM ĐỊNH",)


def context_of(minutes: Minutes) -> dict[str, object]:
    """What the paper is rendered with."""
    mark = " – DỮ LIỆU MINH HỌA" if minutes.illustrative else ""
    facts = {"illustrative": minutes.illustrative, "digest": minutes.digest}
    head = {"city": CITY, "council": COUNCIL, "blank": BLANK, "draft": False}
    return {"minutes": minutes, "title": minutes.title + mark, **facts, **head}


def minutes_markup(minutes: Minutes) -> str:
    """The minutes before they are laid out: what the Word document is made from."""
    return render_to_string(PAPER, context_of(minutes))


def minutes_pdf(minutes: Minutes) -> bytes:
    """The minutes on paper."""
    return written(laid_out(PAPER, context_of(minutes), "", FontConfiguration()))
