"""A photo of twelve megapixels in Chromium: whole and upright in its frame, as large as it was taken on demand."""

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, signed_in
from cchc_index.lib.tests.present import present
from selfassess.tests.documents.photographed import whole_upright_and_as_taken_on_demand

pytestmark = pytest.mark.browser


def document_page(browser: Browser, site: Site, size: tuple[int, int]) -> Page:
    page = signed_in(browser, site, "canbo.anh")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator("table.tasks").get_by_role("link", name="Tiêu chí 1.1").first.click()
    page.goto(present(page.get_by_role("link", name="12/BC-ANH").get_attribute("href")))  # else in a new tab
    expect(page.locator("iframe.document")).to_be_visible()
    return page


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_photo_is_whole_and_upright_and_grows_on_demand(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = document_page(browser, site, size)
    clean(page)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    whole_upright_and_as_taken_on_demand(page)
