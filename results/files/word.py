"""The report as a Word document: the same template as the paper's, element by element, on A4 as Nghị định 30 sets it.

What an editor changes in it is recognisably no publication: the footer of every page carries the publication's digest,
which the data prove and the words do not. Pictures are the paper's own, drawn as points, with their words beside them.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree, html
from lxml.html import HtmlElement

from cchc_index.lib import raster, unbroken
from cchc_index.lib.packed import same_bytes
from results.book import read_bundle

from . import paper

FACE = "Times New Roman"
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 18}
"""Millimetres, within the ranges of Nghị định 30/2020/NĐ-CP, annex I."""
PAPER = (210, 297)
USABLE = PAPER[0] - MARGINS["left_margin"] - MARGINS["right_margin"]
WIDE_USABLE = PAPER[1] - MARGINS["left_margin"] - MARGINS["right_margin"]
CELL_SIDES = 3
"""Points between the words of a cell and its line, left and right, as on paper."""
TALLEST = 225
"""Millimetres that a picture may take of a page, beside its caption."""
RULE, RULE_SHARE = "\u00a0", 0.4
"""A rule is a line under spaces, two fifths as long as the words above it: from a third to a half, says the decree."""
LESS = {"small": 2, "nation": 1, "receivers": 1}
"""Points by which parts are smaller than the text: lines of addressees 11, the country's name and "Nơi nhận" 12."""
SIZES = {"h1": 14, "h2": 14, "h3": 13, "p": 13, "figcaption": 11}


def ranking_docx(bundle: Mapping[str, Any]) -> bytes:
    """The report of a publication; the same bundle gives the same bytes."""
    book = read_bundle(bundle)
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return document_of(
        paper.report_markup(book),
        title=f"Chỉ số cải cách hành chính năm {book.year}",
        footer=f"Mã kiểm tra (SHA-256): {book.digest}{mark}",
    )


def document_of(markup: str, *, title: str, footer: str) -> bytes:
    """A paper's markup as a Word document; `footer` stands at the foot of every page, the page's number on top of every
    page but the first, as Nghị định 30 has it."""
    document = _empty(title, footer)
    _write_all(document, html.fromstring(markup))
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _write_all(document: WordDocument, above: HtmlElement) -> None:
    """Everything under `above`, in order; sections that turn the page or begin a new one among it."""
    for element in above:
        if not isinstance(element.tag, str):
            continue  # a comment
        if element.tag == "section":
            _write_section(document, element)
        elif element.tag == "figure":
            _write_figure(document, element)
        elif element.tag in ("h1", "h2", "h3", "p", "table"):
            _WRITERS.get(element.tag, _write_words)(document, element)
        elif element.tag in ("body", "div"):
            _write_all(document, element)


def _write_section(document: WordDocument, element: HtmlElement) -> None:
    kinds, after = element.get("class", "").split(), element.getnext()
    if {"wide", "annex"} & set(kinds):
        made = document.add_section(WD_SECTION.NEW_PAGE)
        _turn(made, landscape="wide" in kinds)
        if "annex" in kinds:
            _count_anew(made)
    _write_all(document, element)
    if "wide" in kinds and after is not None and "annex" not in after.get("class", "").split():
        _turn(document.add_section(WD_SECTION.NEW_PAGE), landscape=False)


def _turn(section: Section, *, landscape: bool) -> None:
    """Set the section's paper on its side, or upright again."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    wide, high = (PAPER[1], PAPER[0]) if landscape else PAPER
    section.page_width, section.page_height = Mm(wide), Mm(high)
    for name, width in MARGINS.items():
        setattr(section, name, Mm(width))
    section.different_first_page_header_footer = False


def _count_anew(section: Section) -> None:
    """The section's pages are counted on their own, and its first shows no number."""
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.find(qn("w:pgMar")).addnext(numbering)  # their order is part of the format
    section.different_first_page_header_footer = True


def _write_figure(document: WordDocument, element: HtmlElement) -> None:
    """A picture under its caption; what the picture shows in words goes with it."""
    caption = element.find("figcaption")
    if caption is not None:
        _write_words(document, caption)
    for picture in element.iter("svg"):
        text = etree.tostring(picture, encoding="unicode", with_tail=False)
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        wide, high = (float(picture.get(name, "1")) for name in ("width", "height"))
        width = min(USABLE, TALLEST * wide / high)
        shape = paragraph.add_run().add_picture(io.BytesIO(raster.png_of(text)), width=Mm(width))
        title, description = raster.described(text)
        shape._inline.docPr.set("title", title)
        shape._inline.docPr.set("descr", description)


