"""The grid in Chromium: a block of full size by arrow keys, its head and names in sight, axe-core in each state,
and recognising from it without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
YEAR = 2097
GRID = f"/tham-dinh/khoi/rat-lon-{YEAR}/luoi/{YEAR}/"
SEED = f"""
from appraisal.tests.large_block import large_block
block = large_block(20, 40, year={YEAR})
block.member.username = "thamdinh.pc"
block.member.set_password({PASSWORD!r})
block.member.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory.mktemp("grid"), SEED) as found:
        yield found


def test_arrows_walk_the_grid_and_enter_opens_the_cell(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    page.goto(GRID)
    rows = page.locator("table[data-grid] tbody tr")
    rows.nth(0).locator("td a").nth(0).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    expect(rows.nth(1).locator("td a").nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.nth(1).locator("td a").last).to_be_focused()
    # Scrolled to the far corner, head and name of the unit are still in sight.
    expect(page.locator("thead th").first).to_be_in_viewport()
    expect(rows.nth(1).locator("th")).to_be_in_viewport()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/don-vi/.*nam={YEAR}"))


def test_one_steps_from_a_head_into_the_cells(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    page.goto(GRID)
    rows = page.locator("table[data-grid] tbody tr")
    page.locator("table[data-grid] thead a").nth(2).focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0).locator("td a").nth(2)).to_be_focused()
    rows.nth(3).locator("th a").focus()
    page.keyboard.press("ArrowRight")
    expect(rows.nth(3).locator("td a").first).to_be_focused()


def test_the_grid_is_accessible_in_each_state(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    for query in ("", "?loc=cho", "?linh-vuc=2", "?loc=canh-bao&linh-vuc=1"):
        page.goto(f"{GRID}{query}")
        clean(page)


def test_a_column_is_recognised_without_javascript(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "thamdinh.pc", script=False)
    page.goto(f"{GRID}?loc=cho&linh-vuc=2")
    page.locator("tfoot button").first.click()
    expect(page.locator("h1")).to_contain_text("Công nhận")
    page.get_by_role("button", name="Công nhận").click()
    expect(page.locator(".message")).to_contain_text("Đã công nhận")
    expect(page).to_have_url(re.compile("/luoi/.*linh-vuc=2"))
