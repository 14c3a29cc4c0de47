"""The control room in Chromium, at the desk and on a phone: its main button is what comes next, and leads to the form
of the year that is looked at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import LAPTOP, PASSWORD, PHONE, Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = f"""
from criteria.tests.factories import RoundFactory
from results.tests.factories import block, give
from units.models import Role
from units.tests.factories import person
round_group = block("A", "B", year=2031)
give(round_group, {{code: {{"1": "60"}} for code in "AB"}})
RoundFactory.create(year=2032)
RoundFactory.create(year=2020)
manager = person(Role.INDEX_MANAGER, username="quanly.dh")
manager.set_password({PASSWORD!r})
manager.save()
"""
SURVEYED = """
from criteria.models import RoundGroup
from results.tests.factories import give
give(RoundGroup.objects.get(round__year=2031), {code: {"2": "30"} for code in "AB"})
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "control", SEED) as found:
        yield found


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_an_archive_is_told_apart(browser: Browser, site: Site, size: tuple[int, int]) -> None:
    page = signed_in(browser, site, "quanly.dh")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/tham-dinh/?nam=2031")
    page.get_by_role("link", name="Thông báo kết quả").first.click()
    expect(page.locator("main")).to_contain_text("đối chiếu với hồ sơ gốc trước khi thông báo")
    expect(page.get_by_role("button", name="Thông báo kết quả")).to_be_visible()
    clean(page)


def test_the_main_button_becomes_the_publication_of_the_year_in_view(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.dh")
    page.goto("/dieu-hanh/?nam=2031")
    main = page.locator(".rooms a.button").first
    expect(main).to_have_text("Xem tiến độ điều tra xã hội học")
    site.python(SURVEYED)
    for width, height in (LAPTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/dieu-hanh/?nam=2031")
        expect(main).to_have_text("Đề nghị công bố kết quả năm 2031")
        expect(main).to_be_in_viewport()
        clean(page)
        main.click()
        expect(page.locator("h1")).to_have_text("Đề nghị công bố kết quả năm 2031")
        expect(page.get_by_role("button", name="Đề nghị công bố kết quả năm 2031")).to_be_visible()
        clean(page)
