import io
import re
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings as project
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from cchc_index.lib.tests.present import present
from results import bundle as published
from results.book import read_bundle
from results.files import paper
from results.tests import bundles
from results.tests.paper_reading import PaperLine, pages_of

Report = tuple[PdfReader, list[str], list[int]]
"""The report, the text of its pages, the progress that was told."""


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    return bundles.small(2, 2)


@pytest.fixture(scope="module")
def whole(bundle: dict[str, Any]) -> Report:
    told: list[int] = []
    reader = PdfReader(io.BytesIO(paper.ranking_pdf(bundle, told.append)))
    return reader, [page.extract_text() for page in reader.pages], told


def test_a_report_is_an_attachment_of_its_decision() -> None:
    """An attachment names its decision and has no motto, number, addressees or signature of its own (NĐ 30)."""
    official = bundles.small(2, 2, illustrative=False)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.ranking_pdf(official))).pages)
    said = " ".join(text.split())
    assert "(Kèm theo Quyết định số 123/QĐ-UBND ngày 01 tháng 3 năm 2032 của Ủy ban nhân dân thành phố Hà Nội)" in said
    for own in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập", "Nơi nhận", "CHỦ TỊCH", "Số:"):
        assert own not in said


def test_pages_are_a4_and_numbered(whole: Report) -> None:
    reader, pages, _ = whole
    assert [round(float(x)) for x in reader.pages[0].mediabox[2:]] == [595, 842]
    assert ["".join(_top_of(page)) for page in reader.pages] == ["", *map(str, range(2, len(pages) + 1))]


def _top_of(page: PageObject) -> list[str]:
    """What is written in the top margin (the first 20 mm)."""
    texts: list[str] = []

    def visit(text: str, matrix: list[float], text_matrix: list[float], *_rest: Any) -> None:
        y = matrix[5] + matrix[3] * text_matrix[5]
        if text.strip() and y > 842 - 57:
            texts.append(text.strip())

    page.extract_text(visitor_text=visit)
    return texts


def test_every_unit_stands_in_the_ranking_and_in_the_table_of_areas(whole: Report, bundle: dict[str, Any]) -> None:
    text = "".join(whole[1])
    for group in bundle["groups"]:
        for unit in group["units"]:
            assert text.count(unit["name"]) >= 3  # ranking, picture, areas


def test_sheet_says_what_does_not_apply_in_words(bundle: dict[str, Any]) -> None:
    sheets = [
        "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.unit_pdf(bundle, g["code"], u["code"]))).pages)
        for g in bundle["groups"]
        for u in g["units"]
    ]
    assert all("Theo tiêu chí" in sheet for sheet in sheets)
    assert any("không áp dụng" in sheet for sheet in sheets)


def test_illustrative_mark_stands_on_every_page(whole: Report) -> None:
    assert all("DỮ LIỆU MINH HỌA" in page for page in whole[1])


def test_official_report_bears_no_mark() -> None:
    pages = PdfReader(io.BytesIO(paper.unit_pdf(bundles.small(2, 2, illustrative=False), "so", "S01"))).pages
    assert all("MINH HỌA" not in page.extract_text() for page in pages)


def _fonts_of(page: PageObject) -> list[Any]:
    resources: Any = page["/Resources"]
    return [font.get_object() for font in resources["/Font"].values()]


def test_fonts_are_embedded(whole: Report) -> None:
    fonts = [
        font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in whole[0].pages
        for font in _fonts_of(page)
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_words_are_set_in_one_font_that_knows_every_vietnamese_letter(whole: Report) -> None:
    """A font without them is filled up from another, letter by letter. The pictures have a font of their own."""
    families = {
        re.sub(r"^/[A-Z]{6}\+|-(Bold|Italic|Bold-Italic)$", "", font["/BaseFont"])
        for page in whole[0].pages
        for font in _fonts_of(page)
    }
    assert families <= {"Tinos", "Noto-Sans"}
    alphabet = "ăâđêôơưĂÂĐÊÔƠƯ" + "".join(map(chr, range(0x1EA0, 0x1EFA))) + "–…“”%≥"
    for file in sorted((project.BASE_DIR / "static" / "fonts").glob("*.ttf")):
        known = TTFont(file).getBestCmap()
        assert [letter for letter in alphabet if ord(letter) not in known] == [], file.name


def test_report_has_title_language_and_bookmarks(whole: Report) -> None:
    reader = whole[0]
    assert "Chỉ số cải cách hành chính năm 2031" in present(present(reader.metadata).title)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "vi"
    assert reader.outline


def test_progress_runs_from_nothing_to_all(whole: Report) -> None:
    told = whole[2]
    assert (told[0], told[-1]) == (0, 100)
    assert told == sorted(told)


def test_a_sheet_of_one_unit_shows_its_areas_and_the_way_to_check(bundle: dict[str, Any]) -> None:
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.unit_pdf(bundle, "quan", "Q02"))).pages)
    assert "Huyện Mỹ Đức" in text
    assert "Trung vị khối" in text
    assert bundle["digest"][:16] in text


