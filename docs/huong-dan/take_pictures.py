"""The pictures of the guides, taken anew from the demonstration.

Start the demonstration (`make run`), then

    .venv/bin/python docs/huong-dan/take_pictures.py http://127.0.0.1:8000

Every picture is 1024 × 640 with few colours, so that it stays below 150 kB. One picture needs a unit that has
submitted: Sở Công Thương of the practice year, read by an index manager.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "hinh"
PASSWORD = "Minhhoa-2024"  # noqa: S105 (of the demonstration, printed in the README)
SIZE = {"width": 1024, "height": 640}
YEAR = 2020
COLOURS = 64
AS_IN_VIETNAM = """
for (const field of document.querySelectorAll("input[type=file]")) {
    const shown = document.createElement("div");
    shown.innerHTML = "<button type=button class=second>Chọn tệp</button> Không có tệp nào được chọn";
    field.replaceWith(shown);
}
"""
"""A browser words the button of a file field itself, and the one that takes the pictures may know English alone."""
PATIENCE = 120_000
"""Milliseconds: the demonstration may still be loading its large year."""

Shot = tuple[str, str, str, tuple[str, ...]]
"""Account, picture, address, then links and buttons to press before it is taken."""
SHOTS: tuple[Shot, ...] = (
    ("canbo.snv", "cong-chuc-1", f"/tu-danh-gia/?nam={YEAR}", ()),
    ("canbo.snv", "cong-chuc-2", f"/tu-danh-gia/?nam={YEAR}", ("a:text('Chấm tiêu chí tiếp theo')",)),
    ("thutruong.snv", "thu-truong-1", f"/tu-danh-gia/?nam={YEAR}", ("main a:text('Kiểm tra trước khi nộp')",)),
    (
        "quanly1",
        "thu-truong-2",
        f"/tu-danh-gia/?nam={YEAR}",
        ("main a:text('Sở Công Thương')", "main a:text('Biên nhận')"),
    ),
    ("thamdinh.stp", "hoi-dong-1", f"/tham-dinh/?nam={YEAR}", ()),
    ("thamdinh.stp", "hoi-dong-2", f"/tham-dinh/?nam={YEAR}", ("main a:text('Thẩm định tiêu chí tiếp theo')",)),
    ("quanly1", "quan-ly-1", "/dieu-hanh/chuan-bi/2026/", ()),
    ("quanly1", "quan-ly-2", f"/dieu-hanh/?nam={YEAR}", ()),
    ("dieutra", "dieu-tra-1", f"/dieu-tra/?nam={YEAR}", ()),
    ("dieutra", "dieu-tra-2", f"/dieu-tra/tai-len/?nam={YEAR}", ()),
    ("quansat", "quan-sat-1", f"/dieu-hanh/?nam={YEAR}", ()),
    ("quansat", "quan-sat-2", "/dieu-hanh/xem-truoc/2024/", ()),
    ("admin", "quan-tri-1", "/dieu-hanh/nguoi-dung/", ()),
    ("admin", "quan-tri-2", "/quan-tri/", ()),
)


def main(address: str, wanted: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages: dict[str, Page] = {}
        for account, name, place, presses in SHOTS:
            if wanted and name not in wanted:
                continue
            page = pages.get(account) or _signed_in(browser, address, account)
            pages[account] = page
            page.goto(f"{address}{place}")
            for press in presses:
                page.locator(press).first.click()
                page.wait_for_load_state("networkidle")
            page.evaluate(AS_IN_VIETNAM)
            (FOLDER / f"{name}.png").write_bytes(_small(page.screenshot()))
        browser.close()


def _signed_in(browser: Browser, address: str, account: str) -> Page:
    page = browser.new_context(viewport=SIZE, locale="vi-VN").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/tai-khoan/dang-nhap/")
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "dang-nhap" not in url)
    return page


def _small(content: bytes) -> bytes:
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
