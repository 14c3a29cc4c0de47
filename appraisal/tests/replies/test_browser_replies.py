"""The unit answers the council: the officer's words are never lost, the head sends them and gets a receipt."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = "from appraisal.tests.replies.replies_site import seed; seed()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "replies", SEED) as found:
        yield found


def opened(browser: Browser, site: Site, username: str, code: str) -> Page:
    page = signed_in(browser, site, username)
    page.get_by_role("link", name="tiêu chí bị điều chỉnh chờ đơn vị trả lời").click()
    page.locator("table tbody th a").filter(has_text=code).click()
    expect(page.locator("h1")).to_contain_text(code)
    return page


def test_from_the_first_page_to_the_receipt(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.gt", "1.1")
    for said in ("−0,50", "Theo sổ theo dõi hồ sơ.", "75", "Thiếu báo cáo quý IV."):
        expect(page.locator("main")).to_contain_text(said)
    page.get_by_label("Không đồng ý").check()
    page.fill("#comment", "Có ở trang 3 của báo cáo.")
    expect(page.locator("#save-state")).to_contain_text("chưa gửi")
    clean(page)
    page.locator(".crumbs a").click()  # left without pressing anything
    expect(page.locator("main")).to_contain_text("đã soạn: không đồng ý, chưa gửi")
    clean(page)
    page.locator("table tbody th a").filter(has_text="1.1").click()
    expect(page.locator("#comment")).to_have_value("Có ở trang 3 của báo cáo.")
    expect(page.get_by_role("button", name="Gửi giải trình")).to_have_count(0)
    head = signed_in(browser, site, "thutruong.gt")
    head.goto("/tham-dinh/giai-trinh/")
    head.get_by_role("button", name="Gửi giải trình 1 tiêu chí").click()
    expect(head.locator("h1")).to_contain_text("Biên nhận giải trình")
    expect(head.locator("main")).to_contain_text("Có ở trang 3 của báo cáo.")
    clean(head)


def test_words_typed_without_network_come_back(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.gt", "1.2")
    address = page.url
    page.context.route("**/tu-luu/**", lambda route: route.abort("internetdisconnected"))
    page.fill("#comment", "Gõ khi mất mạng")
    expect(page.locator("#save-state")).to_contain_text("giữ trên máy này")
    page.context.unroute_all()
    page.goto(address)
    expect(page.locator("#comment")).to_have_value("Gõ khi mất mạng")
    expect(page.locator("#restored")).to_contain_text("đã được gửi và lưu")


def test_head_sends_one_criterion_without_javascript(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thutruong.gt", script=False)
    page.goto("/tham-dinh/giai-trinh/")
    page.locator("table tbody th a").filter(has_text="1.2").click()
    page.get_by_label("Không đồng ý").check()
    page.fill("#comment", "")
    page.get_by_role("button", name="Gửi giải trình tiêu chí 1.2").click()
    expect(page.locator(".errors").first).to_contain_text("phải ghi giải trình")
    page.fill("#comment", "Đã có quyết định.")
    page.get_by_role("button", name="Gửi giải trình tiêu chí 1.2").click()
    expect(page.locator("h1")).to_contain_text("Biên nhận giải trình")
