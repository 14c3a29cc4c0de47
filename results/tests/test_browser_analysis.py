"""The analysis of a block in Chromium: clean on a laptop and a phone, without and with a supposition, and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = """
from results.tests import factories as blocks
from units.models import Role
from units.tests.factories import person, UnitFactory
from units.models import Unit
codes = [f"S{n:02}" for n in range(1, 13)]
block = blocks.block(*codes)
blocks.give(block, {code: {"1": str(60 - n), "2": str(20 + n)} for n, code in enumerate(codes)})
observer = person(Role.OBSERVER)
observer.username = "quan-sat"
observer.set_password("Minhhoa-2024")
observer.save()
"""
ADDRESS = "/dieu-hanh/phan-tich/2031/so/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "analysis", SEED) as served:
        yield served


def test_the_analysis_is_clean_and_supposes_by_keyboard(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quan-sat")
    page.goto(ADDRESS)
    clean(page)
    page.locator("select[name=unit]").select_option("S12")
    page.locator("select[name=criterion]").select_option("1")
    page.locator("input[name=points]").fill("65")
    page.locator("input[name=points]").press("Enter")
    expect(page.get_by_role("region", name="Trước và sau giả định")).to_be_visible()
    clean(page)
