"""A guide on a sheet of paper."""

from base64 import b64encode
from bisect import bisect_left

from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration

from results.files.paper import laid_out, written

from . import queries
from .reading import Guide

SHEET = """@page { size: A4; margin: 13mm 13mm 12mm 15mm; @top-center { content: none }
  @bottom-right { content: "Hệ thống Chỉ số CCHC thành phố Hà Nội"; font: 8pt Tinos, serif; } }
html { font-size: 10.5pt; line-height: 1.25; }
h1 { text-align: left; font-size: 15pt; margin: 0 0 3pt; }
h2 { font-size: 11.5pt; margin: 6pt 0 2pt; text-align: left; }
p { text-indent: 0; margin: 0 0 3pt; }
ol { margin: 0 0 3pt; padding-left: 15pt; } li { margin: 0 0 1.5pt; }
figure { margin: 0; break-inside: avoid; }
figcaption { font: italic 9pt/1.2 Tinos, serif; margin: 0; text-align: center; }
figure img { display: block; margin: 2pt auto 0; border: 0.5pt solid #777; }"""
BELOW = "figure img {{ width: {}mm; }}"
WIDTHS = range(92, 181, 4)
"""Millimetres of a picture that stands below another; the widest is the whole line."""
BESIDE = ".shots { display: table; width: 100%; } figure { display: table-cell; } figure img { width: 88mm; }"
"""Where the text leaves no room for that on its page: two in a line."""


def guide_pdf(guide: Guide) -> bytes:
    """The guide on one page of A4, its pictures below each other where the text leaves room for it, as large as that
    is."""
    pictures = {one.name: _inline(queries.picture(one.name)) for one in guide.pictures}
    context = {"guide": guide, "title": guide.title, "pictures": pictures}
    fonts = FontConfiguration()

    def placed(pictures: str) -> Document:
        return laid_out("guides/paper.html", context, SHEET + pictures, fonts)

    too_wide = bisect_left(WIDTHS, True, key=lambda width: len(placed(BELOW.format(width)).pages) > 1)
    return written(placed(BELOW.format(WIDTHS[too_wide - 1]) if too_wide else BESIDE))


def _inline(content: bytes) -> str:
    return f"data:image/png;base64,{b64encode(content).decode()}"
