"""A meeting in Chromium: members vote on their own pages without scripts, the projector moves by itself, minutes are
ready, and every page is clean on a laptop and a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = "from results.tests.council_walk import seed; seed()"
YEAR = 2031
MEETING = "/dieu-hanh/hoi-dong/phien-hop/1/"
ITEM = "/dieu-hanh/hoi-dong/noi-dung/1/"
PROJECTOR = "/dieu-hanh/phien-hop/1/man-chieu/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "council", SEED) as found:
        yield found


def vote(page: Page, choice: str) -> None:
    page.goto(ITEM)
    mine = page.locator("section").filter(has=page.get_by_role("heading", name="Biểu quyết của bạn"))
    mine.get_by_label(choice, exact=True).check()
    mine.get_by_role("button", name="Ghi biểu quyết").click()
    expect(page.locator(".message")).to_contain_text("Đã ghi biểu quyết.")


def test_the_projector_moves_when_the_council_has_decided_and_the_minutes_are_ready(
    browser: Browser, site: Site
) -> None:
    manager = signed_in(browser, site, "quanly.pc")
    manager.goto(ITEM)
    manager.get_by_role("button", name="Đưa ra biểu quyết").click()
    wall = signed_in(browser, site, "quanly.pc")
    wall.goto(PROJECTOR)
    expect(wall.locator(".board-ranking li").nth(2)).to_contain_text("Sở Tài chính")
    expect(wall.locator(".board-count")).to_contain_text("0 thành viên đã cho ý kiến")
    for account in ("chutich.pc", "thanhvien.pc", "thanhvien2.pc"):
        vote(signed_in(browser, site, account, script=False), "tán thành")
    expect(wall.locator(".board-count")).to_contain_text("3 thành viên đã cho ý kiến")
    clean(wall)
    manager.goto(ITEM)
    clean(manager)
    manager.get_by_role("button", name="Ghi kết luận theo biểu quyết").click()
    expect(manager.locator("main")).to_contain_text("được thông qua")
    expect(wall.locator(".board-ranking li.down")).to_contain_text("Sở Tài chính", timeout=2_000)
    clean(wall)
    minutes_are_ready(signed_in(browser, site, "thuky.pc", script=False))


def minutes_are_ready(page: Page) -> None:
    """The secretary ends the meeting and takes its minutes."""
    page.goto(MEETING)
    page.get_by_role("button", name="Kết thúc phiên họp").click()
    page.get_by_role("link", name="Biên bản").click()
    expect(page.locator("main")).to_contain_text("3 tán thành")
    for link, suffix in (("Tải PDF", ".pdf"), ("Tải tệp Word", ".docx")):
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        assert download.value.suggested_filename == f"bien-ban-{YEAR}-1{suffix}"


def test_the_pages_of_a_meeting_are_clean(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "quanly.pc")
    for address in (
        f"/dieu-hanh/hoi-dong/{YEAR}/",
        f"/dieu-hanh/hoi-dong/{YEAR}/quyet-dinh/",
        f"/dieu-hanh/hoi-dong/{YEAR}/thanh-vien/",
        f"/dieu-hanh/hoi-dong/{YEAR}/phien-hop/",
        MEETING,
        f"{MEETING}chuong-trinh/",
        "/dieu-hanh/phien-hop/1/bien-ban/",
    ):
        page.goto(address)
        clean(page)


def test_a_sample_is_judged_again_and_its_pages_are_clean(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with seeded(
        tmp_path_factory, "sample", "from results.tests.council_walk import seed_sample; seed_sample()"
    ) as drawn:
        manager = signed_in(browser, drawn, "quanly.pc")
        manager.goto(f"/dieu-hanh/hoi-dong/{YEAR}/mau/so/")
        clean(manager)
        member = signed_in(browser, drawn, "thanhvien.pc")
        member.goto("/dieu-hanh/hoi-dong/mau/1/")
        clean(member)
        member.locator("details summary").first.click()
        clean(member)
        opened = member.locator("details[open]")
        opened.get_by_label("khác kết quả").check()
        opened.get_by_label("Điểm đề nghị").fill("0,5")
        opened.get_by_role("button", name="Ghi kết quả").click()
        expect(member.locator(".errors")).to_contain_text("Nhập căn cứ")
        expect(opened.get_by_label("Điểm đề nghị")).to_have_value("0,5")
        opened.get_by_label("Căn cứ").fill("Thiếu báo cáo quý.")
        opened.get_by_role("button", name="Ghi kết quả").click()
        expect(member.locator("main")).to_contain_text("khác: 0,50 điểm")
        clean(member)
