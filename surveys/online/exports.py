"""Links as they are given out: a sheet, and cards with a QR code to be cut. WeasyPrint is heavy: import this module
only where a file is made."""

import io
from collections.abc import Sequence

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import Workbook
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from cchc_index.lib.cells import safe_cell
from surveys.models import RespondentGroup

from .queries import MadeLink

HEADINGS = ("Đơn vị", "Nhóm đối tượng", "Số", "Liên kết")


def address_of_link(token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('surveys:ballot', args=[token])}"


def sheet_of_links(group: RespondentGroup, links: Sequence[MadeLink]) -> bytes:
    """One row a link."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Liên kết")
    for letter, width in zip("ABCD", (40, 30, 8, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(HEADINGS)
    for link in links:
        sheet.append([safe_cell(link.unit), safe_cell(group.name), link.number, address_of_link(link.token)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cards_of_links(group: RespondentGroup, links: Sequence[MadeLink]) -> bytes:
    """Eight cards a page (A4), each with its QR code and the address in letters."""
    cards = [
        {"link": link, "address": address, "qr": segno.make(address, error="m").svg_data_uri(border=2)}
        for link in links
        for address in [address_of_link(link.token)]
    ]
    markup = render_to_string("surveys/online/cards.html", {"cards": cards, "group": group})
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    return HTML(string=markup, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1") or b""
