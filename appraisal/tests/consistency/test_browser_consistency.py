"""The consistency report in Chromium: the whole way without JavaScript, and axe-core in each state."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
PAGE = "/tham-dinh/khoi/so/nhat-quan/"
RELEASE = "/tham-dinh/khoi/so/cong-bo/%s/"
SEED = f"""
from appraisal.tests.factories import council
from units.models import Role
from units.tests.factories import person
case = council()
watcher = person(Role.OBSERVER)
for user, name in ((case.manager, "quanly.nq"), (case.member, "thamdinh.nq"), (watcher, "quansat.nq")):
    user.username = name
    user.set_password({PASSWORD!r})
    user.save()
"""
DECIDE = """
from decimal import Decimal
from appraisal.review.decisions import actions
from appraisal.models import Appraisal, Reason
from criteria.models import Criterion, RoundGroup
from units.models import Unit, User
block, member = RoundGroup.objects.get(), User.objects.get(username="thamdinh.nq")
for code, points in (("DV1", "{first}"), ("DV2", "0.5")):
    unit, leaf = Unit.objects.get(code=code), Criterion.objects.get(code="1.1")
    standing = Appraisal.objects.filter(unit=unit, criterion=leaf).first()
    if standing is None or standing.points != Decimal(points):
        actions.adjust(
            actor=member, round_group_id=block.pk, unit_id=unit.pk, criterion_id=leaf.pk, points=Decimal(points),
            reason_id=Reason.objects.get(code="thieu-tai-lieu").pk, comment="Thiếu báo cáo quý IV.",
            seen_version=standing.version if standing else 0,
        )
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "consistency", SEED) as found:
        yield found


def decide(site: Site, first: str) -> None:
    site.python(DECIDE.format(first=first))


def test_from_nothing_decided_to_the_release_without_javascript(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.nq", script=False)
    checked = signed_in(browser, site, "quanly.nq")
    accessible(checked, "Chưa có kết quả thẩm định nào")
    accessible(checked, "Chưa đến lúc thông báo", RELEASE % "round2")
    decide(site, "1")
    page.goto("/tham-dinh/")
    page.get_by_role("link", name="Thông báo kết quả Thẩm định lần 1").click()
    page.get_by_role("link", name="Xem báo cáo rà soát tính thống nhất").click()
    expect(page.locator("#cung-ly-do + *")).to_contain_text("Mức trừ")
    accessible(checked, "chưa xác nhận")
    accessible(checked, "Chưa thông báo được vì báo cáo rà soát", RELEASE % "round1")
    page.get_by_role("button", name="Xác nhận đã rà soát").click()
    expect(page.locator(".errors")).to_contain_text("Còn 1 trường hợp")
    checked.goto(PAGE)
    checked.get_by_role("button", name="Xác nhận đã rà soát").click()
    expect(checked.locator(".errors")).to_be_visible()
    clean(checked)
    decide(site, "0.75")
    page.fill("textarea", "Đơn vị thứ hai thiếu cả hai báo cáo.")
    page.get_by_role("button", name="Xác nhận đã rà soát").click()
    expect(page.locator(".errors")).to_contain_text("thay đổi sau khi bạn mở trang")
    expect(page.locator("textarea")).to_have_value("Đơn vị thứ hai thiếu cả hai báo cáo.")
    page.get_by_role("button", name="Xác nhận đã rà soát").click()
    expect(page.locator(".message").first).to_contain_text("Đã xác nhận rà soát tính thống nhất")
    accessible(checked, "Từ đó đến nay không có kết quả nào thay đổi")
    accessible(signed_in(browser, site, "quansat.nq"), "đã xác nhận")
    accessible(checked, "đã xác nhận rà soát tính thống nhất", RELEASE % "round1")
    page.get_by_role("button", name="Thông báo kết quả Thẩm định lần 1 cho các đơn vị").click()
    expect(page.locator(".message").first).to_contain_text("Đã thông báo")

    released(checked)


def released(page: Page) -> None:
    """Told to the units; taking that back asks for its reason, and is over once the next stage has begun."""
    accessible(page, "đã thông báo", RELEASE % "round1")
    page.get_by_role("button", name="Thu hồi thông báo").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)


def accessible(page: Page, words: str, address: str = PAGE) -> None:
    page.goto(address)
    expect(page.locator("main")).to_contain_text(words)
    clean(page)
