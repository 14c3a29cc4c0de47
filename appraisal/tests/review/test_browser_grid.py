"""The grid in Chromium: a block of full size by arrow keys, its head and names in sight, axe-core in each state,
and recognising from it without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import COVERED, LAPTOP, PASSWORD, PHONE, Site, clean, covered_stops, seeded, signed_in
from cchc_index.lib.tests.present import present

pytestmark = pytest.mark.browser
YEAR = 2097
BLOCK = f"/tham-dinh/khoi/rat-lon-{YEAR}"
GRID = f"{BLOCK}/luoi/{YEAR}/"
SEED = f"""
from appraisal.tests.large_block import large_block
block = large_block(20, 40, year={YEAR})
block.member.username = "thamdinh.pc"
block.member.set_password({PASSWORD!r})
block.member.save()
block.manager.username = "quanly.pc"
block.manager.set_password({PASSWORD!r})
block.manager.save()
from appraisal.tests.factories import assign
from units.models import Role
from units.tests.factories import person
narrow = person(Role.COUNCIL_MEMBER, username="hep.pc")
narrow.set_password({PASSWORD!r})
narrow.save()
assign(narrow, block.round_group, branch=block.leaves[-1].parent)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "grid", SEED) as found:
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


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_a_members_own_columns_stand_beside_the_names(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = signed_in(browser, site, "hep.pc")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(GRID)
    columns = page.locator("table[data-grid] thead tr").nth(1).locator("th")
    expect(columns.first).to_have_text("8.1.2")
    expect(columns).to_have_count(5)
    expect(columns.first if size == PHONE else columns.last).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("navigation", name="Lĩnh vực")).not_to_contain_text("Lĩnh vực 7")


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_warnings_are_told_apart_by_kind(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{BLOCK}/don-vi/L9700/?nam={YEAR}")
    link = page.get_by_role("link", name=re.compile(r"^Cảnh báo: ngày ban hành \(\d+\)$"))
    number = int(link.inner_text().split("(")[1][:-1])
    link.click()
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator("main tbody a[data-row]")).to_have_count(number)
    assert 0 < number < 40


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_the_first_line_is_on_the_first_screen(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    lists = (
        GRID,
        f"{BLOCK}/tieu-chi/8.1.2/?nam={YEAR}",
        f"{BLOCK}/don-vi/L9700/?nam={YEAR}",
        f"/tham-dinh/?nam={YEAR}",
    )
    for username, addresses in (("thamdinh.pc", lists), ("quanly.pc", (*lists, f"/dieu-hanh/?nam={YEAR}"))):
        page = signed_in(browser, site, username)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for address in addresses:
            page.goto(address)
            box = present(page.locator("main tbody tr:not(.area)").first.bounding_box())
            assert box["y"] + box["height"] <= size[1], (username, address)


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_what_has_the_focus_in_the_grid_is_never_covered(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = signed_in(browser, site, "thamdinh.pc")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(GRID)
    stops, covered = covered_stops(page)
    assert stops > 100, "every unit, every criterion and what waits of each"
    assert covered == []
    table, hidden = page.locator("table[data-grid]"), []
    table.locator("tbody td a").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
        for _ in range(12):
            page.keyboard.press(key)
            hidden += [key] if page.evaluate(COVERED)["hidden"] else []
    assert hidden == []


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_what_has_the_focus_in_the_control_room_is_never_covered(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    page = signed_in(browser, site, "quanly.pc")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/dieu-hanh/?nam={YEAR}")
    stops, covered = covered_stops(page, 90)
    assert stops > 60
    assert covered == []
