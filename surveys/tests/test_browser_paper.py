"""Paper ballots in Chromium: a bundle given to two people, typed by keyboard on a phone and on a desk, settled by a
third, committed."""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = "from surveys.tests.paper_walk import seed; seed()"
PAPER, BUNDLE = "/dieu-tra/phieu-giay/1/", "/dieu-tra/phieu-giay/tap/1/"
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "paper", SEED) as found:
        yield found


def give(page: Page) -> None:
    page.goto(PAPER)
    page.get_by_label("Đơn vị được đánh giá").select_option(label="Sở Nội vụ")
    page.get_by_label("Số phiếu trong tập").fill("2")
    for label, name in (("Lượt nhập thứ nhất", "An"), ("Lượt nhập thứ hai", "Bình")):
        choice = page.get_by_label(label, exact=True)
        choice.select_option(choice.locator("option", has_text=name).get_attribute("value"))
    page.get_by_role("button", name="Giao tập phiếu").click()
    expect(page.locator("main")).to_contain_text("Tập số 1")


def type_ballots(page: Page, ballots: Sequence[Sequence[str]]) -> None:
    """By keyboard alone: Enter after each field."""
    page.goto(BUNDLE)
    page.get_by_role("link", name="Nhập phiếu thứ 1").click()
    for at, ballot in enumerate(ballots, start=1):
        expect(page.locator("h1")).to_contain_text(f"Phiếu thứ {at}/2")
        expect(page.get_by_label("Mã phiếu")).to_be_focused()
        for text in ballot:
            page.keyboard.type(text)
            page.keyboard.press("Enter")
    page.get_by_role("button", name="Gửi lượt nhập").click()
    expect(page.locator("main")).to_contain_text("Lượt nhập của bạn đã gửi")


def test_a_bundle_from_paper_to_points(browser: Browser, site: Site) -> None:
    third = signed_in(browser, site, "chi.doi")
    give(third)
    clean(third)
    phone = signed_in(browser, site, "an.nhap")
    phone.set_viewport_size(PHONE)
    phone.goto(f"{BUNDLE}phieu/1/")
    clean(phone)
    type_ballots(phone, (("P1", "1", "2"), ("P2", "3", "")))
    clean(phone)
    desk = signed_in(browser, site, "binh.nhap")
    desk.goto(f"{BUNDLE}phieu/1/")
    expect(desk.get_by_label("Mã phiếu")).to_have_value("")  # nothing of the first person's
    type_ballots(desk, (("P1", "1", "2"), ("P2", "3", "4")))
    settle(third)


def settle(third: Page) -> None:
    third.goto(PAPER)
    expect(third.locator("main")).to_contain_text("1 phiếu cần đối chiếu")
    third.goto(BUNDLE)
    clean(third)
    third.get_by_role("link", name="Phiếu thứ 2").click()
    expect(third.locator("main")).to_contain_text("bỏ trống")
    clean(third)
    third.set_viewport_size(PHONE)
    clean(third)
    third.get_by_role("button", name="Lưu quyết định").click()
    expect(third.get_by_role("alert")).to_contain_text("Chọn giá trị đúng")
    third.get_by_label("Trần Thị Bình").check()
    third.get_by_role("button", name="Lưu quyết định").click()
    expect(third.locator("main")).to_contain_text("đã quyết định")
    third.goto(PAPER)
    clean(third)
    third.get_by_role("button", name="Kiểm tra 1 tập").click()
    third.get_by_role("button", name="Nhập", exact=False).first.click()
    expect(third.locator("main")).to_contain_text("Điểm ĐTXHH sau khi nhập")
    third.goto(BUNDLE)
    expect(third.locator("main")).to_contain_text("khác nhau ở 1 trong 6 trường")
