"""axe-core finds no violation on any page of the unit's side in any of its states."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import Site, clean, signed_in, visitor
from selfassess.tests.factories import tiny_pdf

pytestmark = pytest.mark.browser


def test_before_and_after_login(browser: Browser, site: Site) -> None:
    page = visitor(browser, site)
    page.goto("/tai-khoan/dang-nhap/")
    clean(page)
    page.fill("input[name=username]", "sai")
    page.fill("input[name=password]", "sai")
    page.click("main button")
    expect(page.locator(".errors")).to_be_visible()
    clean(page)


def criterion(page: Page, code: str) -> None:
    page.locator("table.tasks").get_by_role("link", name=f"Tiêu chí {code}").click()
    expect(page.locator("h1")).to_contain_text(code)


def test_task_list_and_empty_criterion(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.axe")
    clean(page)
    criterion(page, "1.1")
    clean(page)


def test_saved_filled_error_and_conflict(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.axe")
    criterion(page, "1.2")
    page.fill("#points", "1.234")
    page.fill("#explanation", "Đã gõ")
    page.locator("#na_reason").focus()
    expect(page.locator("#points-error")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)
    page.fill("#points", "0,5")
    expect(page.locator("#save-state")).to_contain_text(re.compile(r"Đã lưu \d\d"))
    other = page.context.new_page()
    other.goto(page.url)
    clean(other)
    with page.expect_response(re.compile("/tu-luu/$")):
        page.fill("#explanation", "Bản một")
    other.fill("#explanation", "Bản hai")
    expect(other.locator("#conflict")).to_be_visible()
    clean(other)


def test_criterion_with_evidence_documents_and_one_document(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo2.axe")
    criterion(page, "1.1")
    page.set_input_files("#upload", {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": tiny_pdf(2)})
    for name, value in (("number", "15/BC"), ("issued_on", "15/06/2024"), ("issuer", "Sở"), ("abstract", "Báo cáo")):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.locator("ul.evidence")).to_contain_text("15/BC")
    clean(page)
    page.goto("/tu-danh-gia/tai-lieu/")
    clean(page)
    page.locator("main tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("15/BC")
    clean(page)


def test_excel_round_trip_and_last_year(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = signed_in(browser, site, "canbo2.axe")
    here = page.url
    page.goto(f"{here}nop-excel/")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải mẫu Excel").click()
    template = tmp_path / "mau.xlsx"
    download.value.save_as(template)
    page.set_input_files("#file", template)
    page.get_by_role("button", name="Kiểm tra và xem trước thay đổi").click()
    expect(page.locator("h1")).to_contain_text("xem trước", ignore_case=True)
    clean(page)
    page.goto(f"{here}nop-excel/")
    page.set_input_files("#file", {"name": "a.xlsx", "mimeType": "text/plain", "buffer": b"khong phai"})
    page.get_by_role("button", name="Kiểm tra và xem trước thay đổi").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)
    page.goto(f"{here}chep-nam-truoc/")
    clean(page)


def test_large_upload_shows_its_progress(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.nguoi")
    criterion(page, "1.2")
    page.evaluate(WATCH_PROGRESS)
    page.set_input_files("#upload", {"name": "lon.pdf", "mimeType": "application/pdf", "buffer": large_pdf()})
    for name, value in (("number", "16/BC"), ("issued_on", "15/06/2024"), ("issuer", "Sở"), ("abstract", "Lớn")):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Tải lên và đính kèm vào tiêu chí").click()
    expect(page.locator("ul.evidence")).to_contain_text("16/BC")
    assert page.evaluate("sessionStorage.getItem('seen')") == "Đang tải tệp lên"


def large_pdf() -> bytes:
    """A scan of some megabytes: noise does not compress."""
    out = io.BytesIO()
    Image.effect_noise((1800, 1800), 90).save(out, "PDF", quality=95)
    assert len(out.getvalue()) > 2_000_000
    return out.getvalue()


# Kept in sessionStorage, because the page is replaced when the upload is done.
WATCH_PROGRESS = """new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
  const bar = node.querySelector?.("progress");
  if (bar) sessionStorage.setItem("seen", bar.getAttribute("aria-label"));
}))).observe(document.body, { childList: true, subtree: true })"""


READING: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("check", lambda here: f"{here}kiem-tra/"),
    ("receipt", lambda here: f"{here}bien-nhan/"),
    ("statement", lambda here: "/sao-ke/2031/thu/KHOA/"),
    ("replies", lambda here: "/tham-dinh/giai-trinh/"),
)


@pytest.mark.parametrize(("name", "place"), READING, ids=[name for name, _ in READING])
def test_reading_pages_of_a_locked_assessment(
    browser: Browser, site: Site, name: str, place: Callable[[str], str]
) -> None:
    page = signed_in(browser, site, "thutruong.khoa")
    here = page.url
    response = page.goto(place(here))
    assert response is not None
    assert response.status == 200, response.url
    clean(page)


def test_locked_criterion_and_check_before_submission(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, "canbo.khoa")
    clean(page)
    criterion(page, "1.1")
    expect(page.get_by_role("button", name="Lưu điểm")).to_have_count(0)
    clean(page)
    draft = signed_in(browser, site, "canbo2.axe")
    draft.goto(f"{draft.url}kiem-tra/")
    clean(draft)
