"""The page before submission in Chromium, with forty papers that are warned of: its button stays in sight."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cchc_index.lib.tests.browser import PHONE, SIDEWAYS, Site, clean, covered_stops, signed_in

pytestmark = pytest.mark.browser
SIZES = [(1366, 768), (390, 844)]
BUTTONS = {"canbo.nhieu": "Trình thủ trưởng Sở nhieu", "thutruong.nhieu": "Nộp bản tự đánh giá của Sở nhieu"}
ON_TOP = """button => {
  const box = button.getBoundingClientRect();
  const corners = [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3]];
  return corners.every(([x, y]) => button.contains(document.elementFromPoint(x, y)));
}"""


def check_page(browser: Browser, site: Site, username: str, size: tuple[int, int]) -> Page:
    page = signed_in(browser, site, username)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator("main a[href$='/kiem-tra/']").first.click()
    expect(page.locator("h1")).to_contain_text("Kiểm tra trước khi nộp")
    return page


def in_sight(button: Locator) -> bool:
    """Whole in the window, and nothing over it."""
    expect(button).to_be_in_viewport(ratio=1)
    return bool(button.evaluate(ON_TOP))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("username", BUTTONS)
def test_the_button_stays_in_sight_however_far_one_scrolls(
    browser: Browser, site: Site, username: str, size: tuple[int, int]
) -> None:
    page = check_page(browser, site, username, size)
    button = page.get_by_role("button", name=BUTTONS[username])
    assert in_sight(button)
    page.get_by_text("Ngày ban hành (40)").click()  # opens the forty lines
    expect(page.get_by_text("40/BC-NHIEU")).to_be_visible()
    height, at = page.evaluate("document.documentElement.scrollHeight"), 0
    assert height > 3 * size[1]
    page.mouse.move(size[0] / 2, size[1] / 2)
    while at < height - size[1]:
        page.mouse.wheel(0, 600)
        page.wait_for_function("before => scrollY > before", arg=at)
        at = page.evaluate("Math.ceil(scrollY) + 1")
        assert in_sight(button), f"lost at {at} of {height}"
    clean(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_button_covers_nothing_that_has_the_focus(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = check_page(browser, site, "canbo.nhieu", size)
    page.get_by_text("Ngày ban hành (40)").click()
    stops, covered = covered_stops(page)
    assert stops > 40
    assert covered == []


@pytest.mark.parametrize("place", ["kiem-tra/", "", "../tai-lieu/"])
def test_a_table_lies_down_on_a_phone(browser: Browser, site: Site, place: str) -> None:
    """Each figure after the name of its column, a name as wide as the window: nothing is pushed aside to be read."""
    page = check_page(browser, site, "canbo.nhieu", PHONE)
    page.goto(f"{page.url.partition('kiem-tra')[0]}{place}")
    expect(
        page.locator("table.dense td[data-label='Tài liệu'], table.dense td[data-label='Trang']").first
    ).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0
    clean(page)
