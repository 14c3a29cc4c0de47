"""People at real browsers: what they press is counted, what they read is what the page says."""

import re
import time
from dataclasses import dataclass, field

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Error, Locator, Page, expect

from cchc_index.lib.tests.browser import PATIENCE, Site, visitor

from .office_sheets import Paper

SECRET = "mua-phun-thang-ba-9184"
"""The password that everybody of a walk chooses."""
BETWEEN_LETTERS = "-" * 79
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/tai-khoan/dat-mat-khau/\S+)")


@dataclass
class Tally:
    """What a walk costs: presses of links, buttons, boxes and choices; fields typed; files chosen; addresses typed by
    hand, which nobody should have to. By part of the walk."""

    presses: int = 0
    fields: int = 0
    files: int = 0
    addresses: int = 0
    parts: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _mark: tuple[float, int, int, int] = (0.0, 0, 0, 0)

    def part(self, name: str) -> None:
        """A part of the walk is over."""
        at = (time.monotonic() - self.began, self.presses, self.fields, self.files)
        seconds, presses, fields, files = (now - before for now, before in zip(at, self._mark, strict=True))
        self.parts.append(f"{name}: {seconds:.0f} s, {presses} presses, {fields} fields, {files} files")
        self._mark = at

    def __str__(self) -> str:
        minutes = (time.monotonic() - self.began) / 60
        whole = f"{minutes:.1f} minutes, {self.presses} presses, {self.fields} fields, {self.files} files"
        return "\n".join([*self.parts, f"together: {whole}, {self.addresses} addresses"])


class Hand:
    """One person: their window, their address, their deeds by the words that stand on the page."""

    def __init__(self, browser: Browser, site: Site, tally: Tally) -> None:
        self.site, self.tally = site, tally
        self.page: Page = visitor(browser, site)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def press(self, name: str, within: Locator | None = None) -> None:
        """A button, by the beginning of its words."""
        self._do((within or self.main).get_by_role("button", name=beginning(name)).first)

    def follow(self, name: str, within: Locator | None = None) -> None:
        """A link, by the beginning of its words."""
        self._do((within or self.main).get_by_role("link", name=beginning(name)).first)

    def tab(self, name: str) -> None:
        """One of the places at the head of every page."""
        self.follow(name, self.page.locator("nav.tabs"))

    def tick(self, name: str, within: Locator | None = None) -> None:
        self.tally.presses += 1
        self._field(name, within).check()

    def untick(self, name: str) -> None:
        self.tally.presses += 1
        self.main.get_by_label(name, exact=True).uncheck()

    def open(self, name: str) -> None:
        """What is folded away."""
        self._do(self.main.locator("summary", has_text=name).first)

    def choose(self, name: str, option: str, within: Locator | None = None) -> None:
        self.tally.presses += 1
        self._field(name, within).select_option(label=option)

    def choose_in(self, name: str, group: str, option: str) -> None:
        """A choice that stands under a heading of its own in the list."""
        self.tally.presses += 1
        place = self._field(name)
        found = place.locator(f"optgroup[label='{group}'] option", has_text=option).first
        place.select_option(value=found.get_attribute("value"))

    def choose_first(self, name: str) -> None:
        """Whichever choice stands first under the empty one."""
        self.tally.presses += 1
        self._field(name).select_option(index=1)

    def write(self, name: str, text: str, within: Locator | None = None) -> None:
        self.tally.fields += 1
        self._field(name, within).fill(text)

    def attach(self, paper: Paper, name: str = "") -> None:
        """Choose a file for the one field that takes it, or for the one with this label."""
        self.tally.files += 1
        place = self.main.get_by_label(name).first if name else self.main.locator("input[type=file]").first
        place.set_input_files({"name": paper.name, "mimeType": "application/octet-stream", "buffer": paper.content})

    def download(self, name: str) -> Paper:
        """What a link or a button gives to take home."""
        with self.page.expect_download() as begun:
            self.tally.presses += 1
            self.main.get_by_role("link", name=name).or_(self.main.get_by_role("button", name=name)).first.click()
        path = begun.value.path()
        return Paper(begun.value.suggested_filename, path.read_bytes())

    def reads(self, *words: str) -> None:
        for one in words:
            expect(self.main).to_contain_text(one)

    def go(self, address: str) -> None:
        """An address typed by hand: what no page leads to."""
        self.tally.addresses += 1
        self.page.goto(address)

    def _field(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_label(name).and_(self.page.locator("input, select, textarea")).first

    def _do(self, place: Locator) -> None:
        self.tally.presses += 1
        try:
            place.click(timeout=PATIENCE)
        except Error as error:
            raise AssertionError(f"{self.page.url}\n{self.page.locator('body').inner_text()[:3000]}") from error
        self.page.wait_for_load_state()

    # --- how one comes in

    def set_password(self, email: str) -> None:
        """The link of the invitation's letter, then a password of one's own."""
        self.page.goto(letter_to(self.site, email))
        for label in ("Mật khẩu mới", "Gõ lại mật khẩu mới"):
            self.write(label, SECRET)
        self.press("Đặt mật khẩu")

    def sign_in(self, name: str, secret: str = SECRET) -> None:
        if "dang-nhap" not in self.page.url:
            self.follow("Đăng nhập", self.page.locator(".bar-person"))
        self.write("Tên đăng nhập", name)
        self.write("Mật khẩu", secret)
        self.press("Đăng nhập")

    def switch_on_second_factor(self) -> None:
        """The page asks for it before anything else: the app's code, then the recovery codes."""
        self.reads("hãy bật để tiếp tục")
        self.follow("Bật xác thực hai lớp")
        secret = self.main.locator("code.secret").inner_text()
        self.write("Mã", str(format_hotp_value(hotp_value(secret, int(time.time()) // 30))))
        self.press("Bật xác thực hai lớp")
        self.reads("Còn 10/10 mã")
        self.follow("về trang chủ")

    def come_in(self, email: str, *, decides: bool = True) -> None:
        """From the invitation to the first page of one's role."""
        self.set_password(email)
        self.sign_in(email.partition("@")[0])
        if decides:
            self.switch_on_second_factor()

    def sign_out(self) -> None:
        self.press("Đăng xuất", self.page.locator(".bar-person"))


def beginning(words: str) -> re.Pattern[str]:
    """Whatever begins with these words. The browser's own reader of patterns ends one at a bare slash."""
    return re.compile(r"^\s*" + re.escape(words).replace("/", r"\/"))


def letter_to(site: Site, email: str) -> str:
    """The link of the newest letter to somebody; the embedded product writes its mail into a folder, a file holding one
    letter or some."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for path in sorted((site.folder / "mail").glob("*.log"), reverse=True):
            for letter in reversed(path.read_text(encoding="utf-8").split(BETWEEN_LETTERS)):
                if f"\nTo: {email}\n" in letter and (link := LINK.search(letter)):
                    return link[1]
        time.sleep(0.5)
    raise AssertionError(f"no letter to {email}")
