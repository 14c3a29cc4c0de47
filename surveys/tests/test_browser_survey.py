"""A whole survey in Chromium, every page clean at both sizes: plan, links, a ballot on a phone without scripts, paper
typed twice, a file, coverage and quality, points, signature, receipt, the council's approval, report."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in, visitor
from surveys.tests.test_browser_online import answer, links
from surveys.tests.test_browser_paper import give, settle, type_ballots

pytestmark = pytest.mark.browser
ITEM = "/dieu-hanh/hoi-dong/noi-dung/1/"
SEED = "from surveys.tests.whole_walk import seed; seed()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "survey", SEED) as found:
        yield found


def seen(page: Page, name: str) -> None:
    """The page is clean; its pictures where somebody wants to look at them (SURVEY_PICTURES=folder)."""
    clean(page)
    folder = os.environ.get("SURVEY_PICTURES")
    if folder:
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1366, "height": 768})


def plan(operator: Page) -> None:
    operator.goto("/dieu-tra/")
    seen(operator, "home")
    operator.get_by_role("link", name="Kế hoạch điều tra").first.click()
    expect(operator.locator("main")).to_contain_text("Người dân, doanh nghiệp")
    seen(operator, "plan")


def on_paper(browser: Browser, site: Site, operator: Page) -> None:
    give(operator)
    for name in ("an.nhap", "binh.nhap"):
        ballots = (("P1", "1", "2"), ("P2", "3", "" if name == "an.nhap" else "4"))
        type_ballots(signed_in(browser, site, name), ballots)
    settle(operator)
    seen(operator, "bundle")


def from_a_file(operator: Page) -> None:
    """As a tool exports it: hours, and six who were very quick."""
    lines = ["Mã phiếu,Mã đơn vị,startdate,submitdate,1.3,1.4"]
    lines += [f"F{n},STC,2024-10-15 09:00:0{n},2024-10-15 09:00:0{n + 1},1,2" for n in range(6)]
    operator.goto("/dieu-tra/tai-len/")
    target = operator.get_by_label("Tệp này là")
    ballots = target.locator("option", has_text="Người dân, doanh nghiệp").first
    target.select_option(value=ballots.get_attribute("value"))
    operator.locator("input[type=file]").first.set_input_files(
        {"name": "phieu.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    operator.get_by_role("button", name="Kiểm tra tệp").click()
    expect(operator.locator("main")).to_contain_text("6 phiếu gửi dồn dập")
    seen(operator, "checked")
    operator.get_by_role("button", name="Nhập 6 phiếu").click()
    expect(operator.locator("main")).to_contain_text("Kết quả nhập")


def handed_over(operator: Page, manager: Page) -> None:
    operator.goto("/dieu-tra/ban-giao/1/")
    seen(operator, "unsigned")
    operator.get_by_role("button", name="Ký bảng điểm ĐTXHH khối").click()
    expect(operator.locator("main")).to_contain_text("chờ Sở Nội vụ tiếp nhận")
    manager.goto("/dieu-tra/")
    manager.get_by_role("link", name="Bảng điểm ĐTXHH khối").click()
    manager.get_by_role("button", name="Tiếp nhận bảng điểm").click()
    expect(manager.locator("main")).to_contain_text("Đã tiếp nhận bảng điểm ĐTXHH")
    seen(manager, "received")


def approved(site: Site, manager: Page, chair: Page) -> None:
    """The council agrees, its chair last, on a page without scripts; the table says so."""
    manager.goto(ITEM)
    manager.get_by_role("button", name="Đưa ra biểu quyết").click()
    site.python("from results.tests.council_walk import agree_on_survey; agree_on_survey()")
    chair.goto(ITEM)
    mine = chair.locator("section").filter(has=chair.get_by_role("heading", name="Biểu quyết của bạn"))
    mine.get_by_label("tán thành", exact=True).check()
    mine.get_by_role("button", name="Ghi biểu quyết").click()
    expect(chair.locator(".message")).to_contain_text("Đã ghi biểu quyết.")
    manager.goto(ITEM)
    seen(manager, "voted")
    manager.get_by_role("button", name="Ghi kết luận theo biểu quyết").click()
    manager.goto("/dieu-tra/ban-giao/1/")
    expect(manager.locator("main")).to_contain_text("Hội đồng thẩm định thông qua bảng điểm này")
    seen(manager, "approved")


def test_from_plan_to_report(browser: Browser, site: Site) -> None:
    operator, manager = signed_in(browser, site, "chi.doi"), signed_in(browser, site, "quanly.snv")
    plan(operator)
    addresses = links(operator)
    phone = visitor(browser, site, script=False)
    for address in addresses[:2]:
        answer(phone, address)
    seen(operator, "box")
    on_paper(browser, site, operator)
    from_a_file(operator)
    operator.goto("/dieu-tra/tien-do/1/")
    expect(operator.locator("main")).to_contain_text("Còn thiếu")
    seen(operator, "coverage")
    operator.goto("/dieu-tra/chat-luong/1/")
    expect(operator.locator("main")).to_contain_text("trả lời quá nhanh")
    seen(operator, "quality")
    site.python("from surveys.tests.online_walk import close; close()")
    operator.goto("/dieu-tra/truc-tuyen/1/")
    operator.get_by_text("Thu hồi, mở hòm").click()
    operator.get_by_role("button", name="Mở hòm 2 phiếu").click()
    expect(operator.locator("main")).to_contain_text("không có thứ tự gửi")
    seen(operator, "opened")
    operator.goto("/dieu-tra/diem/1/")
    seen(operator, "points")
    operator.get_by_role("link", name="Sở Tài chính").click()
    operator.get_by_text("Công thức").first.click()
    expect(operator.locator("main")).to_contain_text("Khoảng tin cậy 95%")
    seen(operator, "cell")
    handed_over(operator, manager)
    site.python("from results.tests.council_walk import seed_survey_session; seed_survey_session()")
    approved(site, manager, signed_in(browser, site, "chutich.pc", script=False))
    operator.goto("/dieu-tra/diem/1/")
    operator.get_by_role("button", name="Tạo báo cáo PDF").click()
    expect(operator.get_by_role("link", name="Tải")).to_be_visible(timeout=90_000)
    seen(operator, "report")
