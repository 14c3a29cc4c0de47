"""A photo of twelve megapixels in Chromium: whole and upright in its frame, as large as it was taken on demand."""

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, signed_in
from cchc_index.lib.tests.present import present

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
    frame = present(page.locator("iframe.document").bounding_box())
    inside = page.frame_locator("iframe.document")
    photo = inside.locator("img")
    expect(photo).to_be_visible()
    photo.evaluate("image => image.decode()")
    box = present(photo.bounding_box())
    assert box["height"] > box["width"], "upright"
    assert box["x"] >= frame["x"]
    assert box["y"] >= frame["y"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
    assert box["height"] > 0.9 * frame["height"] or box["width"] > 0.9 * frame["width"], "no smaller than it need be"
    clean(page)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    inside.get_by_label("Phóng to").check()
    assert (present(photo.bounding_box())["width"], present(photo.bounding_box())["height"]) == (3000, 4000)
    inside.get_by_label("Phóng to").uncheck()
    assert present(photo.bounding_box())["height"] <= frame["height"] + 1