def test_unknown_unit_has_no_sheet(bundle: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        paper.unit_pdf(bundle, "so", "Q01")


def test_nothing_is_fetched_from_outside() -> None:
    with pytest.raises(ValueError, match="disallowed"):
        paper._fetcher().fetch("file:///etc/passwd")
    with pytest.raises(ValueError, match="disallowed"):
        paper._fetcher().fetch("http://127.0.0.1/")
    with pytest.raises(ValueError, match="disallowed"):
        paper._fetcher().fetch("tinos:../../../etc/passwd")


def test_preview_says_that_it_is_none(bundle: dict[str, Any]) -> None:
    preview = bundles.small(2, 2, illustrative=False, number=None, date=None)
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.unit_pdf(preview, "so", "S01"))).pages)
    assert "chưa công bố" in text


@pytest.mark.parametrize(
    ("place", "printed"),
    [("http://127.0.0.1:8000", False), ("http://localhost", False), ("http://[::1]", False), ("", False),
     ("https://cchc.example.vn", True)],
)  # fmt: skip
def test_no_code_leads_to_the_readers_own_machine(
    place: str, printed: bool, settings: Any, bundle: dict[str, Any]
) -> None:
    settings.PUBLIC_URL = place
    markup = paper.report_markup(read_bundle(bundle))
    assert ("data:image/svg" in markup) is printed
    assert ("chưa có địa chỉ công khai" in markup) is not printed


@pytest.mark.parametrize("areas", [4, 6, 7, 9, 12])
def test_numbers_of_neighbouring_areas_never_touch(areas: int) -> None:
    made = pages_of(paper.ranking_pdf(bundles.of_areas(areas)))
    assert any(page.wide > page.high for page in made) == (areas >= paper.WIDE_FROM)
    seen = 0
    for page in made:
        rows: dict[float, list[PaperLine]] = {}
        for line in page.lines:
            if re.fullmatch(r"\d+,\d\d", line.words) and line.x > 30:
                rows.setdefault(round(line.y, 1), []).append(line)
        for row in (sorted(line, key=lambda one: one.x) for line in rows.values()):
            assert all(left.x + left.length < right.x for left, right in pairwise(row))
            seen += len(row) == areas
    assert seen >= 2  # the second unit has a leaf that does not apply


@pytest.mark.once
@pytest.mark.parametrize("leaves", range(24, 34))
def test_notes_never_stand_alone_on_a_page(leaves: int) -> None:
    """However many criteria there are, three rows of the table go with notes that would have a page to themselves."""
    book = read_bundle(bundles.small(2, leaves))
    last = PdfReader(io.BytesIO(paper.sheet_pdf(book, "so", "S01"))).pages[-1].extract_text()
    rows = re.findall(r"(?m)^2\.\d+ |^3 Điểm thưởng", last[: last.index("* Tiêu chí minh họa")])
    assert len(rows) >= 3


@pytest.mark.once
@pytest.mark.parametrize("units", [36, 37])
def test_a_table_over_two_pages_begins_and_ends_with_three_rows(units: int) -> None:
    """So many that one row was alone at the foot of a page, and one at the head of the next."""
    for page in pages_of(paper.ranking_pdf(bundles.small(units, 1))):
        rows = [line for line in page.lines if line.bold and re.fullmatch(r"\d+,\d\d", line.words)]
        assert len(rows) not in (1, 2)


def test_pictures_of_one_block_are_as_long_as_each_other_on_one_axis() -> None:
    book = read_bundle(bundles.small(paper.ROWS_PER_CHART + 2, 1))
    pictures = paper.ranking_charts(book, book.blocks[0])
    ticks = [re.findall(r">(\d+%)<", picture) for picture in pictures]
    assert ticks[0] == ticks[1] != []
    assert len({re.findall(r' height="\d+"', picture)[0] for picture in pictures}) == 1


def test_a_block_without_bands_has_no_column_for_them() -> None:
    without = bundles.group("so", "Sở", bundles.units(2))
    without["policies"]["bands"] = []
    groups = [without, bundles.group("xa", "Xã", bundles.districts(2))]
    book = read_bundle(published.build(bundles.header(), groups))
    assert paper.report_markup(book).count(">Xếp loại</th>") == 1
