"""The check of a published file in the reader's browser: the same answers in the same sentences as `verify.py`, and the
three answers on the page *Dữ liệu mở*."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cchc_index.lib.tests.browser import PATIENCE, PHONE, Site, clean, seeded, visitor, with_tables
from results import bundle, verify
from results.tests import bundles
from results.tests import forgeries as forged

pytestmark = pytest.mark.browser
SEED = """
from results.tests import bundles
from results.tests.published import publish
old = publish(bundles.small(4))
publish(bundles.small(5, number="456/QĐ-UBND"), supersedes=old, errata="Bổ sung một đơn vị.")
"""
PRODUCTION = {
    "CCHC_PRODUCTION": "1",
    "SECURE_SSL_REDIRECT": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "only-for-this-test-4b1f83c27e9d40a6b5c8d1e2f7a903415c8e7",
    "LEDGER_KEY": "only-for-this-test-7c1de04f9a52b6d83e15f7",
}
PUBLISHED = bundle.text_of(bundles.small(4)).encode()
ALL = """texts => texts.map((text) => problemsOf(Uint8Array.from(atob(text), (one) => one.charCodeAt(0))).problems)"""
ODD = ("a'b", 'a"b', "a'\"b", "\x7f\u200b\\", "\U0001f600\ue000", "\xa0", "\x1c", "\ufeff", "dòng\n")
"""Texts that Python and JavaScript order, trim or show differently."""
VALUES: tuple[object, ...] = (
    *(1.0, 1e16, 1e22, 1e-5, 123456789012345680.0, -0.0, 10**30),
    *(True, None, [], {"a": [None, "x"]}),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "verify", SEED) as served:
        yield served


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The page, of which no script may fail and nothing may be asked elsewhere or sent."""
    page = visitor(browser, site)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.method) if asked.method != "GET" else None)
    page.goto("/du-lieu/?nam=2031")
    yield page
    assert faults == []


def odd() -> Iterator[bytes]:
    """Legal and illegal bundles with texts and numbers that a careless second program reads otherwise."""
    for text in ODD:
        for path in (("groups", 0, "units", 0, "name"), ("groups", 0, "criteria", 1, "code"), (text,)):
            made = forged.honest()
            forged.put(*path, value=text)(made)
            yield forged.sealed(made)
    for value in VALUES:
        for path in (("groups", 0, "results", 0, "rank"), ("groups", 0, "criteria", 1, "code"), ("year",)):
            made = forged.honest()
            forged.put(*path, value=value)(made)
            made["digest"] = bundle.digest_of(made)
            yield bundle.text_of(made).encode()


def forgeries() -> Iterator[bytes]:
    for make, changes in ((forged.honest, forged.FORGERIES), (forged.grounded, forged.GROUNDLESS)):
        for change in changes.values():
            made = make()
            change(made)
            yield forged.sealed(made)
    for old, new in forged.RESPELT.values():
        yield forged.sealed(forged.honest()).replace(old.encode(), new.encode(), 1)
    yield from (b"", b"[]", b"{", b"\xff", b'{"groups": NaN}', b"[" * 5_000, b"1", b"1\n", b"\xef\xbb\xbf1\n")


def problems_in(page: Page, site: Site, texts: list[bytes]) -> list[list[str]]:
    for name in ("frozenfile", "verify"):
        page.add_script_tag(url=f"{site.address}/static/js/{name}.js")
    told: list[list[str]] = page.evaluate(ALL, [base64.b64encode(text).decode() for text in texts])
    return told


def test_forgeries_fall_with_the_same_sentences(page: Page, site: Site) -> None:
    texts = [*forgeries(), *odd()]
    asked = [verify.problems(text) for text in texts]
    assert sum(map(bool, asked)) > 150
    assert problems_in(page, site, texts) == asked


def test_random_bundles_agree_and_another_point_does_not(page: Page, site: Site) -> None:
    texts = [bundle.text_of(forged.random_bundle(seed)).encode() for seed in range(40)]
    texts += [forged.sealed(forged.honest(na=na)) for na in ("rescale", "shrink", "full")] + [PUBLISHED]
    lie = forged.random_bundle(1)
    lie["groups"][0]["results"][0]["points"] = "0.5"
    lie["digest"] = bundle.digest_of(lie)
    told = problems_in(page, site, [*texts, bundle.text_of(lie).encode()])
    assert told == [[]] * 44 + [["Khối so: kết quả khác với kết quả tính lại."]]


def test_each_step_is_told(page: Page, site: Site) -> None:
    problems_in(page, site, [])
    told = """text => {
      const steps = new Set();
      problemsOf(new TextEncoder().encode(text), (step, share) => share >= 0 && share <= 1 && steps.add(step));
      return [...steps];
    }"""
    steps = ["Đang tính mã kiểm tra (SHA-256)", "Đang tính lại khối so", "Đang tính lại khối quan"]
    assert page.evaluate(told, PUBLISHED.decode()) == steps


def chosen(page: Page, text: bytes, folder: Path) -> tuple[str, str]:
    """The answer and the sentence about a file that the reader has chosen."""
    (path := folder / f"{len(list(folder.iterdir()))}.json").write_bytes(text)
    box = page.locator("[data-verify]")
    page.set_input_files("#verify-file", path)
    expect(box).to_have_attribute("data-answer", re.compile("[023]"), timeout=PATIENCE)
    return box.get_attribute("data-answer") or "", box.locator("[role=status]").inner_text()


