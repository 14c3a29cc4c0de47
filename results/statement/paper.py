"""A unit's statement of points as PDF."""

from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib import clock
from results.files.paper import laid_out, written

from .queries import Statement

LANDSCAPE = """@page { size: A4 landscape; margin: 18mm 12mm 16mm 18mm;
  @top-center { content: none }
  @top-right { content: "Trang " counter(page) "/" counter(pages); font: 10pt Tinos, "Noto Serif", serif; }
  @top-left { content: string(subject); font: italic 10pt Tinos, "Noto Serif", serif; white-space: nowrap; } }
p.subject { string-set: subject content(); }"""


def statement_pdf(statement: Statement) -> bytes:
    """A unit's statement of points: every movement criterion after criterion, on landscape pages with the
    unit's name on each."""
    year = statement.round_group.round.year
    illustrative = statement.round_group.round.illustrative
    context = {
        "statement": statement,
        "movements": statement.select(by_criterion=True),
        "title": f"Lịch sử thay đổi điểm năm {year} của {statement.unit}"
        + (" – DỮ LIỆU MINH HỌA" if illustrative else ""),
        "now": clock.now(),
        "illustrative": illustrative,
    }
    return written(laid_out("results/statement/paper.html", context, LANDSCAPE, FontConfiguration()))
