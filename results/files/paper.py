"""The paper: the ranking and the units' sheets as PDF in the layout of Nghị định 30/2020/NĐ-CP.

A bundle in, bytes out. Nothing is fetched: the renderer may open `data:` addresses and the house's letters only.
A unit's sheet is a PDF of its own: bound into one report, 53 of them made 164 pages that took a minute and half a
gigabyte.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from cchc_index.lib import svg
from cchc_index.lib.pdf_archive import completed
from cchc_index.lib.public_place import leads_here
from cchc_index.lib.unbroken import whole_in
from results import charts
from results.book import Book, BookBlock, BookLine, read_bundle, slug
from results.bundle import text_of

from . import signing

CITY = ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI")
"""The city on a letterhead, line by line."""
BLANK = "\u2026\u2026"
"""Where a number or a day is written by hand or by the registry."""
BLANK_DATE = f"ngày {BLANK} tháng {BLANK} năm {BLANK}"
BLANK_DAY = f"Hà Nội, {BLANK_DATE}"
WIDE_FROM = 7
"""From so many areas on, the table of units by areas stands on a page that is turned."""
ROWS_PER_CHART = 48
"""What one page takes beside its caption."""

ILLUSTRATIVE = """@page { @bottom-right { content: "DỮ LIỆU MINH HỌA"; color: #9b1c1f;
  font: bold 11pt Tinos, "Noto Serif", serif; white-space: nowrap } }"""
DIGEST = (
    """@page {{ @bottom-left {{ content: "Mã kiểm tra (SHA-256): {}"; font: 7.5pt Tinos; white-space: nowrap }} }}"""
)
ANNEX = "".join(
    f"@page :nth(1 of {name}) {{ counter-reset: page 1; @top-center {{ content: none }} }}"
    for name in ("annex", "annex-odd", "wide-annex", "wide-annex-odd")
)
"""Each annex counts its own pages; two that follow each other have other names. It stands here because the linter of
style sheets does not know the selector."""
FACE = "@font-face {{ font-family: Tinos; font-weight: {}; font-style: {}; src: url(tinos:{}) }}\n"
FACES = (
    ("Regular", "normal", "normal"),
    ("Bold", "bold", "normal"),
    ("Italic", "normal", "italic"),
    ("BoldItalic", "bold", "italic"),
)
LAID_OUT = 70
"""Percent of the work done once the pages are laid out."""

OnPercent = Callable[[int], None]


def ranking_pdf(bundle: Mapping[str, Any], progress: OnPercent | None = None) -> bytes:
    """The report: method, ranking, picture and areas of every block, unit by unit.
    `progress` is called with percents from 0 to 100."""
    book = read_bundle(bundle)
    tell = progress or (lambda _percent: None)
    tell(0)
    document = _Renderer(book).document("results/files/report.html", _main(book))
    tell(LAID_OUT)
    data = written(document, _data_of(bundle))
    tell(100)
    return data


def _data_of(bundle: Mapping[str, Any]) -> dict[str, bytes]:
    """What the report is made from; a preview's numbers may still change and are not given along."""
    if not bundle.get("number"):
        return {}
    frozen = {key: value for key, value in bundle.items() if key != "record"}
    return {f"chi-so-cchc-{bundle['year']}.json": text_of(frozen).encode()}


def report_markup(book: Book) -> str:
    """The report as the template gives it, before it is laid out: what the Word document is made from."""
    return render_to_string("results/files/report.html", {**_shared(book), **_main(book)})


def unit_pdf(bundle: Mapping[str, Any], group_code: str, unit_code: str) -> bytes:
    """One unit's sheet. Raises LookupError when the bundle has no such unit."""
    return sheet_pdf(read_bundle(bundle), group_code, unit_code)


def sheet_pdf(book: Book, group_code: str, unit_code: str) -> bytes:
    """`unit_pdf` of a bundle that was read already: what all booklets are made with."""
    block = book.block(group_code)
    if block is None or unit_code not in block.by_unit:
        raise LookupError(f"{group_code}/{unit_code}")
    sheet = _sheet(block, block.by_unit[unit_code])
    renderer = _Renderer(book)
    return written(renderer.document("results/files/sheet.html", {"sheet": sheet}))


def laid_out(template: str, context: Mapping[str, Any], extra: str, fonts: FontConfiguration) -> Document:
    """A document on paper: the template with the house's sheet and the page rules `extra`. `illustrative` and `digest`
    of the context stand at the foot of every page."""
    html = HTML(string=in_one_face(whole_in(render_to_string(template, context))), url_fetcher=_fetcher())
    foot = footer(str(context.get("digest") or ""), illustrative=bool(context.get("illustrative")))
    style = CSS(string=_sheet_of_paper() + foot + extra, font_config=fonts, url_fetcher=_fetcher())
    return html.render(stylesheets=[style], font_config=fonts, presentational_hints=True)


