"""Taking decisions back in Chromium: without scripts, one by one and as a batch, with axe-core in each state."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from appraisal.tests.review.review_pages import cell, decisions, step
from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
LIST = "/tham-dinh/khoi/so/don-vi/DV1/?loc=cho"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "undo", step("seed")) as found:
        yield found


def test_a_batch_is_taken_back_without_scripts_after_its_preview(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc", script=False)
    page.goto(LIST)
    for box in page.locator("input[name=cells]").all()[:5]:
        box.check()
    page.get_by_role("button", name="Xem trước việc công nhận").click()
    page.get_by_label("4 tiêu chí không có tài liệu").check()
    page.get_by_role("button", name="Công nhận 1 tiêu chí và các loại đã đánh dấu").click()
    expect(page.locator(".message")).to_contain_text("Đã công nhận 5 tiêu chí.")
    assert decisions(site, "DV1", "recognise") == 5
    page.get_by_role("link", name="Xem hoặc hoàn tác lần công nhận này").click()
    expect(page.locator("h1")).to_have_text("Hoàn tác việc công nhận 5 tiêu chí của 1 đơn vị")
    page.get_by_role("button", name="Hoàn tác 5 tiêu chí").click()
    expect(page.locator(".message")).to_contain_text("Đã hoàn tác việc công nhận 5 tiêu chí.")
    assert (decisions(site, "DV1", "recognise"), decisions(site, "DV1", "undo")) == (0, 5)


def test_one_decision_is_taken_back_from_the_page_after_it_without_scripts(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc", script=False)
    page.goto(cell("1.30"))
    page.get_by_role("button", name="Công nhận", exact=False).first.click()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator(".message")).to_contain_text("Đã hoàn tác. 1.30")
    expect(page.locator("main")).to_contain_text("đã hoàn tác")


def test_the_pages_are_clean_for_those_who_cannot_see_them(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    page.goto(LIST)
    for box in page.locator("input[name=cells]").all()[:3]:
        box.check()
    page.get_by_role("button", name="Xem trước việc công nhận").click()
    clean(page)
    page.get_by_label("2 tiêu chí không có tài liệu").check()
    page.get_by_role("button", name="Công nhận 1 tiêu chí và các loại đã đánh dấu").click()
    clean(page)
    page.get_by_role("link", name="Xem hoặc hoàn tác lần công nhận này").click()
    clean(page)
    page.goto("/tham-dinh/khoi/so/hang-loat/")
    clean(page)
    page.goto(cell("1.31"))
    page.get_by_role("button", name="Công nhận", exact=False).first.click()
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_visible()
    clean(page)
    page.goto(cell("1.31"))
    expect(page.get_by_role("button", name="Hoàn tác quyết định này")).to_be_visible()
    clean(page)