def test_the_page_fetches_its_publication_and_knows_it(page: Page) -> None:
    box = page.locator("[data-verify]")
    box.get_by_role("button", name="Kiểm tra công bố số 456/QĐ-UBND").press("Enter")
    expect(box.get_by_role("status")).to_have_text(
        "Đúng là công bố số 456/QĐ-UBND ngày 01/03/2032, năm 2031 (dữ liệu minh họa): "
        "kết quả và mã kiểm tra tính lại đúng từng ký tự.",
        timeout=PATIENCE,
    )
    assert box.get_attribute("data-answer") == "0"


@pytest.mark.parametrize("start", ["/", "/du-lieu/cong-bo/"])
def test_a_page_of_the_publication_leads_to_its_check(page: Page, start: str) -> None:
    """Where a reader meets the numbers: the file is fetched and checked, the button that did it has the focus."""
    page.goto(start)
    page.get_by_role("link", name=re.compile("^Kiểm tra (bản công bố|công bố số 456)")).click()
    box = page.locator("[data-verify]")
    expect(box).to_have_attribute("data-answer", "0", timeout=PATIENCE)
    expect(box.get_by_role("button", name="Kiểm tra công bố số 456/QĐ-UBND")).to_be_focused()


def test_in_production_the_check_runs_from_collected_files(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Every address of a script bears the mark of its contents; the Worker and what it reads are found by them, under
    the policy of production."""
    site = with_tables(tmp_path_factory, "production")
    site.environment |= PRODUCTION
    site.must("collectstatic", "--noinput", "-v0")
    site.python(SEED)
    with site.served():
        page = visitor(browser, site)
        faults: list[str] = []
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        read: list[str] = []
        page.on("request", lambda asked: read.append(asked.url) if "/js/" in asked.url else None)
        page.goto("/du-lieu/?nam=2031")
        assert chosen(page, PUBLISHED, tmp_path)[0] == "0"
        box = page.locator("[data-verify]")
        for name in ("data-reading", "data-check"):
            assert re.search(r"/static/js/\w+\.[0-9a-f]{12}\.js$", box.get_attribute(name) or "")
        assert all(re.search(r"\.[0-9a-f]{12}\.js$", address) for address in read)
        assert faults == []


def test_three_answers_about_a_file_of_ones_own(page: Page, tmp_path: Path) -> None:
    answer, sentence = chosen(page, PUBLISHED, tmp_path)
    assert (answer, "Bản này đã được thay bằng số 456/QĐ-UBND." in sentence) == ("0", True)
    answer, sentence = chosen(page, PUBLISHED.replace(b"S01", b"S77", 1), tmp_path)
    assert (answer, sentence) == ("2", "Không phải bản công bố, vì 1 lý do:")
    reasons = page.locator("[data-verify] li").all_inner_texts()
    assert reasons == ["Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa."]
    stranger = bundle.text_of(bundles.small(3, number="99/QĐ-UBND")).encode()
    answer, sentence = chosen(page, stranger, tmp_path)
    assert (answer, "nơi này không giữ bản công bố nào như vậy" in sentence) == ("3", True)
    assert page.locator("[data-verify] li").count() == 0
    resealed = json.loads(PUBLISHED)
    resealed["groups"][0]["units"][0]["name"] = "Sở Khác"
    answer, sentence = chosen(page, forged.sealed(resealed), tmp_path)
    assert (answer, "không phải bản công bố số 123/QĐ-UBND tại đây" in sentence) == ("2", True)


def test_what_was_taken_back_is_no_publication_any_more(page: Page, tmp_path: Path) -> None:
    line = {"number": "123/QĐ-UBND", "year": 2031, "date": "2032-03-01", "state": "recalled"}
    listed = [{**line, "digest": bundles.small(4)["digest"]}]
    page.route("**/du-lieu/cong-bo.json", lambda route: route.fulfill(json={"publications": listed}))
    answer, sentence = chosen(page, PUBLISHED, tmp_path)
    assert (answer, "đã được thu hồi" in sentence) == ("3", True)


def test_without_the_list_nothing_is_vouched_for(page: Page, tmp_path: Path) -> None:
    page.route("**/du-lieu/cong-bo.json", lambda route: route.fulfill(status=200, body="<html>"))
    answer, sentence = chosen(page, PUBLISHED, tmp_path)
    assert (answer, "chưa tải được danh sách" in sentence) == ("3", True)


def test_the_section_is_clean_on_laptop_and_phone_with_an_answer(page: Page, tmp_path: Path) -> None:
    chosen(page, b"[]", tmp_path)
    clean(page)
    assert page.locator("[data-verify] progress").is_hidden()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.locator("[data-verify]").evaluate("box => box.scrollWidth <= box.clientWidth + 1")


def test_without_scripts_the_program_is_named(browser: Browser, site: Site) -> None:
    page = visitor(browser, site, script=False)
    page.goto("/du-lieu/?nam=2031")
    assert page.locator("[data-verify]").is_hidden()
    assert page.get_by_text("hãy dùng chương trình verify.py").is_visible()
