"""Papers as people hold them, in Chromium: what is uploaded stays and is read, each kind is shown in the page, lists
say the name of the file and what is known of its signature."""

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.browser import LAPTOP, PHONE, Site, clean, signed_in
from selfassess.tests.documents.papers_of_each_kind import PICTURES, SIGNED, WORDS

pytestmark = pytest.mark.browser
REPORT = ["SỞ HOSO", "Số: 125/BC-HOSO", "Hà Nội, ngày 5 tháng 3 năm 2024", "BÁO CÁO", "Kết quả cải cách hành chính"]
CHOSEN = "document.querySelector('#upload').files.length"
READ = {"number": "125/BC-HOSO", "issued_on": "05/03/2024", "issuer": "SỞ HOSO"}


def criterion(browser: Browser, site: Site, code: str, size: tuple[int, int]) -> Page:
    page = signed_in(browser, site, "canbo.hoso")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator("table.tasks").get_by_role("link", name=f"Tiêu chí {code}").first.click()
    expect(page.locator("h1")).to_contain_text(code)
    return page


@pytest.mark.parametrize(("code", "size"), [("1.2", LAPTOP), ("1.1", PHONE)])
def test_a_file_is_read_and_travels_once_whatever_is_wrong_beside_it(
    browser: Browser, site: Site, code: str, size: tuple[int, int]
) -> None:
    page = criterion(browser, site, code, size)
    name = f"bao-cao-{code}.pdf"
    content = sample_pdf("", [*REPORT, "___", code])
    page.locator("details", has=page.locator("#upload")).evaluate("box => { box.open = true; }")
    page.set_input_files("#upload", {"name": name, "mimeType": "application/pdf", "buffer": content})
    upload = page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí")
    upload.click()
    for field, read in READ.items():
        expect(page.locator(f"#{field}")).to_have_value(read)
    expect(page.locator("#abstract")).to_have_value("Kết quả cải cách hành chính")
    assert not page.evaluate(CHOSEN), "held, not sent again"
    page.fill("#issued_on", "32/13/2024")
    page.fill("#page", "0")
    upload.click()
    for said in ("Số trang phải là số nguyên", "Ngày ban hành không đọc được"):
        expect(page.locator(".errors")).to_contain_text(said)
    expect(page.get_by_text("không phải tải lại")).to_contain_text(name)
    clean(page)
    assert not page.evaluate(CHOSEN)
    page.fill("#page", "1")
    page.fill("#issued_on", READ["issued_on"])
    upload.click()
    expect(page.locator("ul.evidence")).to_contain_text(name)


def opened(page: Page, number: str) -> FrameLocator:
    """The document's own page, its frame."""
    page.locator("tbody th").get_by_role("link", name=number).click()
    expect(page.locator("h1")).to_contain_text(number)
    return page.frame_locator("iframe.document")


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_every_kind_of_file_is_shown_in_the_page(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = signed_in(browser, site, "canbo.hoso")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/tu-danh-gia/tai-lieu/")
    for number, name in PICTURES.items():
        expect(page.locator("main tbody")).to_contain_text(name)
        frame = opened(page, number)
        if name.endswith(".tiff"):
            expect(page.locator("iframe.document")).to_be_in_viewport()  # a PDF of its pages, in the browser's viewer
        else:
            frame.locator("img").wait_for()
            assert frame.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        page.go_back()
    for number, (name, said) in WORDS.items():
        expect(page.locator("main tbody")).to_contain_text(name)
        expect(opened(page, number).locator("body")).to_contain_text(said)
        clean(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.go_back()


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_what_is_known_of_a_signature_stands_beside_the_file(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    page = criterion(browser, site, "1.1", size)
    for number, (name, said) in SIGNED.items():
        line = page.locator("ul.evidence > li").filter(has_text=number)
        expect(line).to_contain_text(name)
        expect(line).to_contain_text(said)
        line.get_by_text(said).first.scroll_into_view_if_needed()
        expect(line.get_by_text(said).first).to_be_in_viewport()
