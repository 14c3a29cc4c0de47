"""Every public page as it is printed, read page by page: nothing that is pressed or led to, no page nearly empty, no
heading alone at a foot, heads of tables on every page, pictures whole, the digest and the mark of invented data."""

import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from cchc_index.lib.tests.browser import Site, seeded, visitor

from . import test_browser_public

pytestmark = pytest.mark.browser
SEED = (
    test_browser_public.SEED
    + """
name = "Sở Nông nghiệp, Môi trường và Phát triển nông thôn số"
offices = [{"code": f"N{n:02d}", "name": f"{name} {n}"} for n in range(30)]
publish(bundle_format.build(bundles.header(year=2028, number="9/QĐ-UBND"), [bundles.group("so", "Sở", offices, 30)]))
"""
)
PAGES = (
    *test_browser_public.PAGES,
    "/xep-hang/2028/9-qd-ubnd/",
    "/xep-hang/2028/9-qd-ubnd/don-vi/so/N07/",
    "/xep-hang/2028/9-qd-ubnd/tieu-chi/so/1.1/",
    "/xep-hang/2028/9-qd-ubnd/so-sanh/so/?a=N01&b=N02&c=N03&d=N04",
    "/xep-hang/2029/5-qd-ubnd/linh-vuc/xa/1/",
    "/xep-hang/2031/123-qd-ubnd/",
    "/nhieu-nam/?khoi=huyen",
)
BEGINNING = 24
"""Letters of a name that stand on one line."""
FEWEST = 15
"""Words of a page besides its foot."""
PRESSED = (
    "Đăng nhập",
    "Tìm đơn vị",
    "Bỏ tìm",
    "Báo cáo PDF",
    "Tải dữ liệu",
    "Choose File",
    "Bỏ qua phần đầu",
)
FOOT = re.compile(r"Dữ liệu minh họa – không phải kết quả thật của đơn vị nào\s*|Trang \d+/\d+\s*")
HEADINGS = "() => [...document.querySelectorAll('h1,h2,h3,h4,caption,figcaption')].filter(e => e.checkVisibility())"
WORDS = f"{HEADINGS[6:]}.map(e => e.innerText)"
PICTURES = """() => [...document.querySelectorAll('svg.chart')].filter(e => e.checkVisibility())
  .map(svg => [...svg.querySelectorAll('text')].map(text => text.textContent))"""
HEADS = """() => [...document.querySelectorAll('table:has(thead)')].filter(e => e.checkVisibility()).map(table => [
  [...table.tHead.rows[0].cells].at(-1).innerText,
  [...table.tBodies[0].querySelectorAll('th[scope=row]')].map(name => name.innerText)])"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "print", SEED) as served:
        yield served


def squeezed(text: str) -> str:
    """Without blanks: a line of print breaks where it likes."""
    return re.sub(r"\s+", "", text)


def printed(page: Page) -> tuple[list[str], list[str]]:
    """The pages without their feet, and the feet."""
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    return [FOOT.sub("", sheet).strip() for sheet in sheets], [" ".join(FOOT.findall(sheet)) for sheet in sheets]


@pytest.fixture
def paper(browser: Browser, site: Site) -> Page:
    page = visitor(browser, site)
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_is_printed_well(paper: Page, address: str) -> None:
    paper.goto(address)
    sheets, feet = printed(paper)
    assert [sheet for sheet in sheets if len(sheet.split()) < FEWEST] == []
    assert [words for words in PRESSED for sheet in sheets if words in sheet] == []
    marked = paper.locator(".band").count() > 0
    assert [("Dữ liệu minh họa" in foot, "Trang" in foot) for foot in feet] == [(marked, True)] * len(feet)
    dense = [squeezed(sheet) for sheet in sheets]
    headings = [squeezed(words) for words in paper.evaluate(f"() => {WORDS}")]
    assert [words for words in headings for sheet in dense if sheet.endswith(words)] == []
    for texts in paper.evaluate(PICTURES):
        assert any(all(squeezed(text) in sheet for text in texts) for sheet in dense), texts[:3]
    if re.search(r"/\d+-qd-ubnd/", address) and address != test_browser_public.WITHDRAWN:  # it has no numbers to prove
        assert re.search(r"Mãkiểmtra\(SHA-256\):[0-9a-f]{64}", dense[0])


@pytest.mark.parametrize("address", ["/xep-hang/2029/5-qd-ubnd/", "/xep-hang/2028/9-qd-ubnd/don-vi/so/N07/"])
def test_the_head_of_a_table_stands_on_each_of_its_pages(paper: Page, address: str) -> None:
    """With its negative control: a long table is on several pages indeed."""
    paper.goto(address)
    dense = [squeezed(sheet) for sheet in printed(paper)[0]]
    spread = 0
    for head, rows in paper.evaluate(HEADS):
        with_rows = [sheet for sheet in dense if sum(squeezed(row)[:BEGINNING] in sheet for row in rows) > 1]
        assert all(squeezed(head) in sheet for sheet in with_rows), head
        spread = max(spread, len(with_rows))
    assert spread > 1
