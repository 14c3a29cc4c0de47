"""Ballots in the app in Chromium: links, a ballot on a phone without scripts, coverage, the box, points."""

import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in, visitor
from cchc_index.lib.tests.present import first_sheet

pytestmark = pytest.mark.browser
SEED = "from surveys.tests.online_walk import seed; seed()"
BOX = "/dieu-tra/truc-tuyen/1/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "online", SEED) as found:
        yield found


def links(operator: Page) -> list[str]:
    """Two links for each unit, taken as a sheet; where they lead."""
    operator.goto(BOX)
    operator.get_by_label("Số liên kết mỗi đơn vị").fill("2")
    with operator.expect_download() as download:
        operator.get_by_role("button", name="Tạo và tải về").click()
    rows = list(first_sheet(load_workbook(io.BytesIO(download.value.path().read_bytes()))).iter_rows(values_only=True))
    return ["/dieu-tra/phieu/" + str(row[3]).split("/")[-2] + "/" for row in rows[1:]]


def answer(phone: Page, address: str) -> None:
    """Begun, gone on with, sent, on a phone without scripts."""
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(address)
    phone.get_by_label("Rất tốt").first.check()
    phone.get_by_role("button", name="Lưu, trả lời tiếp sau").click()
    expect(phone.get_by_role("status")).to_contain_text("Đã lưu, chưa gửi")
    phone.goto(address)
    expect(phone.get_by_label("Rất tốt").first).to_be_checked()
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.get_by_role("alert")).to_contain_text("còn 1 câu chưa trả lời")
    phone.get_by_label("Tốt", exact=True).nth(1).check()
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.locator("h1")).to_have_text("Đã nhận phiếu. Cảm ơn bạn!")


def test_from_links_to_points(browser: Browser, site: Site) -> None:
    operator = signed_in(browser, site, "dieutra.pc")
    addresses = links(operator)
    phone = visitor(browser, site, script=False)
    phone.context.clear_cookies()  # of the front page
    for address in addresses[:3]:
        answer(phone, address)
    assert not phone.context.cookies()
    operator.goto(BOX)
    clean(operator)
    operator.goto("/dieu-tra/tien-do/1/")
    expect(operator.locator("main")).to_contain_text("thiếu 18 trong 20 phiếu")
    site.python("from surveys.tests.online_walk import close; close()")
    operator.goto(BOX)
    operator.get_by_text("Thu hồi, mở hòm").click()
    operator.get_by_role("button", name="Mở hòm 3 phiếu").click()
    expect(operator.locator("main")).to_contain_text("không có thứ tự gửi")
    expect(operator.locator("main")).to_contain_text("Điểm ĐTXHH sau khi nhập")
    clean(operator)
    expect(phone.locator("h1")).to_be_visible()
    phone.goto(addresses[0])
    expect(phone.get_by_role("alert")).to_contain_text("Liên kết này không có")


def test_the_respondents_pages_are_clean(browser: Browser, site: Site) -> None:
    site.python("from surveys.tests.online_walk import open_again; open_again()")
    address = links(signed_in(browser, site, "dieutra.pc"))[0]
    page = visitor(browser, site)
    page.goto(address)
    clean(page)
    page.get_by_role("button", name="Gửi phiếu").click()
    clean(page)
    page.goto("/dieu-tra/phieu/khong-co/")
    clean(page)
