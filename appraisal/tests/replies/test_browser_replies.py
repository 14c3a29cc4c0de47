"""The unit answers the council: the officer's words are never lost, the head sends them and gets a receipt."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.browser import PHONE, SIDEWAYS, Site, clean, covered_stops, seeded, signed_in

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


def choose_new_paper(page: Page, number: str) -> None:
    """A paper that the unit has not used before, with what stands on it."""
    page.locator("details", has=page.locator("#upload")).evaluate("box => { box.open = true; }")
    content = sample_pdf("", [f"Số: {number}"])
    page.set_input_files("#upload", {"name": "bo-sung.pdf", "mimeType": "application/pdf", "buffer": content})
    facts = {"number": number, "issued_on": "01/06/2024", "issuer": "Sở", "abstract": "Báo cáo bổ sung"}
    for field, said in facts.items():
        page.fill(f"#{field}", said)


def test_from_the_first_page_to_the_receipt(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.gt", "1.1")
    for said in ("−0,50", "Theo sổ theo dõi hồ sơ.", "75", "Thiếu báo cáo quý IV."):
        expect(page.locator("main")).to_contain_text(said)
    page.get_by_label("Không đồng ý").check()
    page.fill("#comment", "Có ở trang 3 của báo cáo.")
    expect(page.locator("#save-state")).to_contain_text("chưa gửi")
    clean(page)
    choose_new_paper(page, "30/BC-DV1")
    page.get_by_role("button", name="Lưu, chưa gửi").click()
    page.locator("table tbody th a").filter(has_text="1.1").click()
    expect(page.locator("#documents label", has_text="30/BC-DV1")).to_contain_text("bo-sung.pdf")
    expect(page.locator("#documents").get_by_label("30/BC-DV1")).to_be_checked()
    clean(page)
    page.fill("#comment", "Có ở trang 3 của báo cáo bổ sung.")
    expect(page.locator("#save-state")).to_contain_text("chưa gửi")
    page.locator(".crumbs a").click()  # left without pressing anything
    expect(page.locator("main")).to_contain_text("đã soạn: không đồng ý, chưa gửi")
    clean(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate(SIDEWAYS) == 0
    page.locator("table tbody th a").filter(has_text="1.1").click()
    expect(page.locator("#comment")).to_have_value("Có ở trang 3 của báo cáo bổ sung.")
    expect(page.get_by_role("button", name="Gửi giải trình")).to_have_count(0)
    head = signed_in(browser, site, "thutruong.gt")
    head.goto("/tham-dinh/giai-trinh/")
    head.get_by_role("button", name="Gửi giải trình 1 tiêu chí").click()
    expect(head.locator("h1")).to_contain_text("Biên nhận giải trình")
    for said in ("Có ở trang 3 của báo cáo bổ sung.", "30/BC-DV1"):
        expect(head.locator("main")).to_contain_text(said)
    clean(head)


def test_words_typed_without_network_come_back(browser: Browser, site: Site) -> None:
    page = opened(browser, site, "canbo.gt", "1.2")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    address = page.url
    stops, covered = covered_stops(page)
    assert stops > 12
    assert covered == []
    page.context.route("**/tu-luu/**", lambda route: route.abort("internetdisconnected"))
    page.fill("#comment", "Gõ khi mất mạng")
    expect(page.locator("#save-state")).to_contain_text("giữ trên máy này")
    page.context.unroute_all()
    page.goto(address)
    expect(page.locator("#comment")).to_have_value("Gõ khi mất mạng")
    expect(page.locator("#restored")).to_contain_text("đã được gửi và lưu")


def test_head_sends_one_criterion_with_a_new_paper_on_a_phone_without_javascript(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thutruong.gt", script=False)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/tham-dinh/giai-trinh/")
    page.locator("table tbody th a").filter(has_text="1.2").click()
    page.get_by_label("Không đồng ý").check()
    page.fill("#comment", "")
    choose_new_paper(page, "31/BC-DV1")
    page.get_by_role("button", name="Gửi giải trình tiêu chí 1.2").click()
    expect(page.locator(".errors").first).to_contain_text("phải ghi giải trình")
    expect(page.get_by_text("không phải tải lại")).to_contain_text("bo-sung.pdf")
    page.fill("#comment", "Đã có quyết định.")
    page.get_by_role("button", name="Gửi giải trình tiêu chí 1.2").click()
    expect(page.locator("h1")).to_contain_text("Biên nhận giải trình")
    expect(page.locator("main")).to_contain_text("31/BC-DV1")
