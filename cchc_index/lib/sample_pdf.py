"""Small real documents for demonstrations and tests. They say on their face that they are illustrative."""

from html import escape

from weasyprint import HTML
from weasyprint.urls import URLFetcher

_STYLE = """
@page { size: A4; margin: 20mm 20mm 20mm 30mm }
html { font: 14pt "Liberation Serif", "Noto Serif", "Times New Roman", serif; line-height: 1.4 }
.mark { border: 1pt solid #000; padding: 2mm; text-align: center; font-weight: bold }
h1 { font-size: 15pt; text-align: center }
"""


def sample_pdf(title: str, lines: list[str]) -> bytes:
    """A one-page A4 PDF with Vietnamese text under the mark TÀI LIỆU MINH HỌA; about 0.1 s each."""
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    page = (
        f'<html lang="vi"><head><title>{escape(title)}</title><style>{_STYLE}</style></head><body>'
        f'<p class="mark">TÀI LIỆU MINH HỌA</p><h1>{escape(title)}</h1>{body}</body></html>'
    )
    # No address is ever fetched: the text is all there is.
    content: bytes = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
    return content
