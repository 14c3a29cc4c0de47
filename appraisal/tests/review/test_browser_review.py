"""The review screen in Chromium: work by keyboard, keys that stay silent, axe-core in each state."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from appraisal.tests.review.review_pages import MINE, OTHER, after, cell, counted, decisions, step
from appraisal.tests.review.review_site import CLEAR
from cchc_index.lib.tests.browser import Site, clean, seeded, signed_in
from selfassess.tests.documents.photographed import whole_upright_and_as_taken_on_demand

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "review", step("seed")) as found:
        yield found


def opened(browser: Browser, site: Site, address: str, username: str = "thamdinh.pc", *, script: bool = True) -> Page:
    page = signed_in(browser, site, username, script=script)
    page.goto(address)
    if script:
        seen(page)
    return page


def seen(page: Page) -> None:
    """Long enough on the screen for a key to write."""
    expect(page.locator("[data-waiting]")).to_have_count(0)


def moved(page: Page, heading: str) -> None:
    expect(page.locator("h1")).not_to_have_text(heading)


def test_one_member_settles_thirty_clear_cases_by_keyboard_only(browser: Browser, site: Site) -> None:
    page = opened(browser, site, f"/tham-dinh/khoi/so/don-vi/{OTHER}/?loc=cho")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/DV2/1.1/**")
    for _ in range(30):
        heading = page.locator("h1").inner_text()
        seen(page)
        page.keyboard.press("c")
        moved(page, heading)
    assert decisions(site, OTHER, "recognise") == 30
    page.keyboard.press("u")
    expect(page.locator("main")).to_contain_text(f"30/{CLEAR} đã có kết quả, 2 chờ")


def test_a_second_press_does_not_decide_what_nobody_has_seen(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.20"))
    page.keyboard.press("c")
    page.wait_for_url("**/DV1/1.21/**")
    page.keyboard.press("c")
    expect(page.locator("[data-armed]")).to_be_visible()
    page.wait_for_timeout(300)
    assert "/DV1/1.21/" in page.url
    assert decisions(site, MINE, "recognise") == 1
    seen(page)
    page.keyboard.press("c")
    page.wait_for_url("**/DV1/1.22/**")
    assert decisions(site, MINE, "recognise") == 2


def test_a_decision_is_undone_by_key(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.25"))
    expect(page.locator("[data-undo-key]")).not_to_be_visible()
    page.keyboard.press("c")
    page.wait_for_url("**/DV1/1.26/**")
    seen(page)
    expect(page.locator("[data-undo-key]")).to_be_visible()
    page.keyboard.press("z")
    page.wait_for_url("**/DV1/1.25/**")
    expect(page.locator(".message")).to_contain_text("Đã hoàn tác")
    clean(page)


def test_adjusting_by_keyboard_only(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    page.keyboard.press("0")
    page.keyboard.type(",5")
    expect(page.locator("#id_points")).to_have_value("0,5")
    page.keyboard.press("Escape")
    expect(page.locator("#id_points")).not_to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#id_points")).to_be_focused()
    page.keyboard.type("0,75")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    expect(page.locator("#id_reason option:checked")).to_contain_text("2. ")
    page.keyboard.press("Tab")
    page.keyboard.type("Thiếu báo cáo quý IV: c d j k u 1.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/DV1/1.2/**")
    expect(page.locator(".message")).to_contain_text("1.1 của Đơn vị thử DV1 – điều chỉnh, 0,75 điểm")


COMPOSING = (
    "isComposing: true",
    "keyCode: 229",
    "ctrlKey: true",
    "altKey: true",
    "metaKey: true",
    "repeat: true",
    "key: 'Dead'",
    "key: 'Process'",
)
PRESS = "({key: 'd', bubbles: true, cancelable: true, %s})"


def press(page: Page, more: str = "") -> None:
    page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {PRESS % more}))")


def test_keys_are_silent_while_somebody_types_or_composes(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    points = page.locator("#id_points")
    for how in COMPOSING:
        press(page, how)
        expect(points).not_to_be_focused()
    press(page)
    expect(points).to_be_focused()
    for field in ("#id_points", "#id_comment", "#id_reason"):
        page.locator(field).focus()
        for key in ("c", "j", "k", "u", "e", "?", "1"):
            page.keyboard.press(key)
        assert "/DV1/1.1/" in page.url
    expect(page.locator("#id_comment")).to_have_value("cjkue?1")
    expect(page.locator("dialog")).not_to_be_visible()
    page.locator("#id_comment").focus()
    page.locator("#id_comment").evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("#id_comment")).to_be_focused()


def test_keys_can_be_switched_off_and_stay_off(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    page.get_by_role("button", name="Tắt phím tắt").click()
    page.reload()
    seen(page)
    page.keyboard.press("d")
    page.keyboard.press("j")
    page.wait_for_timeout(200)
    assert "/DV1/1.1/" in page.url
    expect(page.locator("#id_points")).not_to_be_focused()
    expect(page.locator("[data-key-state]")).to_have_text("Phím tắt đang tắt.")
    clean(page)
    page.get_by_role("button", name="Bật phím tắt").click()
    page.keyboard.press("d")
    expect(page.locator("#id_points")).to_be_focused()


def test_the_map_explains_itself(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    expect(page.locator("[data-keys]")).to_be_in_viewport()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("công nhận điểm tự đánh giá")
    clean(page)
    page.keyboard.press("j")
    assert "/DV1/1.1/" in page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.keyboard.press("j")
    page.wait_for_url("**/DV1/1.2/**")
    page.keyboard.press("k")
    page.wait_for_url("**/DV1/1.1/**")


def test_everything_to_decide_stands_on_one_screen(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    shown = ("iframe.document", "[data-recognise] button", "[data-adjust] button", ".rule", "[data-keys]")
    for part in shown:
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    facts = (
        "90 hồ sơ",
        "75,00%",
        "Dưới 80%: 0 điểm",
        "khác điểm tự đánh giá",
        "Năm trước:",
        "Ban hành 01/12/2030",
    )
    for words in facts:
        expect(page.get_by_text(words).first).to_be_in_viewport()


def test_the_next_document_takes_the_place_and_what_is_typed_stays(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.1"))
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("iframe.document")).to_have_attribute("title", "Tài liệu 02/KH-DV1, trang 1")
    expect(page.locator("#id_points")).to_have_value("0")
    page.keyboard.press("e")
    expect(page.locator("iframe.document")).to_have_attribute("title", "Tài liệu 01/BC-DV1, trang 1")
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.keyboard.press("c")
    expect(page.locator("#id_points")).to_have_value("0")
    page.wait_for_timeout(200)
    assert said == ["beforeunload"]
    assert "/DV1/1.1/" in page.url


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_photo_beside_the_decision_is_whole_and_grows_on_demand(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    after(site, "photograph")
    page = opened(browser, site, cell("1.28"))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    whole_upright_and_as_taken_on_demand(page)
    clean(page)


def test_a_precedent_warns_before_saving_and_fills_the_form(browser: Browser, site: Site) -> None:
    after(site, "adjust_elsewhere")
    page = opened(browser, site, cell("1.10"))
    page.keyboard.press("d")
    page.keyboard.type("0,75")
    page.select_option("#id_reason", label="12. Thiếu tài liệu kiểm chứng")
    expect(page.locator("[data-differs]")).to_have_text("Cùng lý do này ở Đơn vị thử DV2 đã trừ 0,50.")
    expect(page.locator(".precedent[data-chosen]")).to_contain_text("trừ 0,50: Đơn vị thử DV2")
    clean(page)
    page.fill("#id_points", "0,5")
    expect(page.locator("[data-differs]")).not_to_be_visible()
    page.fill("#id_points", "")
    page.select_option("#id_reason", index=0)
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#id_points")).to_have_value("0,5")
    expect(page.locator("#id_reason option:checked")).to_contain_text("Thiếu tài liệu kiểm chứng")
    expect(page.locator("#id_comment")).to_be_focused()
    page.fill("#id_points", "0,25")
    page.keyboard.press("Tab")
    page.fill("#id_comment", "Thiếu hai báo cáo.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/DV1/1.11/**")
    expect(page.locator(".message.warning").first).to_contain_text("Cùng lý do này ở Đơn vị thử DV2 đã trừ 0,50.")


DELIVERED = "performance.getEntriesByType('navigation')[0].deliveryType"


def test_the_next_cell_is_fetched_ahead_its_evidence_is_not(browser: Browser, site: Site) -> None:
    openings = "DocumentOpening.objects.filter(document__number='03/BC-DV2')"
    before = counted(site, openings)
    page = opened(browser, site, cell("1.1") + "?theo=tieu-chi")
    page.wait_for_timeout(1500)
    assert counted(site, openings) == before
    page.keyboard.press("j")
    page.wait_for_url("**/DV2/1.1/**")
    expect(page.locator("iframe.document")).to_have_attribute("title", "Tài liệu 03/BC-DV2, trang 1")
    assert page.evaluate(DELIVERED) == "navigational-prefetch"
    page.wait_for_load_state("networkidle")
    assert counted(site, openings) == before + 1


def test_after_a_decision_the_next_cell_is_read_anew(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.6"))
    page.wait_for_timeout(1000)
    page.keyboard.press("c")
    page.wait_for_url("**/DV1/1.7/**")
    expect(page.locator(".message")).to_contain_text("1.6 của Đơn vị thử DV1 – công nhận")
    assert page.evaluate(DELIVERED) == ""


def test_the_list_is_ticked_by_keyboard(browser: Browser, site: Site) -> None:
    page = opened(browser, site, f"/tham-dinh/khoi/so/don-vi/{MINE}/?loc=cho")
    for key in ("j", "x", "j", "x", "k", "x"):
        page.keyboard.press(key)
    expect(page.locator("input[name=cells]:checked")).to_have_count(1)
    clean(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/DV1/1.*/**")


def test_the_chosen_lines_are_previewed_by_key(browser: Browser, site: Site) -> None:
    page = opened(browser, site, f"/tham-dinh/khoi/so/don-vi/{MINE}/?loc=cho")
    expect(page.get_by_role("button", name="Xem trước việc công nhận")).to_be_in_viewport()
    page.wait_for_timeout(1000)
    for key in ("j", "x", "j", "x", "b"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Công nhận 2 tiêu chí của 1 đơn vị")


def test_a_refused_adjustment_leaves_the_hands_where_it_is_mended(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.32"))
    seen(page)
    page.keyboard.press("0")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("#id_reason")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#id_reason option:checked")).to_contain_text("1. ")


def test_the_same_decisions_without_javascript(browser: Browser, site: Site) -> None:
    page = opened(browser, site, cell("1.30"), script=False)
    expect(page.locator("[data-keys]")).not_to_be_visible()
    page.get_by_role("button", name="Công nhận 1,00 điểm").click()
    expect(page.locator(".message")).to_contain_text("1.30 của Đơn vị thử DV1 – công nhận")
    page.goto(cell("1.31"))
    page.fill("#id_points", "0,25")
    page.select_option("#id_reason", index=1)
    page.fill("#id_comment", "Thiếu số liệu.")
    page.get_by_role("button", name="Ghi điều chỉnh").click()
    expect(page.locator(".message")).to_contain_text("1.31 của Đơn vị thử DV1 – điều chỉnh, 0,25 điểm")
    page.goto(cell("1.1"))
    page.get_by_role("link", name="xem bên dưới 02/KH-DV1").click()
    expect(page.locator("iframe.document")).to_have_attribute("title", "Tài liệu 02/KH-DV1, trang 1")


def test_every_state_is_accessible(browser: Browser, site: Site) -> None:
    """Last: it moves the year on."""
    page = opened(browser, site, cell("1.1"))
    clean(page)
    page.goto(cell("1.12"))
    expect(page.locator("main")).to_contain_text("không đính kèm tài liệu")
    clean(page)
    refused(page)
    conflict(browser, site, page)
    page.goto(cell("1.1", "DV3"))
    expect(page.locator("main")).to_contain_text("chưa nộp bản tự đánh giá")
    clean(page)
    after(site, "close_stage")
    page.goto(cell("1.1"))
    expect(page.locator("main")).to_contain_text("Hiện không nhận kết quả")
    clean(page)
    after(site, "reopen_stage")
    after(site, "object_in_round_two")
    page.goto(cell("1.1"))
    expect(page.locator("main")).to_contain_text("Đơn vị không đồng ý với điều chỉnh lần 1")
    clean(page)
    after(site, "reach_the_council")
    page = opened(browser, site, cell("1.1"), "quanly.pc")
    page.keyboard.press("c")
    expect(page.locator("#id_recognise_comment")).to_be_focused()
    clean(page)


def refused(page: Page) -> None:
    page.get_by_role("button", name="Ghi điều chỉnh").click()
    expect(page.locator(".errors")).to_be_visible()
    clean(page)


def conflict(browser: Browser, site: Site, page: Page) -> None:
    page.goto(cell("1.13"))
    rival = opened(browser, site, cell("1.13"), "thamdinh2.pc")
    rival.keyboard.press("c")
    rival.wait_for_url("**/DV1/1.14/**")
    page.get_by_role("button", name="Công nhận 1,00 điểm").click()
    expect(page.locator(".errors")).to_contain_text("Trần Thị Hai")
    clean(page)
