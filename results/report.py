"""The paper: the ranking and the units' sheets as PDF in the layout of Nghị định 30/2020/NĐ-CP.

A bundle in, bytes out. Nothing is fetched: the renderer may open `data:` addresses only. The sheets of
the units are laid out a few at a time, so that memory stays flat and progress is true.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from . import charts, reading
from .reading import Block, Book, Row

SHEETS_AT_ONCE = 4
ROWS_PER_CHART = 36
"""What one page takes beside its caption."""

ILLUSTRATIVE = """@page { @bottom-center { content: "DỮ LIỆU MINH HỌA"; color: #9b1c1f;
  font: bold 11pt "Times New Roman", "Liberation Serif", "Tinos", "Noto Serif", serif; } }"""
FIRST_PAGE = "@page :first { @top-center { content: none } }"
MAIN_SHARE = 15
"""Percent of the work that the report's body takes; the sheets take the rest."""

Progress = Callable[[int], None]


def ranking_pdf(bundle: Mapping[str, Any], progress: Progress | None = None) -> bytes:
    """The full report: method, ranking, picture and areas of every block, then a sheet per unit.
    `progress` is called with percents from 0 to 100."""
    book = reading.read(bundle)
    tell = progress or (lambda _percent: None)
    renderer = _Renderer(book)
    tell(0)
    documents = [renderer.document("results/report/main.html", _main(book), FIRST_PAGE)]
    chunks = list(_chunks(book))
    for done, sheets in enumerate(chunks):
        tell(MAIN_SHARE + (95 - MAIN_SHARE) * done // len(chunks))
        documents.append(renderer.document("results/report/sheets.html", {"sheets": sheets}))
    tell(95)
    data = _written(documents)
    tell(100)
    return data


def unit_pdf(bundle: Mapping[str, Any], group_code: str, unit_code: str) -> bytes:
    """One unit's sheet. Raises LookupError when the bundle has no such unit."""
    book = reading.read(bundle)
    block = book.block(group_code)
    if block is None or unit_code not in block.by_unit:
        raise LookupError(f"{group_code}/{unit_code}")
    sheet = _sheet(block, block.by_unit[unit_code])
    renderer = _Renderer(book)
    return _written([renderer.document("results/report/unit.html", {"sheet": sheet}, FIRST_PAGE)])


class _Renderer:
    """Lays out documents one after the other, with page numbers that go on."""

    def __init__(self, book: Book):
        self.book = book
        self.pages = 0
        self.fonts = FontConfiguration()
        sheet = (settings.BASE_DIR / "static" / "css" / "report.css").read_text(encoding="utf-8")
        self.style = self._css(sheet + (ILLUSTRATIVE if book.illustrative else ""))
        self.shared = {"book": book, "title": _title(book), **_address(book)}

    def document(self, template: str, context: Mapping[str, Any], first: str = "") -> Document:
        """One laid out document whose first page carries the next number."""
        html = HTML(string=render_to_string(template, {**self.shared, **context}), url_fetcher=_fetcher())
        start = self._css(f"@page :first {{ counter-reset: page {self.pages + 1} }}{first}")
        laid_out = html.render(stylesheets=[self.style, start], font_config=self.fonts, presentational_hints=True)
        self.pages += len(laid_out.pages)
        return laid_out

    def _css(self, text: str) -> CSS:
        return CSS(string=text, font_config=self.fonts, url_fetcher=_fetcher())


def _fetcher() -> URLFetcher:
    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False)


def _written(documents: Sequence[Document]) -> bytes:
    pages = [page for document in documents for page in document.pages]
    whole = documents[0].copy(pages)
    return whole.write_pdf(pdf_variant="pdf/ua-1") or b""


def _title(book: Book) -> str:
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return f"Chỉ số cải cách hành chính năm {book.year}{mark}"


def _address(book: Book) -> dict[str, str]:
    """The page of the publication and its QR; nothing for a preview, which has no address."""
    if not book.number:
        return {}
    address = settings.PUBLIC_URL + reverse("results:publication", args=[book.year, reading.slug(book.number)])
    return {"address": address, "qr": segno.make(address, error="m").svg_data_uri(border=0)}


def _main(book: Book) -> dict[str, Any]:
    return {"parts": [_part(book, block) for block in book.blocks]}


def _part(book: Book, block: Block) -> dict[str, Any]:
    return {"block": block, "charts": _charts(book, block), "areas": _areas(block)}


def _charts(book: Book, block: Block) -> list[str]:
    points = [(row.name, row.index) for row in block.rows]
    title = f"Chỉ số CCHC năm {book.year} – {block.name}"
    starts = range(0, len(points), ROWS_PER_CHART)
    return [charts.ranking_dots(points[at : at + ROWS_PER_CHART], title=title) for at in starts]


def _areas(block: Block) -> list[dict[str, Any]]:
    found = []
    for area in block.areas:
        low, high = block.area_range(area.code)
        found.append({"criterion": area, "low": low, "high": high, "median": block.area_median(area.code)})
    return found


def _chunks(book: Book) -> Iterator[list[dict[str, Any]]]:
    sheets = [(block, row) for block in book.blocks for row in block.rows]
    for at in range(0, len(sheets), SHEETS_AT_ONCE):
        yield [_sheet(block, row) for block, row in sheets[at : at + SHEETS_AT_ONCE]]


def _sheet(block: Block, row: Row) -> dict[str, Any]:
    lines = [(c, block.cell(row.unit, c.code)) for c in block.criteria]
    return {"block": block, "row": row, "areas": block.areas_of(row.unit), "lines": lines}
