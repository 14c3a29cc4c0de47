"""A security key as second factor, in Chromium with a virtual authenticator: added, asked for, proved by, lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, seeded

pytestmark = pytest.mark.browser
SEED = f"""
from units.tests.factories import UserFactory
user = UserFactory.create(username="an.khoa", full_name="Nguyễn Thị An")
user.set_password("{PASSWORD}")
user.save()
"""
KEY = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Under a name: browsers bind no key to an address of numbers."""
    with seeded(tmp_path_factory, "keys", SEED) as found:
        found.address = found.address.replace("127.0.0.1", "localhost")
        yield found


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(locale="vi-VN", base_url=site.address)
    found = context.new_page()
    faults: list[str] = []
    found.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    found.on("request", lambda asked: None if asked.url.startswith(site.address) else faults.append(asked.url))
    yield found
    context.close()
    assert faults == [], "local scripts alone, and none that the policy refuses"


def plug_in(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]


def password(page: Page) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.fill("input[name=username]", "an.khoa")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")


def test_a_key_is_added_asked_for_and_lost(page: Page) -> None:
    session, key = plug_in(page)
    password(page)
    page.goto("/tai-khoan/hai-lop/")
    clean(page)
    page.get_by_role("link", name="Thêm khóa bảo mật").click()
    clean(page)
    page.get_by_label("Tên khóa").fill("Khóa ở cơ quan")
    page.get_by_role("button", name="Thêm khóa").click()
    expect(page.locator("main")).to_contain_text("dự phòng")
    code = page.locator("main").inner_text()
    page.goto("/tai-khoan/hai-lop/khoa/")
    expect(page.locator("main")).to_contain_text("Khóa ở cơ quan")
    clean(page)
    page.get_by_role("button", name="Đăng xuất").click()

    password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Xác thực hai lớp")
    clean(page)
    page.get_by_role("button", name="Đăng nhập bằng khóa bảo mật").click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    page.goto("/tai-khoan/hai-lop/khoa/xac-nhan/")
    clean(page)
    page.get_by_role("button", name="Xác nhận bằng khóa bảo mật").click()
    page.wait_for_url(lambda url: "khoa/xac-nhan" not in url)
    page.get_by_role("button", name="Đăng xuất").click()

    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    password(page)
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})  # another's key
    page.get_by_role("button", name="Đăng nhập bằng khóa bảo mật").click()
    expect(page.get_by_role("alert")).to_contain_text("chưa đọc được khóa")
    clean(page)
    expect(page.get_by_role("link", name="Tài khoản")).to_have_count(0)
    one = next(word for word in code.split() if word.isdigit() and len(word) == 8)
    page.get_by_label("Mã xác thực").fill(one)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
