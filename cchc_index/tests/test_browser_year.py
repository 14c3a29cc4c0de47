"""The year that README promises, walked by its roles in Chromium against the real embedded product."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import PHONE, Site, signed_in, visitor, with_tables

pytestmark = pytest.mark.browser
YEAR = 2020
HEAD = 120
"""Pixels of a phone's screen that the head of a page may take, the mark of illustrative data included."""
TOP = "document.querySelector('main').getBoundingClientRect().top + window.scrollY"
TABS = "links => links.map(link => link.getAttribute('href'))"
ROLES = ("canbo.snv", "thutruong.snv", "thamdinh.stp", "quanly1", "dieutra", "quansat", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = with_tables(tmp_path_factory, "year")
    for command in ("load_official", "load_demo"):
        found.must(command)
    with found.served():
        yield found


def on_a_phone(browser: Browser, site: Site, username: str) -> Page:
    page = signed_in(browser, site, username) if username else visitor(browser, site)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    return page


@pytest.mark.parametrize("username", ROLES)
def test_head_of_every_part_leaves_room_and_nothing_is_wider_than_the_phone(
    browser: Browser, site: Site, username: str
) -> None:
    page = on_a_phone(browser, site, username)
    places = page.eval_on_selector_all("nav.tabs a", TABS)
    assert "/xep-hang/" in places
    for address in places:
        page.goto(address)
        assert page.evaluate(TOP) <= HEAD, address
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], address


def test_first_field_of_a_criterion_is_on_the_first_screen(browser: Browser, site: Site) -> None:
    page = on_a_phone(browser, site, "canbo.snv")
    page.goto("/tu-danh-gia/")
    page.get_by_role("link", name="Chấm tiêu chí tiếp theo").click()
    assert page.evaluate(TOP) <= HEAD
    first = page.locator("#score-form").locator("input:not([type=hidden]), textarea, select").first
    box = first.bounding_box()
    bar = page.locator("[data-score] > .actions").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]


@pytest.mark.parametrize("year", [2020, 2024])
def test_the_button_to_publish_a_year_opens_the_form_of_that_year(browser: Browser, site: Site, year: int) -> None:
    page = signed_in(browser, site, "quanly1")
    page.goto(f"/dieu-hanh/?nam={year}")
    page.get_by_role("link", name=f"Đề nghị công bố kết quả năm {year}").click()
    expect(page).to_have_url(re.compile(rf"/dieu-hanh/cong-bo/\?nam={year}$"))
    expect(page.locator("h1")).to_have_text(f"Đề nghị công bố kết quả năm {year}")
    expect(page.get_by_role("button", name=f"Đề nghị công bố kết quả năm {year}")).to_be_visible()


def test_a_year_from_the_first_score_to_the_published_file(browser: Browser, site: Site, tmp_path: Path) -> None:
    officer_scores_what_is_left(signed_in(browser, site, "canbo.snv"), tmp_path)
    head_submits(signed_in(browser, site, "thutruong.snv"))
    member = signed_in(browser, site, "thamdinh.stp")
    member_adjusts_one_and_recognises_the_rest(member, "so", "SNV")
    for unit in ("SDL", "SKHCN"):
        member_recognises_everything(member, "so", unit)
    member_recognises_everything(member, "huyen", "005")
    manager = signed_in(browser, site, "quanly1")
    manager_releases(manager, "so")
    manager_releases(manager, "huyen")
    unit_explains(signed_in(browser, site, "thutruong.snv"))
    member_settles(member)
    operator_uploads(signed_in(browser, site, "dieutra"), site)
    manager_proposes(manager)
    second_manager_approves(signed_in(browser, site, "quanly2"))
    public_reads_and_verifies(visitor(browser, site), site, tmp_path)


