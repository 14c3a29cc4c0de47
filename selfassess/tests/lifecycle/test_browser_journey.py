"""From login to the receipt: with the keyboard alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import LAPTOP, PASSWORD, PHONE, Site, clean, signed_in, visitor
from cchc_index.lib.tests.present import present

pytestmark = pytest.mark.browser
ACTIVE = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const words = [at.innerText, at.labels && at.labels[0] && at.labels[0].innerText, at.name, at.id].join(" | ");
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return { words, outline: parseFloat(style.outlineWidth) || 0, drawn: style.outlineStyle !== "none",
           seen: box.height > 0 && Boolean(middle) && (at.contains(middle) || middle.contains(at)) };
}"""


def tab_to(page: Page, words: str, limit: int = 80) -> None:
    """Tab until the control that says `words` has the focus; each stop on the way is visible."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        at = page.evaluate(ACTIVE)
        if words in at["words"]:
            assert at["drawn"], at
            assert at["outline"] >= 2, at
            assert at["seen"], at
            return
    raise AssertionError(f"{words!r} is not reached by Tab from {page.url}")


def press(page: Page, words: str, heading: str) -> None:
    """Go to a link or button by Tab, press it, and arrive under the heading."""
    tab_to(page, words)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(heading)
    page.wait_for_load_state()


def typed(page: Page, words: str, text: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def log_in_by_keys(page: Page, username: str) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    typed(page, "username", username)
    typed(page, "password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Bản tự đánh giá")


def test_keyboard_alone_leads_from_login_to_the_receipt(browser: Browser, site: Site) -> None:
    page = visitor(browser, site)
    log_in_by_keys(page, "canbo.phim")
    press(page, "Chấm tiêu chí tiếp theo: 1.1", "1.1")  # one step from login to the first undone criterion
    typed(page, "Số hồ sơ đúng hạn", "95")
    typed(page, "Tổng số hồ sơ", "100")
    expect(page.locator("#computed")).to_contain_text("2,00")
    typed(page, "Giải trình cách chấm", "Theo sổ theo dõi")
    press(page, "Lưu và sang tiêu chí 1.2", "1.2")
    tab_to(page, "Đề nghị không áp dụng")
    page.keyboard.press("Space")
    typed(page, "Lý do không áp dụng", "Không có nhiệm vụ này")
    with page.expect_response(re.compile(r"/tieu-chi/\d+/$")):
        press(page, "Lưu điểm", "1.2")
    expect(page.locator("#save-state")).to_contain_text("Đã lưu")
    press(page, "Sở phim", "Bản tự đánh giá")
    press(page, "Trình thủ trưởng", "Kiểm tra trước khi nộp")
    press(page, "Trình thủ trưởng", "Bản tự đánh giá")
    expect(page.locator("main")).to_contain_text("chờ thủ trưởng duyệt")
    press(page, "Đăng xuất", "")
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    log_in_by_keys(page, "thutruong.phim")
    press(page, "Nộp bản tự đánh giá", "Kiểm tra trước khi nộp")
    press(page, "Nộp bản tự đánh giá", "Biên nhận")


@pytest.mark.parametrize(("name", "size"), [("dau", LAPTOP), ("cuoi", PHONE)])
def test_a_criterion_leads_on_and_what_was_handed_over_comes_back(
    browser: Browser, site: Site, name: str, size: tuple[int, int]
) -> None:
    """To the next undone one, wherever it stands; from the last to the check, which is not passed unsaid."""
    page = signed_in(browser, site, f"canbo.{name}")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator("table.tasks").get_by_role("link", name="Tiêu chí 1.2").click()
    expect(page.locator("#lacking")).to_contain_text("chưa chấm điểm")
    page.fill("#points", "0,5")
    page.fill("#explanation", "Theo sổ theo dõi.")
    page.get_by_role("button", name="Lưu và sang tiêu chí 1.1").click()
    expect(page.locator("h1")).to_contain_text("1.1")
    page.get_by_role("button", name="Lưu và kiểm tra toàn bộ").click()
    expect(page.locator("h1")).to_contain_text("Kiểm tra trước khi nộp")
    expect(page.locator("main")).to_contain_text("Còn thiếu 1 tiêu chí")
    hand_over = page.get_by_role("button", name="Trình thủ trưởng")
    assert present(hand_over.bounding_box())["height"] < 48, "its words stand in one line"
    hand_over.click()
    expect(page.locator(".errors")).to_contain_text("1 tiêu chí")
    clean(page)
    page.get_by_label("Vẫn trình khi còn 1 tiêu chí chưa đủ: 1.1").check()
    page.get_by_role("button", name="Trình thủ trưởng").click()
    expect(page.locator("main")).to_contain_text("chờ thủ trưởng duyệt")
    page.get_by_role("button", name="Thu hồi để sửa").click()
    expect(page.get_by_role("link", name="Chấm tiêu chí tiếp theo: 1.1")).to_be_visible()


def test_arrows_move_through_the_task_list(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.khoa")
    links = page.locator("table.tasks tbody a")
    links.first.focus()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.first).to_be_focused()
    page.keyboard.press("End")
    expect(links.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1.2")


def test_head_of_the_table_stays_in_sight(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.khoa")
    page.set_viewport_size({"width": 1366, "height": 300})
    page.locator("table.tasks tbody tr").last.evaluate("(row) => window.scrollTo(0, row.offsetTop + 420)")
    box = page.locator("table.tasks thead th").first.bounding_box()
    assert box is not None
    assert box["y"] >= 0


def test_without_javascript_everything_works_and_nothing_typed_is_lost(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.nguoi", script=False)
    page.get_by_role("link", name="Chấm tiêu chí tiếp theo: 1.1").click()
    page.fill("#figure_numerator", "1.234")
    page.fill("#explanation", "Gõ không có JavaScript")
    page.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator(".errors")).to_contain_text("hai cách")
    expect(page.locator("#explanation")).to_have_value("Gõ không có JavaScript")
    page.locator(".errors a").first.click()
    expect(page.locator("#figure_numerator")).to_be_focused()
    page.fill("#figure_numerator", "95")
    page.fill("#figure_denominator", "100")
    page.get_by_role("button", name="Lưu và sang tiêu chí 1.2").click()
    expect(page.locator(".message").first).to_contain_text(re.compile(r"Đã lưu \d\d:\d\d:\d\d tiêu chí 1.1"))
    expired_session_gives_the_text_back(page)
    page.locator(".crumbs a").nth(1).click()
    page.get_by_role("link", name="Trình thủ trưởng").click()
    page.get_by_role("button", name="Trình thủ trưởng").click()
    head = signed_in(browser, site, "thutruong.nguoi", script=False)
    head.get_by_role("link", name="Nộp bản tự đánh giá").click()
    head.get_by_role("button", name="Nộp bản tự đánh giá").click()
    expect(head.locator("h1")).to_contain_text("Biên nhận")


def expired_session_gives_the_text_back(page: Page) -> None:
    """The form of an ended session comes back as a page with all that was typed; after login it is sent again."""
    page.fill("#points", "0,5")
    page.fill("#explanation", "Gõ khi phiên đã hết")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator("h1")).to_contain_text("Phiên làm việc đã hết")
    expect(page.locator("main")).to_contain_text("Gõ khi phiên đã hết")
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Đăng nhập ở thẻ mới").click()
    tab = opening.value
    tab.fill("input[name=username]", "canbo.nguoi")
    tab.fill("input[name=password]", PASSWORD)
    tab.click("main button")
    tab.wait_for_url(lambda url: "dang-nhap" not in url)
    with page.expect_navigation():
        page.get_by_role("button", name="Gửi lại").click()
    if page.get_by_role("button", name="Gửi lại").count():
        page.get_by_role("button", name="Gửi lại").click()
    expect(page.locator("#explanation")).to_have_value("Gõ khi phiên đã hết")
    expect(page.locator("#save-state")).to_contain_text("Đã lưu")
