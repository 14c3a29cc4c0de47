"""A guide as a Word document, to be changed and handed on."""

import io
from math import ceil

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.image import Image
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from cchc_index.lib.packed import same_bytes

from . import queries
from .reading import Guide, GuidePart, Line

FACE = "Times New Roman"
WIDEST = 96
"""Millimetres of a picture at most."""
LETTERS = 96
"""On a line, at least."""
HEIGHTS = {"line": 5.1, "section": 9.5, "picture": 9.0}
"""Millimetres of a line of text, of a heading, of a picture's caption with the room around it."""
PAGE = 267 - 4
"""Millimetres of a page without the title and its margins."""


def guide_docx(guide: Guide) -> bytes:
    """The same text and pictures give the same bytes."""
    document, width = _empty(guide.title), _width(guide)
    _heading(document, guide.title, 1)
    for block in guide.blocks:
        if block.kind == "section":
            _heading(document, "".join(text for text, _ in block.lines[0]), 2)
        elif block.kind == "pictures":
            _write_pictures(document, block, width)
        else:
            for number, line in enumerate(block.lines, start=1):
                _write(document.add_paragraph(), line, f"{number}. " if block.kind == "steps" else "")
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _width(guide: Guide) -> float:
    """Of its pictures: as large as the text leaves room for on one page."""
    room, tall = float(PAGE), 0.0
    for block in guide.blocks:
        if block.kind == "pictures":
            room -= HEIGHTS["picture"] * len(block.pictures)
            tall += sum(_ratio(picture.name) for picture in block.pictures)
        elif block.kind == "section":
            room -= HEIGHTS["section"]
        else:
            letters = (sum(len(text) for text, _ in line) for line in block.lines)
            room -= HEIGHTS["line"] * sum(ceil(count / LETTERS) for count in letters)
    return min(WIDEST, room / tall) if tall else WIDEST


def _ratio(name: str) -> float:
    """The height of a picture in its widths."""
    shape = Image.from_blob(queries.picture(name))
    return shape.px_height / shape.px_width


def _empty(title: str) -> WordDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    style.paragraph_format.space_after = Pt(2)
    facts = document.core_properties
    facts.title, facts.author, facts.language = title, "", "vi-VN"
    return document


def _heading(document: WordDocument, text: str, level: int) -> None:
    heading = document.add_heading(level=level)
    heading.paragraph_format.space_before = Pt(6)
    run = heading.add_run(text)
    run.font.name, run.font.size, run.bold = FACE, Pt(15 if level == 1 else 12), True
    run.font.color.rgb = RGBColor(0, 0, 0)  # Word's own headings are blue


def _write(paragraph: Paragraph, line: Line, before: str) -> None:
    if before:
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(6), Mm(-6)
        paragraph.add_run(before)
    for text, is_name in line:
        paragraph.add_run(text).bold = is_name


def _write_pictures(document: WordDocument, block: GuidePart, width: float) -> None:
    for picture in block.pictures:
        place = document.add_paragraph()
        place.alignment, place.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
        shape = place.add_run().add_picture(io.BytesIO(queries.picture(picture.name)), width=Mm(width))
        shape._inline.docPr.set("descr", picture.caption)
        below = document.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        caption = below.add_run(picture.caption)
        caption.italic, caption.font.size = True, Pt(9)