def officer_scores_what_is_left(page: Page, folder: Path) -> None:
    expect(page.locator("h1")).to_contain_text("Sở Nội vụ")
    paper = folder / "bao-cao.pdf"
    paper.write_bytes(_pdf())
    for number in range(4):
        page.get_by_role("link", name="Chấm tiêu chí tiếp theo").click()
        fill_the_score(page)
        page.fill("#explanation", "Số liệu theo sổ theo dõi của đơn vị.")
        if number == 0:
            upload(page, paper)
        page.get_by_role("button", name="Lưu điểm").click()
        expect(page.locator(".saved").first).to_contain_text("Đã lưu")
        page.locator(".crumbs a").nth(1).click()
    page.get_by_role("link", name="Trình thủ trưởng").click()
    page.get_by_role("button", name="Trình thủ trưởng").click()
    expect(page.locator("main")).to_contain_text("chờ thủ trưởng duyệt")


def fill_the_score(page: Page) -> None:
    """Whatever the rule asks for: typed points, a choice, or figures whose points appear as one types."""
    if page.locator("#points").count():
        page.fill("#points", "0,5")
        return
    if page.locator("#figures input[type=radio]").count():
        page.locator("#figures input[type=radio]").nth(1).check()
    figures = page.locator("#figures input.points")
    for index in range(figures.count()):
        figures.nth(index).fill("10")
    expect(page.locator("#computed")).to_contain_text(re.compile(r"\d,\d\d / "))


def upload(page: Page, paper: Path) -> None:
    page.set_input_files("#upload", paper)
    page.fill("#number", "15/BC-SNV")
    page.fill("#issued_on", "15/06/2020")
    page.fill("#issuer", "Sở Nội vụ")
    page.fill("#abstract", "Báo cáo minh họa")
    page.fill("#page", "1")
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.locator("main")).to_contain_text("15/BC-SNV")


def head_submits(page: Page) -> None:
    page.get_by_role("link", name="Nộp bản tự đánh giá").click()
    page.get_by_role("button", name="Nộp bản tự đánh giá của Sở Nội vụ").click()
    expect(page.locator("h1")).to_contain_text("Biên nhận")
    expect(page.locator("main")).to_contain_text("SNV")


def member_adjusts_one_and_recognises_the_rest(page: Page, block: str, unit: str) -> None:
    page.goto(f"/tham-dinh/khoi/{block}/don-vi/{unit}/?nam={YEAR}")
    page.locator("tbody a").first.click()
    page.fill("#id_points", "0,25")
    page.select_option("#id_reason", index=1)
    page.fill("#id_comment", "Kế hoạch ban hành chậm so với quy định.")
    page.get_by_role("button", name="Ghi điều chỉnh").click()
    expect(page.locator(".message").first).to_contain_text("0,25")
    member_recognises_everything(page, block, unit)


def member_recognises_everything(page: Page, block: str, unit: str) -> None:
    page.goto(f"/tham-dinh/khoi/{block}/don-vi/{unit}/?nam={YEAR}")
    page.get_by_label("Chọn tất cả dòng công nhận được").check()
    page.get_by_role("button", name="Xem trước việc công nhận").click()
    expect(page.locator("h1")).to_contain_text("Công nhận")  # `all` waits for nothing
    for kind in page.locator("fieldset.doubts input").all():
        kind.check()
    page.get_by_role("button", name="Công nhận").click()
    expect(page.locator(".message").first).to_contain_text("công nhận")


def manager_releases(page: Page, block: str) -> None:
    page.goto(f"/tham-dinh/khoi/{block}/cong-bo/round1/?nam={YEAR}")
    page.get_by_role("link", name="Xem báo cáo rà soát tính thống nhất").click()
    expect(page.locator("h1")).to_contain_text("Báo cáo rà soát tính thống nhất")  # `all` waits for nothing
    for words in page.locator("textarea").all():
        words.fill("Đơn vị kia thiếu cả hai báo cáo.")
    page.get_by_role("button", name="Xác nhận đã rà soát").click()
    expect(page.locator(".message").first).to_contain_text("Đã xác nhận rà soát")
    page.get_by_role("button", name="Thông báo kết quả Thẩm định lần 1 cho các đơn vị").click()
    expect(page.locator(".message").first).to_contain_text("Đã thông báo kết quả Thẩm định lần 1")