def _empty(title: str, footer: str) -> WordDocument:
    document = Document()
    section = document.sections[0]
    _turn(section, landscape=False)
    section.different_first_page_header_footer = True
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(SIZES["p"])
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    for foot in (section.footer, section.first_page_footer):
        _run(foot.paragraphs[0], footer, size=8)
    _write_number(section.header.paragraphs[0])
    facts = document.core_properties
    facts.title, facts.author, facts.language = title, "", "vi-VN"
    return document


def _write_number(paragraph: Paragraph) -> None:
    """The number of the page, in the middle of its head."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.name, run.font.size = FACE, Pt(13)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _run(paragraph: Paragraph, text: str, *, size: float, bold: bool = False, italic: bool = False) -> Run:
    run = paragraph.add_run()
    for words, number in unbroken.parts(text):
        _add_words(run, words, whole=number)
    run.font.name, run.font.size, run.bold, run.italic = FACE, Pt(size), bold, italic
    run.font.color.rgb = RGBColor(0, 0, 0)  # Word's own headings are blue
    return run


def _add_words(run: Run, words: str, *, whole: bool) -> None:
    """Words as they stand; the hyphens of a document's number do not break."""
    first, *others = words.split("-") if whole else [words]
    run.add_text(first)
    for part in others:
        run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(part)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line in one letter."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    less: int = 0
    """Points by which it is smaller than the line."""


def _lines(element: HtmlElement, style: Piece) -> list[list[Piece]]:
    """The words under an element as lines of pieces, as `br` parts them; spaces as a browser shows them."""
    parts: list[list[Piece]] = [[]]
    _collect(element, style, parts)
    lines = [_trimmed(line) for line in parts]
    return [_ruled(lines[number - 1], line) if number else line for number, line in enumerate(lines)]


def _ruled(above: list[Piece], line: list[Piece]) -> list[Piece]:
    """A rule gets its length from the words above it."""
    if [piece.text for piece in line] != [RULE]:
        return line
    words = "".join(piece.text for piece in above)
    share = RULE_SHARE * raster.length(words, SIZES["p"], bold=True) / raster.length(RULE, SIZES["p"], bold=False)
    return [replace(line[0], text=RULE * round(share))]


def _collect(element: HtmlElement, style: Piece, parts: list[list[Piece]]) -> None:
    kind = element.get("class") or ""
    own = replace(
        style,
        bold=style.bold or element.tag == "b",
        italic=style.italic or element.tag == "i",
        underlined=style.underlined or kind == "motto",
        less=max(style.less, LESS.get(kind, 0)),
    )
    if kind == "rule":
        parts[-1].append(Piece(RULE, underlined=True))
    parts[-1].append(replace(own, text=element.text or ""))
    for child in element:
        if child.tag == "br":
            parts.append([])
        elif isinstance(child.tag, str):
            _collect(child, own, parts)
        parts[-1].append(replace(own, text=child.tail or ""))


def _trimmed(line: list[Piece]) -> list[Piece]:
    """One space for any, none at the ends; the no-break space stays."""
    pieces: list[Piece] = []
    for piece in line:
        text = re.sub("[ \\t\\r\\n]+", " ", piece.text)
        if not pieces or pieces[-1].text.endswith(" "):
            text = text.removeprefix(" ")
        if text:
            pieces.append(replace(piece, text=text))
    if pieces and pieces[-1].text.endswith(" "):
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text[:-1])
    return [piece for piece in pieces if piece.text]


def _write_line(paragraph: Paragraph, line: list[Piece], size: float) -> None:
    for piece in line:
        run = _run(paragraph, piece.text, size=size - piece.less, bold=piece.bold, italic=piece.italic)
        run.underline = piece.underlined


