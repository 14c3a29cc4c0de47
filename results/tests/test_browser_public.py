"""What everybody reads, in Chromium: every public page is clean on a laptop and a phone, without an account."""

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from cchc_index.lib.tests.browser import Site, clean, seeded, visitor

pytestmark = pytest.mark.browser
SEED = """
from results.tests import bundles
from results.tests.published import publish
from results import bundle as bundle_format
from results.public import reading
communes = [{"code": code, "name": f"UBND xã Nơi {n}"} for n, code in enumerate(reading.tiles("xa"))]
header = bundles.header(year=2029, number="5/QĐ-UBND")
publish(bundle_format.build(header, [bundles.group("xa", "UBND xã, phường", communes)]))
publish(bundles.small(3, year=2030, number="7/QĐ-UBND"))
old = publish(bundles.small(4))
publish(bundles.small(5, number="456/QĐ-UBND"), supersedes=old, errata="Bổ sung một đơn vị.")
from cchc_index.lib import clock
from criteria.tests.factories import RoundFactory
from results.models import Publication
from units.models import Role
from units.tests.factories import person
gone = publish(bundles.small(3, year=2028, number="4/QĐ-UBND"))
first, second, now = person(Role.INDEX_MANAGER), person(Role.INDEX_MANAGER), clock.now()
asked = {"recall_reason": "Sai số liệu điều tra.", "recall_proposed_by": first, "recall_proposed_at": now}
Publication.objects.filter(pk=gone.pk).update(state="recalled", recalled_by=second, recalled_at=now, **asked)
RoundFactory.create(year=2027)
"""
HOME = "/xep-hang/2031/456-qd-ubnd/"
WITHDRAWN = "/xep-hang/2028/4-qd-ubnd/"
PAGES = (
    "/xep-hang/",
    "/xep-hang/?q=hoan+kiem",
    "/xep-hang/2029/5-qd-ubnd/",
    f"{HOME}don-vi/so/S01/",
    f"{HOME}linh-vuc/so/2/",
    f"{HOME}so-sanh/so/?a=S01&b=S02&c=S03&d=S04",
    WITHDRAWN,
    "/xep-hang/?nam=2028",
    "/xep-hang/?nam=2027",
    "/nhieu-nam/",
    "/du-lieu/",
    "/du-lieu/cong-bo/",
    "/cach-tinh/",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "public", SEED) as served:
        yield served


def test_public_pages_are_clean_and_four_units_fit_a_phone(browser: Browser, site: Site) -> None:
    page = visitor(browser, site)
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200
        clean(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(PAGES[2])
    shown = page.locator("figure:has-text('Bản đồ ô') .chart-wrap:visible")
    assert shown.evaluate_all("boxes => boxes.map((box) => box.scrollWidth <= box.clientWidth)") == [True]
    page.goto(PAGES[5])
    wide = (
        "() => { const t = document.querySelector('table.compare'); return t.scrollWidth <= t.parentNode.clientWidth }"
    )
    assert page.evaluate(wide)
    page.mouse.wheel(0, 900)
    page.wait_for_function("scrollY > 500")
    head = "document.querySelector('table.compare thead th').getBoundingClientRect().top"
    assert page.evaluate(head) == 0  # whose numbers these are
    for address in (f"{HOME}don-vi/so/S01/", f"{HOME}linh-vuc/so/2/", f"{HOME}tieu-chi/so/1.1/"):
        page.goto(address)
        hidden = page.evaluate(
            "() => [...document.querySelectorAll('.table-wrap:has(table.dense), .chart-wrap.narrow')]"
            ".filter(box => box.scrollWidth > box.clientWidth || !box.clientWidth).length"
        )
        assert hidden == 0, address


@pytest.mark.parametrize("address", ["/xep-hang/2029/5-qd-ubnd/", "/xep-hang/2029/5-qd-ubnd/linh-vuc/xa/1/"])
def test_no_page_of_a_large_block_is_printed_empty(browser: Browser, site: Site, address: str) -> None:
    """A picture that is taller than paper repeats the table above it: it stays on the screen."""
    page = visitor(browser, site)
    page.goto(address)
    printed = [sheet.extract_text().strip() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    assert all(printed)
    assert sum("từ cao đến thấp" in sheet for sheet in printed) == 0
    assert page.get_by_text("từ cao đến thấp").is_visible()
