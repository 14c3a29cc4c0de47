"""A frozen set put right in Chromium, at the desk and on a phone: one manager proposes, another sees whose points are
above the new maximum and confirms, the council finds what it decided before."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import LAPTOP, PASSWORD, PHONE, Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = f"""
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import council
from criteria.actions import freeze
from units.models import Role
from units.tests.factories import person
case = council()
freeze(case.round_group.pk)
decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
people = [person(Role.INDEX_MANAGER, username=name) for name in ("quanly.mot", "quanly.hai")]
case.member.username = "thanhvien"
for one in (*people, case.member):
    one.set_password({PASSWORD!r})
    one.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "corrected", SEED) as found:
        yield found


def at(browser: Browser, site: Site, who: str, size: tuple[int, int]) -> Page:
    page = signed_in(browser, site, who)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return page


def test_maxima_are_put_right_by_two_people(browser: Browser, site: Site) -> None:
    first = at(browser, site, "quanly.mot", LAPTOP)
    first.goto("/dieu-hanh/phu-luc/2031/so/")
    first.get_by_role("link", name="Sửa tiêu chí 1.1", exact=True).click()
    first.get_by_label("Lý do đính chính").fill("Phụ lục in hai dòng đổi chỗ.")
    typed = first.get_by_label("Điểm tối đa đính chính")
    typed.fill("1.1: 1")
    first.get_by_role("button", name="Gửi đề nghị đính chính").click()
    expect(first.locator(".errors")).to_contain_text("tổng các tiêu chí thành phần là 3")
    expect(typed).to_have_value("1.1: 1")
    clean(first)
    typed.fill("1.1: 1\n1.2: 2")
    first.get_by_role("button", name="Gửi đề nghị đính chính").click()
    expect(first.locator("main")).to_contain_text("Chờ người quản lý Chỉ số khác")
    address = first.url

    second = at(browser, site, "quanly.hai", PHONE)
    second.goto(address)
    clean(second)
    confirm = second.get_by_role("button", name="Xác nhận đính chính")
    confirm.click()
    expect(second).to_have_url(address)
    expect(second.locator("main")).to_contain_text("chờ xác nhận")
    second.get_by_label("Tôi đã xem 3 điểm").check()
    confirm.click()
    expect(second.locator("main")).to_contain_text("Đã xác nhận đính chính")
    clean(second)

    member = at(browser, site, "thanhvien", LAPTOP)
    member.goto("/tham-dinh/khoi/so/tieu-chi/1.1/?nam=2031")
    member.get_by_role("link", name="Quy tắc, điểm tối đa đã sửa sau khi thẩm định").click()
    expect(member.locator("main tbody")).to_contain_text("Đơn vị thử DV1")
    expect(member.locator("main tbody")).not_to_contain_text("Đơn vị thử DV2")
    clean(member)
