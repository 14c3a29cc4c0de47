"""The page of one criterion on a laptop, on a phone and on paper: what one came for is in sight, and said once."""

import io
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from cchc_index.lib.tests.browser import LAPTOP, PHONE, Site, covered_stops, signed_in

pytestmark = pytest.mark.browser
TOP = "document.querySelector('main').getBoundingClientRect().top + window.scrollY"


def opened(browser: Browser, site: Site, username: str, code: str = "1.1") -> Page:
    page = signed_in(browser, site, username)
    page.locator("table.tasks").get_by_role("link", name=f"Tiêu chí {code}").first.click()
    expect(page.locator("h1")).to_contain_text(code)
    return page


@pytest.mark.parametrize(("width", "height", "most"), [(390, 844, 120), (1366, 768, 110)])
def test_head_leaves_room_and_the_first_field_is_on_the_first_screen(
    browser: Browser, site: Site, width: int, height: int, most: int
) -> None:
    page = opened(browser, site, "canbo.giay")
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate(TOP) <= most
    box = page.locator("#figure_numerator").bounding_box()
    bar = page.locator("[data-score] > .actions").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]
    assert (bar["x"], bar["width"]) == (0, width)  # the edge of the window, not a lid on one column


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_what_has_the_focus_is_never_covered(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = opened(browser, site, "canbo.giay")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address, least in ((page.url, 20), (page.url.split("tieu-chi")[0], 10), ("/tu-danh-gia/tai-lieu/", 8)):
        page.goto(address)
        stops, covered = covered_stops(page)
        assert stops >= least, address
        assert covered == [], address


def test_what_was_typed_is_printed_whole(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.giay", "1.2")
    page.fill("#explanation", "\n".join(f"Dòng thứ {n} của giải trình" for n in range(60)))
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    assert {int(n) for n in re.findall(r"Dòng thứ (\d+) của giải trình", text)} == set(range(60))
    assert all(sheet.extract_text().strip() for sheet in paper.pages)


def test_division_by_nothing_is_said_once(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.giay")
    page.fill("#figure_numerator", "0")
    page.fill("#figure_denominator", "0")
    expect(page.locator("#save-state")).to_contain_text("ô báo lỗi")  # how much was saved depends on haste
    expect(page.locator("#score-form .error")).to_have_count(1)
    page.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator("main > .errors")).to_be_visible()
    expect(page.locator("#score-form .error")).to_have_count(1)
    page.fill("#figure_denominator", "10")
    expect(page.locator("#computed")).to_contain_text("0,00")
    expect(page.locator("#score-form .error")).to_have_count(0)


def test_after_all_cookies_are_gone_the_way_back_is_signing_in(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.mat")
    page.context.clear_cookies()
    page.fill("#explanation", "Gõ khi mọi cookie đã mất")
    state = page.locator("#save-state")
    expect(state).to_contain_text("Phiên làm việc đã hết")
    expect(state.get_by_role("link", name="Đăng nhập ở thẻ mới")).to_be_visible()
    expect(state).not_to_contain_text("không còn quyền")


def test_restored_text_is_dated_by_the_server_however_wrong_the_machine_is(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo2.mat", "1.2")
    told = page.evaluate("Number(document.querySelector('#score-form').dataset.now)")
    page.clock.install(time="2001-02-03T04:05:06Z")
    page.reload()
    page.context.route("**/tu-luu/", lambda route: route.abort("internetdisconnected"))
    page.fill("#explanation", "Gõ trên máy sai giờ")
    page.clock.run_for(3_000)
    expect(page.locator("#save-state")).to_contain_text("giữ trên máy này")
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    day = page.evaluate("(at) => new Date(at).toLocaleDateString('vi-VN', {timeZone: 'Asia/Ho_Chi_Minh'})", told)
    expect(page.locator("#restored")).to_contain_text(day.split("/")[2])
    expect(page.locator("#restored")).not_to_contain_text("2001")
