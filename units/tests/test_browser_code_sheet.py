"""From a list without addresses to the first page behind the second factor, by a code on paper, in Chromium."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, visitor, with_tables
from units.tests.people_lists import book

pytestmark = pytest.mark.browser
NEW = "cay-bang-la-do-9"
SEED = f"""
from units.models import Role
from units.tests.factories import UnitFactory, UnitGroupFactory, person
UnitFactory.create(group=UnitGroupFactory.create(code="so", name="Sở"), code="SNV", name="Sở Nội vụ")
for name in ("quan.ly1", "quan.ly2"):
    user = person(Role.INDEX_MANAGER, username=name, full_name=f"Người quản lý {{name[-1]}}")
    user.set_password("{PASSWORD}")
    user.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Where heads need a second factor and managers have none yet: they switch it on first."""
    made = with_tables(tmp_path_factory, "code-sheet")
    made.environment["SECOND_FACTOR_FROM"] = "2020-01-01"
    made.python(SEED)
    with made.served():
        yield made


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button")


def switch_on(page: Page) -> None:
    """The second factor that the page asks for, with the secret that it shows."""
    page.get_by_role("link", name="Bật xác thực hai lớp").first.click()
    secret = page.locator("main code, main input[readonly]").first
    shown = secret.input_value() if secret.evaluate("e => e.tagName") == "INPUT" else secret.inner_text()
    code = format_hotp_value(hotp_value(shown.replace(" ", ""), int(time.time()) // 30))
    page.fill("input[name=code]", str(code))
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("dự phòng")


def test_a_sheet_of_codes_leads_people_without_mail_in(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "nguoi.xlsx"
    rows = [("Nguyễn Văn An", "", "Công chức phụ trách", "SNV"), ("Lê Thị Đào", "", "Thủ trưởng đơn vị", "SNV")]
    file.write_bytes(book(*rows))
    managers = [visitor(browser, site) for _ in range(2)]
    for number, manager in enumerate(managers, start=1):
        sign_in(manager, f"quan.ly{number}", PASSWORD)
        switch_on(manager)
    first, second = managers
    first.goto("/dieu-hanh/nguoi-dung/nhap/")
    first.set_input_files("input[type=file]", file)
    first.get_by_role("button", name="Kiểm tra tệp").click()
    expect(first.locator("main")).to_contain_text("2 không có thư: in phiếu mã")
    clean(first)
    first.get_by_role("button", name="Nhập danh sách này").click()
    expect(first.locator("main")).to_contain_text("2 người mới không có thư điện tử")
    clean(first)
    first.get_by_role("button", name="In phiếu mã cho cả 2 người").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Phiếu mã đặt mật khẩu")
    clean(first)
    codes = first.locator("main code").all_inner_texts()
    assert len(codes) == 2
    second.goto("/dieu-hanh/nguoi-dung/de-nghi/")
    second.get_by_role("button", name="Xác nhận các dòng đã chọn").click()
    expect(second.locator("body")).to_contain_text("Đã xác nhận 1 vai trò. Lê Thị Đào không có thư điện tử")
    for name, code in (("le-thi-dao", codes[0]), ("nguyen-van-an", codes[1])):
        owner = visitor(browser, site)
        first_sign_in(owner, name, code)
        if name == "le-thi-dao":  # a head: nothing opens before the second factor
            expect(owner.get_by_role("link", name="Bật xác thực hai lớp").first).to_be_visible()
            switch_on(owner)
        owner.goto("/tai-khoan/")
        expect(owner.get_by_role("heading", level=1)).to_have_text(f"Tài khoản {name}")
        clean(owner)
        letters = owner.get_by_text("Được giao vai trò")
        assert bool(letters.count()) is (name == "le-thi-dao"), "what could not be sent is read here"


def first_sign_in(page: Page, name: str, code: str) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_role("link", name="Đặt mật khẩu bằng mã trên phiếu").click()
    page.fill("input[name=name]", name)
    page.fill("input[name=code]", code.upper())
    clean(page)
    page.click("main form button")
    page.fill("input[name=new_password1]", NEW)
    page.fill("input[name=new_password2]", NEW)
    page.click("main form button")
    expect(page.locator("body")).to_contain_text("Đã đặt mật khẩu")
    sign_in(page, name, NEW)
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
