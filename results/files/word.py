"""The report as a Word document: the same template as the paper's, element by element, on A4 as Nghị định 30 sets it.

What an editor changes in it is recognisably no publication: the footer of every page carries the publication's digest,
which the data prove and the words do not. The pictures stand in the PDF alone; their numbers stand in the tables.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import html
from lxml.html import HtmlElement

from cchc_index.lib.packed import same_bytes
from results.book import read_bundle

from . import paper

FACE = "Times New Roman"
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 18}
"""Millimetres, within the ranges of Nghị định 30/2020/NĐ-CP, annex I."""
SIZES = {"h1": 14, "h2": 14, "h3": 13, "p": 13}


def ranking_docx(bundle: Mapping[str, Any]) -> bytes:
    """The report of a publication; the same bundle gives the same bytes."""
    book = read_bundle(bundle)
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return document_of(
        paper.report_markup(book),
        title=f"Chỉ số cải cách hành chính năm {book.year}",
        footer=f"Mã kiểm tra (SHA-256): {book.digest}{mark} – trang ",
    )


def document_of(markup: str, *, title: str, footer: str) -> bytes:
    """A paper's markup as a Word document; `footer` stands before the number of every page."""
    page = html.fromstring(markup)
    document = _empty(title, footer)
    for element in page.iter("h1", "h2", "h3", "p", "table", "figcaption"):
        if not any(above.tag in ("table", "figure") for above in element.iterancestors()):
            _WRITERS.get(element.tag, _write_words)(document, element)
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _empty(title: str, footer: str) -> WordDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, width in MARGINS.items():
        setattr(section, name, Mm(width))
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(SIZES["p"])
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    _write_footer(section.footer.paragraphs[0], footer)
    facts = document.core_properties
    facts.title, facts.author, facts.language = title, "", "vi-VN"
    return document


def _write_footer(paragraph: Paragraph, words: str) -> None:
    _run(paragraph, words, size=8)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(8)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _run(paragraph: Paragraph, text: str, *, size: float, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = FACE, Pt(size), bold
    run.font.color.rgb = RGBColor(0, 0, 0)  # Word's own headings are blue


def _write_words(document: WordDocument, element: HtmlElement) -> None:
    text = _words(element)
    if not text:
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(6)
    central = element.tag == "h1" or element.get("class") in ("subject", "document", "demo")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if central else WD_ALIGN_PARAGRAPH.JUSTIFY
    bold = element.tag != "p" or element.get("class") in ("subject", "demo")
    _run(paragraph, text, size=SIZES[element.tag], bold=bold)


def _write_heading(document: WordDocument, element: HtmlElement) -> None:
    """A heading that Word knows as one: it never stands alone at the foot of a page."""
    heading = document.add_heading(level=int(element.tag[1]))
    heading.paragraph_format.keep_with_next = True
    _run(heading, _words(element), size=SIZES[element.tag], bold=True)


def _write_table(document: WordDocument, element: HtmlElement) -> None:
    rows = [row.findall("th") + row.findall("td") for row in element.iter("tr")]
    width = max(map(len, rows), default=0)
    if not width:
        return
    table = document.add_table(rows=len(rows), cols=width)
    table.style = "Table Grid" if element.get("class") == "data" else None
    heads = sum(row.getparent().tag == "thead" for row in element.iter("tr"))
    for number, (line, cells) in enumerate(zip(table.rows, rows, strict=True)):
        _keep_whole(line._tr, repeat=number < heads)
        for place, cell in zip(line.cells, cells, strict=False):
            _write_cell(place, cell, head=number < heads)
    _set_widths(table, element)
    document.add_paragraph()


def _write_cell(place: _Cell, cell: HtmlElement, *, head: bool) -> None:
    paragraph = place.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    number = "num" in (cell.get("class") or "")
    sides = WD_ALIGN_PARAGRAPH
    paragraph.alignment = sides.RIGHT if number else sides.CENTER if head else sides.LEFT
    _run(paragraph, _words(cell), size=10, bold=head or cell.find("b") is not None)


def _keep_whole(row: Any, *, repeat: bool) -> None:
    """A row never breaks over two pages; the head is printed again on each."""
    properties = row.get_or_add_trPr()
    for name in ["w:cantSplit", *(["w:tblHeader"] if repeat else [])]:
        properties.append(OxmlElement(name))


def _set_widths(table: Table, element: HtmlElement) -> None:
    """The columns' shares of the page as the paper has them; columns without one share what is left."""
    given = [float((col.get("width") or "0").rstrip("%")) for col in element.iter("col")]
    given = (given + [0.0] * len(table.columns))[: len(table.columns)]
    open_ = sum(share == 0 for share in given)
    rest = max(0.0, 100 - sum(given)) / open_ if open_ else 0.0
    usable = 210 - MARGINS["left_margin"] - MARGINS["right_margin"]
    for column, share in zip(table.columns, given, strict=True):
        for cell in column.cells:
            cell.width = Mm(usable * (share or rest) / 100)


_WRITERS: dict[str, Callable[[WordDocument, HtmlElement], None]] = {
    "h2": _write_heading,
    "h3": _write_heading,
    "table": _write_table,
}