def _write_words(document: WordDocument, element: HtmlElement) -> None:
    kind = element.get("class") or ""
    bold = element.tag != "p" or kind in ("subject", "demo")
    for line in _lines(element, Piece("", bold=bold, italic=kind == "document")):
        if not line:
            continue
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(6)
        central = element.tag in ("h1", "figcaption") or kind in ("subject", "document", "demo", "to-whom")
        even = WD_ALIGN_PARAGRAPH.LEFT if kind == "flat" else WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if central else even
        paragraph.paragraph_format.keep_with_next = element.tag == "figcaption"
        if not central and kind != "flat":
            paragraph.paragraph_format.first_line_indent = Mm(10)
        _write_line(paragraph, line, SIZES.get(element.tag, 13))


def _write_heading(document: WordDocument, element: HtmlElement) -> None:
    """A heading that Word knows as one: it never stands alone at the foot of a page."""
    heading = document.add_heading(level=int(element.tag[1]))
    heading.paragraph_format.keep_with_next = True
    _run(heading, _words(element), size=SIZES[element.tag], bold=True)


def _write_table(document: WordDocument, element: HtmlElement) -> None:
    rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in element.iter("tr")]
    kinds = (element.get("class") or "").split()
    data = "data" in kinds
    if "sign" in kinds and document.paragraphs:
        document.paragraphs[-1].paragraph_format.keep_with_next = True  # no page holds a signature alone
        before = element.getprevious()
        if before is not None and before.tag == "table" and document.tables:
            _keep_with_next(document.tables[-1].rows[-1])
    width = max(map(len, rows), default=0)
    if not width:
        return
    table = document.add_table(rows=len(rows), cols=width)
    table.style = "Table Grid" if data else None
    heads = sum(row.getparent().tag == "thead" for row in element.iter("tr"))
    for number, (line, cells) in enumerate(zip(table.rows, rows, strict=True)):
        _keep_whole(line._tr, repeat=number < heads)
        for place, cell in zip(line.cells, cells, strict=False):
            _write_cell(place, cell, head=number < heads, data=data)
    if "whole" in kinds:
        _keep_together(table)
    _set_widths(table, element)
    document.add_paragraph()


def _write_cell(place: _Cell, cell: HtmlElement, *, head: bool, data: bool) -> None:
    sides, kind = WD_ALIGN_PARAGRAPH, cell.get("class") or ""
    to_left = sides.LEFT if data or kind == "to" else sides.CENTER
    side = {"num": sides.RIGHT, "mid": sides.CENTER}.get(kind, sides.CENTER if head else to_left)
    for number, line in enumerate(_lines(cell, Piece("", bold=head))):
        paragraph = place.paragraphs[0] if not number else place.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.alignment = side
        _write_line(paragraph, line, 10 if data else 13)


def _keep_whole(row: Any, *, repeat: bool) -> None:
    """A row never breaks over two pages; the head is printed again on each."""
    properties = row.get_or_add_trPr()
    for name in ["w:cantSplit", *(["w:tblHeader"] if repeat else [])]:
        properties.append(OxmlElement(name))


def _keep_together(table: Table) -> None:
    """All rows on one page: each keeps with the next."""
    for row in table.rows[:-1]:
        _keep_with_next(row)


def _keep_with_next(row: _Row) -> None:
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def column_shares(element: HtmlElement, columns: int) -> list[float]:
    """Percents of the page as the paper has them; columns without one share what is left."""
    given = [float((col.get("width") or "0").rstrip("%")) for col in element.iter("col")]
    given = (given + [0.0] * columns)[:columns]
    open_ = sum(share == 0 for share in given)
    rest = max(0.0, 100 - sum(given)) / open_ if open_ else 0.0
    return [share or rest for share in given]


def _set_widths(table: Table, element: HtmlElement) -> None:
    """Columns and the sides of cells as the paper has them: Word's own sides take a third of a narrow column."""
    wide = any("wide" in above.get("class", "").split() for above in element.iterancestors())
    usable = WIDE_USABLE if wide else USABLE
    table.autofit = False
    sides = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), str(CELL_SIDES * 20))
        side.set(qn("w:type"), "dxa")
        sides.append(side)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(sides)  # their order is part of the format
    for column, share in zip(table.columns, column_shares(element, len(table.columns)), strict=True):
        column.width = Mm(usable * share / 100)  # other programs than Word read the grid, not the cells
        for cell in column.cells:
            cell.width = Mm(usable * share / 100)


_WRITERS: dict[str, Callable[[WordDocument, HtmlElement], None]] = {
    "h2": _write_heading,
    "h3": _write_heading,
    "table": _write_table,
}
