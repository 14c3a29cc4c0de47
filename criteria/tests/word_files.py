"""Tables of Word files for tests: `word_file(rows)` gives a stream to import."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BELOW = object()
"""A cell that belongs to the one above it."""


class Wide(str):
    """Text over two columns."""


class Tall(str):
    """Text that goes on in the cells BELOW it."""


def word_file(*parts: Sequence[Sequence[object]] | str, name: str = "phu-luc.docx") -> io.BytesIO:
    """A document of paragraphs (texts) and tables (rows of cells), in this order."""
    body = "".join(_paragraphs(part) if isinstance(part, str) else _table(part) for part in parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {_W}><w:body>{body}<w:sectPr/></w:body></w:document>")
    stream.name = name
    return stream


def _table(rows: Sequence[Sequence[object]]) -> str:
    lines = "".join(f"<w:tr>{''.join(map(_cell, row))}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{lines}</w:tbl>"


def _cell(value: object) -> str:
    facts = '<w:gridSpan w:val="2"/>' if isinstance(value, Wide) else ""
    facts += '<w:vMerge w:val="restart"/>' if isinstance(value, Tall) else "<w:vMerge/>" if value is BELOW else ""
    text = "" if value is BELOW or value is None else str(value)
    return f"<w:tc><w:tcPr>{facts}</w:tcPr>{_paragraphs(text)}</w:tc>"


def _paragraphs(text: str) -> str:
    """Runs as Word cuts them, anywhere in a word."""
    runs = [
        "".join(f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in (line[:3], line[3:]) if part)
        for line in text.split("\n")
    ]
    return "".join(f"<w:p>{run}</w:p>" for run in runs)
