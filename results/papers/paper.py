"""The papers of a year as PDF, and their markup, which the Word documents are made from: Nghị định 30/2020/NĐ-CP."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from django.template.loader import render_to_string
from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib.days import letter_month
from cchc_index.lib.numbers import shown
from results import charts
from results.book import Book, BookLine
from results.files.paper import BLANK, BLANK_DATE, BLANK_DAY, CITY, WIDE_FROM, laid_out, ranking_charts, written
from results.models import Publication

from . import slots, words
from .findings import BlockFindings
from .queries import Material

OFFICE = ("SỞ NỘI VỤ",)
SLIDE_PAGE = """@page { size: 338.67mm 190.5mm; margin: 14mm 18mm 14mm 18mm; @top-center { content: none }
  @bottom-center { content: counter(page); font: 11pt Tinos; } }"""
MOST_ON_SLIDE = 10


def pdf_of(key: str, told: Material) -> bytes:
    """The paper as PDF. Raises KeyError for an unknown key."""
    page = SLIDE_PAGE if key == slots.SLIDES else ""
    return written(laid_out(_template(key), context_of(key, told), page, FontConfiguration()))


def markup_of(key: str, told: Material) -> str:
    """The paper before it is laid out."""
    return render_to_string(_template(key), context_of(key, told))


def _template(key: str) -> str:
    return {
        slots.DECISION: "results/papers/decision.html",
        slots.SUBMISSION: "results/papers/submission.html",
        slots.ANALYSIS: "results/papers/analysis.html",
        slots.CONFERENCE: "results/papers/conference.html",
        slots.SLIDES: "results/papers/slides.html",
    }[key]


def context_of(key: str, told: Material) -> dict[str, Any]:
    """What the template of a paper shows."""
    own: dict[str, Callable[[Material], dict[str, Any]]] = {slots.SLIDES: _slides}
    return {**_shared(key, told), **own.get(key, _none)(told)}


def _none(_told: Material) -> dict[str, Any]:
    return {}


def title_of(key: str, told: Material) -> str:
    """What the file calls itself."""
    mark = " – DỮ LIỆU MINH HỌA" if told.book.illustrative else ""
    return f"{slots.BY_KEY[key].title} – Chỉ số cải cách hành chính năm {told.book.year}{mark}"


def _shared(key: str, told: Material) -> dict[str, Any]:
    book = told.book
    return {
        "title": title_of(key, told),
        "book": book,
        "illustrative": book.illustrative,
        "digest": book.digest,
        "draft": told.draft and not book.illustrative,
        "decision_number": _number(book),
        "place_day": f"Hà Nội, {_day(book)}",
        "attached": _attached(book),
        "basis": _basis(told),
        "own_day": BLANK_DAY,
        "own_attached": f"Kèm theo Báo cáo số {BLANK}/BC-SNV {BLANK_DATE} của Sở Nội vụ thành phố Hà Nội",
        "own_addressees": ["- Như trên;", "- Lưu: VT, CCHC."],
        "texts": {slot.key.replace("-", "_"): slots.lines(told.text(slot.key)) for slot in slots.SLOTS},
        "cited": _cited(book),
        "parts": [_part(book, facts) for facts in told.blocks],
        "recommendations": told.recommendations,
        "followed": told.followed,
        "blank": BLANK,
        "city": CITY,
        "office": OFFICE,
    }


def _number(book: Book) -> str:
    """The decision's number; blank on a draft and on illustrative data, which no decision announces."""
    return "" if book.illustrative or not book.number else book.number


def _day(book: Book) -> str:
    if book.illustrative or not book.dated:
        return BLANK_DATE
    return f"ngày {book.dated.day:02d} tháng {letter_month(book.dated)} năm {book.dated.year}"


def _attached(book: Book) -> str:
    if book.illustrative:
        return "Bản trình diễn – số liệu minh họa, không kèm theo quyết định nào"
    number = book.number or f"{BLANK}/QĐ-UBND"
    return f"Kèm theo Quyết định số {number} {_day(book)} của Ủy ban nhân dân thành phố Hà Nội"


def _basis(told: Material) -> str:
    """One sentence on which numbers the paper holds."""
    if told.book.illustrative:
        return "Số liệu minh họa, không phải kết quả thật của đơn vị nào."
    if told.state == Publication.State.PUBLISHED:
        return f"Số liệu của công bố theo {told.book.document_line}."
    if told.state == Publication.State.PROPOSED:
        return "Số liệu đã chốt, đang chờ người thứ hai duyệt; chưa công bố."
    return "Số liệu tại thời điểm lập văn bản, chưa chốt và chưa công bố."


def _cited(book: Book) -> list[str]:
    """The decisions of the criteria sets, each once."""
    return list(dict.fromkeys(block.decision_line for block in book.blocks if block.decision_line))


def _part(book: Book, facts: BlockFindings) -> dict[str, Any]:
    block = facts.block
    return {
        "block": block,
        "facts": facts,
        "overview": words.overview(facts),
        "halves": words.halves(facts),
        "change": words.change(facts),
        "changed": words.changed_mean(facts.change),
        "areas": words.areas(facts),
        "losses": words.losses(facts),
        "moves": words.moves(facts),
        "nothing": words.telling_nothing(facts),
        "mean": words.percent(facts.mean),
        "middle": words.percent(facts.middle),
        "appraised": words.percent(facts.appraised),
        "surveyed": words.percent(facts.surveyed),
        "lines": [(row, block.areas_of(row.unit)) for row in block.rows],
        "wide": len(block.areas) >= WIDE_FROM,
        "area_chart": _area_chart(facts),
        "charts": ranking_charts(book, block),
    }


def _area_chart(facts: BlockFindings) -> str:
    bars = [(f"{a.criterion.code}. {a.criterion.name}", _shown(a.mean), a.middle) for a in facts.areas]
    return charts.area_bars(bars, title=f"Mức đạt trung bình theo lĩnh vực của {facts.block.name} (%)")


def _shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else shown(value)


def _slides(told: Material) -> dict[str, Any]:
    """The first and the last of every block, and the recommendations a few to a page."""
    advice = told.recommendations
    pages = [advice[at : at + 5] for at in range(0, len(advice), 5)]
    ends = []
    for facts in told.blocks:
        rows = facts.block.rows
        ends.append((facts.block, _two_columns(rows), len(rows) <= 2 * MOST_ON_SLIDE))
    return {"recommendation_pages": pages, "ends": ends}


def _two_columns(rows: list[BookLine]) -> list[tuple[BookLine | None, BookLine | None]]:
    """The first rows beside the last; where all have room, two columns of one height, or one row longer on the left."""
    height = min(MOST_ON_SLIDE, -(-len(rows) // 2))
    return list(zip_longest(rows[:height], rows[height:][-height:]))
