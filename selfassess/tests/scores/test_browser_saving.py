"""What an official types is never lost: network, session, tabs, colleagues, another account on the machine."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, signed_in
from selfassess.tests.factories import tiny_pdf

pytestmark = pytest.mark.browser
SAVED = re.compile(r"Đã lưu \d\d:\d\d:\d\d")
LOST = "Mất kết nối – giữ trên máy này, sẽ gửi lại"


def opened(browser: Browser, site: Site, username: str, code: str = "1.2") -> Page:
    """The page of a criterion, reached as people reach it."""
    page = signed_in(browser, site, username)
    page.get_by_role("link", name=f"Tiêu chí {code}").first.click()
    expect(page.locator("h1")).to_contain_text(code)
    return page


def state(page: Page) -> Locator:
    return page.locator("#save-state")


def copies(page: Page) -> list[str]:
    keys: list[str] = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cchc:'))")
    return keys


def no_copy_stays(page: Page) -> None:
    """The page says that all is saved before the answer to the last letters has taken the copy away."""
    for _ in range(50):
        if copies(page):
            page.wait_for_timeout(100)
    assert copies(page) == []


def test_typing_is_saved_after_a_pause_and_the_points_appear(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.tinh", "1.1")
    page.fill("#figure_numerator", "95")
    page.fill("#figure_denominator", "100")
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator("#computed")).to_contain_text("2,00")
    no_copy_stays(page)
    page.fill("#explanation", "Theo sổ theo dõi")
    page.locator("#na_reason").focus()  # leaving the field saves at once
    expect(state(page)).to_have_text(SAVED)
    page.reload()
    expect(page.locator("#explanation")).to_have_value("Theo sổ theo dõi")
    expect(page.locator("#restored")).to_be_hidden()


def test_a_wrong_value_is_named_beside_its_field_and_the_rest_is_saved(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.tinh")
    page.fill("#points", "1.234")
    page.fill("#explanation", "Vẫn được lưu")
    page.locator("#na_reason").focus()
    expect(page.locator("#points-error")).to_contain_text("hai cách")
    expect(page.locator("#points")).to_have_value("1.234")
    expect(state(page)).to_contain_text("ô báo lỗi chưa lưu")
    page.fill("#points", "0,5")
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator(".error")).to_have_count(0)
    other = opened(browser, site, "canbo2.tinh")
    expect(other.locator("#explanation")).to_have_value("Vẫn được lưu")
    expect(other.locator("#points")).to_have_value("0,50")


def test_lost_network_keeps_a_copy_and_sends_it_when_the_network_is_back(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.mang")
    page.context.set_offline(True)
    page.fill("#points", "0,75")
    page.fill("#explanation", "Gõ khi mất mạng")
    expect(state(page)).to_have_text(LOST)
    assert len(copies(page)) == 1
    page.context.set_offline(False)
    expect(state(page)).to_have_text(SAVED)
    no_copy_stays(page)


def test_a_page_closed_without_network_is_restored_with_a_note(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.mang", "1.1")
    address = page.url
    # Not set_offline: a page that is left gets its network back a moment before it goes, and sends in it.
    page.context.route("**/*", lambda route: route.abort("internetdisconnected"))
    page.fill("#explanation", "Gõ rồi đóng trang")
    expect(state(page)).to_have_text(LOST)
    page.close()
    again = page.context.new_page()
    page.context.unroute_all()
    again.goto(address.split("tieu-chi")[0])
    expect(again.locator(".unsent")).to_have_text("còn phần chưa gửi trên máy này")
    again.goto(address)
    expect(again.locator("#explanation")).to_have_value("Gõ rồi đóng trang")
    expect(again.locator("#restored")).to_be_visible()
    expect(state(again)).to_have_text(SAVED)
    expect(again.locator("#restored")).to_contain_text("đã được gửi và lưu")
    no_copy_stays(again)


def test_five_minutes_without_network_end_in_a_save_by_themselves(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo2.mang")
    page.clock.install()
    page.reload()
    page.context.route("**/tu-luu/", lambda route: route.abort("internetdisconnected"))
    page.fill("#explanation", "Gõ khi mất mạng năm phút")
    for _ in range(10):
        page.clock.run_for(30_000)
        expect(state(page)).to_have_text(LOST)
    page.context.unroute_all()
    page.clock.run_for(31_000)
    expect(state(page)).to_have_text(SAVED)
    no_copy_stays(page)


def test_back_to_the_page_shows_what_was_saved(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.mang")
    page.fill("#explanation", "Trước khi sang trang khác")
    page.locator(".crumbs a").nth(1).click()
    expect(page.locator("h1")).to_contain_text("Bản tự đánh giá")
    page.go_back()
    expect(page.locator("#explanation")).to_have_value("Trước khi sang trang khác")
    expect(state(page)).to_contain_text("Đã lưu")
    expect(page.locator("#conflict")).to_have_count(0)


def end_session(context: BrowserContext) -> None:
    context.clear_cookies(name="sessionid")


def log_in(page: Page, username: str) -> None:
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "dang-nhap" not in url)


def test_expired_session_keeps_the_text_and_sends_it_after_login_in_another_tab(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.phien")
    end_session(page.context)
    page.fill("#explanation", "Gõ sau khi hết phiên")
    expect(state(page)).to_contain_text("Phiên làm việc đã hết")
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Đăng nhập ở thẻ mới").click()
    log_in(opening.value, "canbo.phien")
    expect(state(page)).to_have_text(SAVED, timeout=10_000)
    expect(page.locator("#explanation")).to_have_value("Gõ sau khi hết phiên")
    page.get_by_role("button", name="Lưu điểm").click()
    page.wait_for_load_state()
    expect(page.locator("#explanation")).to_have_value("Gõ sau khi hết phiên")


def test_another_account_on_the_machine_neither_sees_nor_saves_the_text(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.phien", "1.1")
    end_session(page.context)
    page.fill("#explanation", "Của người thứ nhất")
    expect(state(page)).to_contain_text("Phiên làm việc đã hết")
    other = page.context.new_page()
    other.goto("/tai-khoan/dang-nhap/")
    log_in(other, "canbo2.phien")
    expect(state(page)).to_contain_text("tài khoản khác", timeout=10_000)
    other.goto(page.url)
    expect(other.locator("#explanation")).to_have_value("")
    expect(other.locator("#restored")).to_be_hidden()


def test_logging_out_leaves_no_text_on_the_machine(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo2.mang", "1.1")
    page.evaluate("localStorage.setItem('cchc:' + document.querySelector('[data-user]').dataset.user + ':0:0', '1')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    no_copy_stays(page)


def test_two_tabs_show_both_values_and_either_is_one_click_away(browser: Browser, site: Site) -> None:
    first = opened(browser, site, "canbo.tab")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#explanation", "Tab thứ nhất")
    expect(state(first)).to_have_text(SAVED)
    second.fill("#explanation", "Tab thứ hai")
    expect(second.locator("#conflict h2")).to_have_text("Bạn đã lưu tiêu chí này ở một thẻ hoặc máy khác")
    for shown in ("Tab thứ nhất", "Tab thứ hai"):
        expect(second.locator("#conflict")).to_contain_text(shown)
    second.get_by_role("button", name="Giữ bản của tôi").click()
    expect(state(second)).to_have_text(SAVED)
    expect(second.locator("#conflict")).to_have_count(0)
    first.fill("#explanation", "Tab thứ nhất, lần hai")
    expect(first.locator("#conflict")).to_contain_text("Tab thứ hai")
    first.get_by_role("link", name="Lấy bản đang lưu").click()
    expect(first.locator("#conflict")).to_have_count(0)
    expect(first.locator("#explanation")).to_have_value("Tab thứ hai")


def test_a_colleague_is_named_with_the_time(browser: Browser, site: Site) -> None:
    mine = opened(browser, site, "canbo.tab", "1.1")
    theirs = opened(browser, site, "canbo2.tab", "1.1")
    theirs.fill("#figure_numerator", "9")
    theirs.fill("#figure_denominator", "10")
    expect(state(theirs)).to_have_text(SAVED)
    mine.fill("#figure_numerator", "7")
    mine.fill("#figure_denominator", "10")
    expect(mine.locator("#conflict h2")).to_contain_text("đã lưu tiêu chí này trước")
    expect(mine.locator("#conflict th").nth(2)).to_contain_text(re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"))
    expect(mine.locator("#figure_numerator")).to_have_value("7")


def test_a_double_click_sends_once(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.tinh")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.fill("#explanation", "Bấm đúp")
    page.get_by_role("button", name="Lưu điểm").dblclick()
    page.wait_for_load_state("networkidle")
    whole = [url for url in posts if not url.endswith("/tu-luu/")]
    assert len(whole) == 1, posts
    assert len(posts) == 2, posts


def test_text_kept_before_the_criterion_was_locked_can_be_copied(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.khoa")
    page.locator("table.tasks a").first.click()
    expect(page.locator("h1")).to_contain_text("1.1")
    kept = "JSON.stringify({pairs: [['explanation', 'Gõ trước khi khóa']], version: '0', at: 0})"
    page.evaluate(f"localStorage.setItem('cchc:' + document.querySelector('#unsent').dataset.copy, {kept})")
    page.reload()
    expect(page.locator("#unsent")).to_contain_text("Gõ trước khi khóa")


def choose_file(page: Page) -> None:
    page.set_input_files("#upload", {"name": "nho.pdf", "mimeType": "application/pdf", "buffer": tiny_pdf()})
    for name, value in (
        ("number", "21/BC"),
        ("issued_on", "15/06/2024"),
        ("issuer", "Sở"),
        ("abstract", "Trích yếu dài"),
    ):
        page.fill(f"#{name}", value)


def test_a_file_sent_without_network_stays_chosen_with_its_data(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.tep")
    choose_file(page)
    page.context.route("**/tai-len/", lambda route: route.abort("internetdisconnected"))
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.get_by_role("alert")).to_contain_text("tệp đã chọn còn nguyên")
    expect(page.locator("#abstract")).to_have_value("Trích yếu dài")
    page.context.unroute_all()
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.locator("ul.evidence")).to_contain_text("21/BC")


def test_data_of_a_file_sent_after_the_sessions_end_come_back(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.tep", "1.1")
    choose_file(page)
    end_session(page.context)
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.locator("h1")).to_contain_text("Phiên làm việc đã hết")
    for kept in ("Trích yếu dài", "21/BC", "Tệp nho.pdf phải chọn lại"):
        expect(page.locator("main")).to_contain_text(kept)
