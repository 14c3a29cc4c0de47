"""What stands on the pages of a paper, read from the file that was made: lines of words with their letter and place,
and the rules that are drawn. Millimetres and points, from the upper left corner."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf import PageObject, PdfReader

from cchc_index.lib import raster

POINT = 25.4 / 72
NEAR = 3.0
"""Millimetres between words of one line, blanks of a line set even among them."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """Words that are drawn at once: where they begin (`x`, `y` of their foot, mm), the height of letters (points)."""

    words: str
    x: float
    y: float
    size: float
    face: str

    @property
    def bold(self) -> bool:
        return "Bold" in self.face

    @property
    def italic(self) -> bool:
        return "Italic" in self.face

    @property
    def length(self) -> float:
        """Millimetres; of upright letters."""
        return raster.length(self.words, self.size * 10, bold=self.bold) / 10 * POINT


@dataclass(slots=True)
class PaperPage:
    """One page. `rules`: the left end, the right end and the height of every horizontal stroke, mm."""

    wide: float
    high: float
    lines: list[PaperLine] = field(default_factory=list)
    rules: list[tuple[float, float, float]] = field(default_factory=list)

    def line(self, words: str) -> PaperLine:
        """The first line that begins with these words."""
        return next(line for line in self.lines if line.words.startswith(words))

    def rule_under(self, line: PaperLine) -> tuple[float, float]:
        """Length and middle of the first rule below a line, within a centimetre."""
        left, right, _ = min(
            (
                rule
                for rule in self.rules
                if 0 < rule[2] - line.y < 10 and rule[0] < line.x + line.length and rule[1] > line.x
            ),
            key=lambda rule: rule[2],
        )
        return right - left, (left + right) / 2


def pages_of(data: bytes) -> list[PaperPage]:
    return [_read(page) for page in PdfReader(io.BytesIO(data)).pages]


def _read(page: PageObject) -> PaperPage:
    read = PaperPage(float(page.mediabox.width) * POINT, float(page.mediabox.height) * POINT)
    begun: list[float] = []

    def visit_words(words: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if words.strip():
            x, y = _place(read, cm, tm[4], tm[5])
            line = PaperLine(words.strip(), x, y, size * cm[0], str((font or {}).get("/BaseFont")))
            before = read.lines.pop() if read.lines and _goes_on(read.lines[-1], line) else None
            read.lines.append(line if before is None else replace(before, words=f"{before.words} {line.words}"))

    def visit_operator(operator: bytes, operands: Sequence[Any], cm: list[float], _tm: list[float]) -> None:
        if operator == b"m":
            begun[:] = map(float, operands)
        elif operator == b"l" and begun and float(operands[1]) == begun[1]:
            ends = sorted((begun[0], float(operands[0])))
            (left, height), (right, _) = (_place(read, cm, x, begun[1]) for x in ends)
            read.rules.append((left, right, height))
            begun.clear()

    page.extract_text(visitor_text=visit_words, visitor_operand_before=visit_operator)
    return read


def _goes_on(before: PaperLine, line: PaperLine) -> bool:
    """Whether the words are of the line before: the number of a document is drawn by itself."""
    alike = (before.face, round(before.size, 2), round(before.y, 1)) == (
        line.face,
        round(line.size, 2),
        round(line.y, 1),
    )
    return alike and abs(line.x - before.x - before.length) < NEAR


def _place(read: PaperPage, cm: list[float], x: float, y: float) -> tuple[float, float]:
    return (cm[4] + cm[0] * x) * POINT, read.high - (cm[5] + cm[3] * y) * POINT


# --- Word -------------------------------------------------------------------------------------------


def word_of(data: bytes) -> WordDocument:
    return Document(io.BytesIO(data))


def paragraphs_of(document: WordDocument) -> list[Paragraph]:
    """Every paragraph in the order of reading, those of tables among them."""
    found: list[Paragraph] = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            found += [one for row in part.rows for cell in row.cells for one in cell.paragraphs]
        else:
            found.append(part)
    return found


def paragraph(document: WordDocument, words: str) -> Paragraph:
    """The first paragraph that begins with these words."""
    return next(one for one in paragraphs_of(document) if one.text.startswith(words))


def letters(one: Paragraph) -> set[tuple[float, bool, bool]]:
    """Size, bold and italic of every run that shows something."""
    return {
        (run.font.size.pt, bool(run.bold), bool(run.italic))
        for run in one.runs
        if run.font.size is not None and run.text.strip()
    }


def millimetres(length: Length | None) -> float:
    return 0 if length is None else round(length.mm, 1)
