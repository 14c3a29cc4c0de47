"""The manager's pages in Chromium: the whole work without JavaScript, and axe-core in each state."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = f"""
from appraisal.tests.factories import council
from units.models import Role
from units.tests.factories import person
case = council()
other = person(Role.COUNCIL_MEMBER, case.first, full_name="Trần Thị Nhận")
for user, name in ((case.manager, "quanly.pc"), (case.member, "thamdinh.pc")):
    user.username = name
    user.set_password({PASSWORD!r})
    user.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "assignments", SEED) as found:
        yield found


def test_split_hand_over_and_progress_without_javascript(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.pc", script=False)
    page.goto("/tham-dinh/")
    page.get_by_role("link", name="Phân công thẩm định").click()
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("Chưa phân công")
    page.get_by_role("link", name="Chia đều cho các thành viên").click()
    page.get_by_role("button", name="Xem phương án chia").click()
    page.get_by_role("button", name="Áp dụng phương án").click()
    expect(page.locator("main")).to_contain_text("Đã phân công cả 6 lượt tiêu chí của khối")
    page.get_by_role("link", name="Bàn giao phần chưa xong").click()
    page.select_option("#id_giver", index=1)
    page.select_option("#id_taker", index=2)
    page.get_by_role("button", name="Xem phần sẽ bàn giao").click()
    page.fill("#id_reason", "Đi công tác dài ngày.")
    page.locator("form[method=post] button", has_text="Bàn giao").click()
    expect(page.locator(".message")).to_contain_text("Đã bàn giao")
    page.get_by_role("link", name="Xem tiến độ").click()
    expect(page.locator("main")).to_contain_text("chưa đăng nhập lần nào")
    page.get_by_role("button", name="Gửi thư nhắc").first.click()
    expect(page.locator(".message")).to_contain_text("Đã gửi thư nhắc")


def test_every_page_in_each_state_is_accessible(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.pc")
    for path in ("", "so/", "so/chia/", "so/chia/?xem=1", "so/them/", "so/ban-giao/", "so/tien-do/"):
        page.goto(f"/tham-dinh/phan-cong/{path}")
        clean(page)
    page.goto("/tham-dinh/phan-cong/so/chia/")
    page.get_by_role("button", name="Xem phương án chia").click()
    clean(page)
    page.goto("/tham-dinh/phan-cong/so/them/")
    page.locator("main form button").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)
    page.goto("/tham-dinh/phan-cong/so/")
    page.locator("td a").first.click()
    clean(page)
    page.get_by_role("button", name="Thu hồi phân công").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)


def test_the_library_is_accessible_and_kept(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.pc")
    page.goto("/tham-dinh/ly-do/")
    clean(page)
    page.get_by_role("button", name="Thêm lý do vào thư viện").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)
    page.fill("#id_text", "Văn bản chưa ký số")
    page.get_by_role("button", name="Thêm lý do vào thư viện").click()
    page.get_by_role("link", name="Văn bản chưa ký số").click()
    clean(page)
    page.get_by_role("button", name="Ngừng sử dụng lý do này").click()
    expect(page.locator("main")).to_contain_text("ngừng sử dụng")
    clean(page)