def unit_explains(page: Page) -> None:
    page.goto(f"/tham-dinh/giai-trinh/?nam={YEAR}")
    page.locator("tbody a").first.click()
    page.get_by_label("Không đồng ý").check()
    page.fill("#comment", "Kế hoạch ban hành đúng hạn, xem trang 1 của tài liệu.")
    page.get_by_role("button", name="Gửi giải trình").click()
    expect(page.locator("h1")).to_contain_text("Biên nhận giải trình")


def member_settles(page: Page) -> None:
    page.goto(f"/tham-dinh/khoi/so/don-vi/SNV/?nam={YEAR}")
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("xem trang 1 của tài liệu")
    page.get_by_role("button", name="Công nhận").click()
    expect(page.locator(".message").first).to_be_visible()


def operator_uploads(page: Page, site: Site) -> None:
    samples = sorted((site.folder / "tep-mau").iterdir())
    assert len(samples) == 2
    for sample in samples:
        page.goto(f"/dieu-tra/tai-len/?nam={YEAR}")
        block = page.locator("optgroup[label^='Sở']")
        option = (
            block.locator("option", has_text="Số liệu SIPAS, PAPI")
            if "sipas" in sample.name
            else block.locator("option", has_text="Phiếu").last
        )
        page.select_option("#id_target", value=option.first.get_attribute("value"))
        page.set_input_files("#id_file", sample)
        page.get_by_role("button", name="Kiểm tra tệp").click()
        page.locator("main").get_by_role("button", name="Nhập ").click()
        expect(page.locator("h1")).to_contain_text("Kết quả nhập")


def manager_proposes(page: Page) -> None:
    page.goto(f"/dieu-hanh/xem-truoc/?nam={YEAR}")
    expect(page.locator("main")).to_contain_text("chưa công bố")
    page.goto(f"/dieu-hanh/cong-bo/?nam={YEAR}")
    page.fill("#id_number", "02/QĐ-MINHHOA")
    page.fill("#id_dated", "2021-03-31")
    expect(page.locator("main")).to_contain_text("giai đoạn Tự đánh giá chưa đóng")
    page.fill("#id_reason", "Kỳ minh họa: mọi giai đoạn mở cùng lúc.")
    page.get_by_role("button", name="Đề nghị công bố").click()
    expect(page.locator("main")).to_contain_text("02/QĐ-MINHHOA")
    expect(page.get_by_role("button", name="Duyệt và công bố")).to_have_count(0)


def second_manager_approves(page: Page) -> None:
    page.goto(f"/dieu-hanh/?nam={YEAR}")
    page.get_by_role("link", name="02/QĐ-MINHHOA").first.click()
    page.fill("#id_reason", "Đồng ý: chỉ để trình diễn.")
    page.get_by_role("button", name="Duyệt và công bố").click()
    expect(page.locator("main")).to_contain_text("đã công bố")


def public_reads_and_verifies(page: Page, site: Site, folder: Path) -> None:
    page.goto(f"/xep-hang/?nam={YEAR}")
    expect(page.locator("table").first).to_contain_text("Sở Nội vụ")
    page.get_by_role("link", name="Sở Nội vụ").first.click()
    expect(page.locator("h1")).to_contain_text("Sở Nội vụ")
    page.goto(f"/du-lieu/?nam={YEAR}")
    with page.expect_download() as download:
        page.locator("a[href$='.json']").first.click()
    bundle = folder / "bundle.json"
    download.value.save_as(bundle)
    assert site.manage("verify_publication", str(bundle)).returncode == 0
    changed = bundle.read_text().replace('"rank":1,', '"rank":2,', 1)
    bundle.write_text(changed)
    assert site.manage("verify_publication", str(bundle)).returncode == 2
    assert site.manage("check_ledger").returncode == 0


def _pdf() -> bytes:
    from cchc_index.lib.sample_pdf import sample_pdf

    return sample_pdf("Báo cáo minh họa", ["Một trang."])