def footer(digest: str, *, illustrative: bool) -> str:
    """The page rules for the foot: the digest of the data, and the mark of data that is none of any unit's."""
    return (DIGEST.format(digest) if digest else "") + (ILLUSTRATIVE if illustrative else "")


def in_one_face(markup: str) -> str:
    """Pictures on paper are lettered as the paper is; on a page they follow the reader's system."""
    return markup.replace(f'font-family="{svg.FONT}"', 'font-family="Tinos"')


@cache
def _sheet_of_paper() -> str:
    """The style of paper with its letters: the same pages on every machine, whatever fonts it has. Debian 12's
    Liberation Serif has no Vietnamese letters, and words were set in two fonts."""
    faces = "".join(FACE.format(weight, style, name) for name, weight, style in FACES)
    return faces + ANNEX + (settings.BASE_DIR / "static" / "css" / "report.css").read_text(encoding="utf-8")


@cache
def _letters(name: str) -> bytes:
    """One face of Tinos, by its name in FACES."""
    content: bytes = (settings.BASE_DIR / "static" / "fonts" / f"Tinos-{name}.ttf").read_bytes()
    return content


class _Renderer:
    """Lays out one document in the style of a book."""

    def __init__(self, book: Book):
        self.fonts = FontConfiguration()
        self.style = self._css(_sheet_of_paper() + footer(book.digest, illustrative=book.illustrative))
        self.shared = _shared(book)

    def document(self, template: str, context: Mapping[str, Any]) -> Document:
        html = HTML(string=in_one_face(render_to_string(template, {**self.shared, **context})), url_fetcher=_fetcher())
        return html.render(stylesheets=[self.style], font_config=self.fonts, presentational_hints=True)

    def _css(self, text: str) -> CSS:
        return CSS(string=text, font_config=self.fonts, url_fetcher=_fetcher())


class _OwnLetters(URLFetcher):  # type: ignore[misc]
    """`tinos:` addresses are answered from memory: written into the style as `data:`, the letters were a megabyte that
    each document's style was read through, letter by letter (a fifth of a second)."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "tinos" and name in {face for face, _, _ in FACES}:
            return URLFetcherResponse(url, _letters(name), {"Content-Type": "font/ttf"})
        return super().fetch(url, headers)


def _fetcher() -> URLFetcher:
    return _OwnLetters(allowed_protocols={"data"}, allow_redirects=False)


def written(document: Document, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The document as PDF/UA and PDF/A, with the files attached."""
    return completed(document.write_pdf(pdf_variant="pdf/ua-1") or b"", attached)


def _shared(book: Book) -> dict[str, Any]:
    """What every document of a publication says of it."""
    return {"book": book, "title": _title(book), "key_mark": signing.key_mark()[: signing.SHOWN], **_address(book)}


def _title(book: Book) -> str:
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return f"Chỉ số cải cách hành chính năm {book.year}{mark}"


def _address(book: Book) -> dict[str, str]:
    """The address of the publication's page and its QR code; empty for a preview, which has no page. Without a public
    address (PUBLIC_URL) neither is printed: a code that leads to the reader's own machine is worse than none."""
    if not book.number or not leads_here(settings.PUBLIC_URL):
        return {"address": "", "qr": ""}
    address = settings.PUBLIC_URL + reverse("results:publication", args=[book.year, slug(book.number)])
    return {"address": address, "qr": segno.make(address, error="m").svg_data_uri(border=0)}


def _main(book: Book) -> dict[str, Any]:
    return {"parts": [_part(book, block) for block in book.blocks]}


def _part(book: Book, block: BookBlock) -> dict[str, Any]:
    lines = [(row, block.areas_of(row.unit)) for row in block.rows]
    shown = {"charts": ranking_charts(book, block), "areas": _areas(block), "lines": lines}
    return {"block": block, "wide": len(block.areas) >= WIDE_FROM, **shown}


def ranking_charts(book: Book, block: BookBlock) -> list[str]:
    """The ranking as pictures, each of what a page takes, as long as each other and on one axis."""
    points = [(row.name, row.index) for row in block.rows]
    title = f"Chỉ số CCHC năm {book.year} – {block.name}"
    parts = -(-len(points) // ROWS_PER_CHART) or 1
    rows = -(-len(points) // parts) or 1
    starts = range(0, len(points), rows)
    return [charts.ranking_dots(points[at : at + rows], title=title, beside=points) for at in starts]


def _areas(block: BookBlock) -> list[dict[str, Any]]:
    areas = []
    for area in block.areas:
        low, high = block.area_range(area.code)
        areas.append({"criterion": area, "low": low, "high": high, "median": block.area_median(area.code)})
    return areas


def _sheet(block: BookBlock, row: BookLine) -> dict[str, Any]:
    lines = [(c, block.cell(row.unit, c.code)) for c in block.criteria]
    return {"block": block, "row": row, "areas": block.areas_of(row.unit), "lines": lines}
