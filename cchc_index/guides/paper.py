"""A guide on a sheet of paper."""

from base64 import b64encode

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
table.shots { width: 100%; border-collapse: collapse; margin: 4pt 0; }
table.shots td { padding: 0 4pt 0 0; width: 50%; }
table.shots img { width: 100%; border: 0.5pt solid #777; } table.shots p { font-size: 9pt; font-style: italic; }"""


def guide_pdf(guide: Guide) -> bytes:
    """The guide on A4, its pictures beside each other."""
    pictures = {one.name: _inline(queries.picture(one.name)) for one in guide.pictures}
    context = {"guide": guide, "title": guide.title, "pictures": pictures}
    return written(laid_out("guides/paper.html", context, SHEET, FontConfiguration()))


def _inline(content: bytes) -> str:
    return f"data:image/png;base64,{b64encode(content).decode()}"
