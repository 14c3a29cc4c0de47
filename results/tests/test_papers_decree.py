"""Annex I of Nghị định 30/2020/NĐ-CP, clause by clause, read from the files that were made."""

from typing import Any

import pytest
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from cchc_index.lib import raster
from results.files import paper as files
from results.files.word import ranking_docx
from results.models import Publication
from results.papers import paper, queries, slots, word
from results.tests import bundles
from results.tests.paper_reading import (
    PaperPage,
    letters,
    millimetres,
    pages_of,
    paragraph,
    paragraphs_of,
    word_of,
)
from results.tests.published import publish

pytestmark = pytest.mark.django_db

NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
ANNEXES = {slots.DECISION: 1, slots.ANALYSIS: 2}
OWN_HEAD = {
    slots.DECISION: ("THÀNH PHỐ HÀ NỘI", "Số: 123/QĐ-UBND", "QUYẾT ĐỊNH"),
    slots.SUBMISSION: ("SỞ NỘI VỤ", "Số: ……/TTr-SNV", "TỜ TRÌNH"),
    slots.ANALYSIS: ("SỞ NỘI VỤ", "Số: ……/BC-SNV", "BÁO CÁO"),
    slots.CONFERENCE: ("SỞ NỘI VỤ", "Số: ……/BC-SNV", "BÁO CÁO"),
}
"""Papers that stand alone: issuer, number and symbol of the kind, name of the kind."""
ALONE = sorted(OWN_HEAD)


@pytest.fixture
def official() -> Publication:
    return publish(bundles.small(illustrative=False))


MADE: dict[tuple[str, str], bytes] = {}
"""The same contents give the same paper: each is made once for all tests."""


def pages(publication: Publication, key: str) -> list[PaperPage]:
    if (key, "pdf") not in MADE:
        MADE[key, "pdf"] = paper.pdf_of(key, queries.material(publication.round))
    return pages_of(MADE[key, "pdf"])


def document(publication: Publication, key: str) -> WordDocument:
    if (key, "docx") not in MADE:
        MADE[key, "docx"] = word.docx_of(key, queries.material(publication.round))
    return word_of(MADE[key, "docx"])


@pytest.mark.parametrize("key", ALONE)
class TestOnPaper:
    def test_part_one_1_2_a4_with_margins_in_the_ranges(self, official: Publication, key: str) -> None:
        """Top and bottom 20–25 mm, left 30–35, right 15–20, on turned pages too."""
        for page in pages(official, key):
            assert sorted((round(page.wide), round(page.high))) == [210, 297]
            body = [line for line in page.lines if 18 < line.y < page.high - 18]
            assert min(line.x for line in body) >= 29.9
            strokes = [rule for rule in page.rules if rule[1] - rule[0] > 5]
            assert max((right for _, right, _ in strokes), default=0) <= page.wide - 14.9

    def test_part_one_5_numbers_in_the_middle_of_the_head_from_the_second_page(
        self, official: Publication, key: str
    ) -> None:
        """Arabic, 13–14, upright, none on the first page; those of an annex are counted on their own."""
        made = pages(official, key)
        heads = [[line for line in page.lines if line.y < 18] for page in made]
        counted: list[int] = []
        for page in made:
            begins = page.lines[0].words.startswith("Phụ lục")
            counted.append(1 if begins or not counted else counted[-1] + 1)
        assert counted.count(1) == 1 + ANNEXES.get(key, 0)
        assert [[line.words for line in head] for head in heads] == [[] if n == 1 else [str(n)] for n in counted]
        for page, (number,) in ((page, head) for page, head in zip(made, heads, strict=True) if head):
            assert 13 <= round(number.size, 1) <= 14
            assert not number.bold
            assert abs(number.x + number.length / 2 - (30 + (page.wide - 45) / 2)) < 1

    def test_part_two_1_the_country_and_its_motto(self, official: Publication, key: str) -> None:
        """12–13 bold over 13–14 bold; under it a rule as long as the words, each on one line."""
        first = pages(official, key)[0]
        nation, motto = first.line(NATION), first.line(MOTTO)
        assert 12 <= nation.size <= 13
        assert 13 <= round(motto.size, 1) <= 14
        assert nation.bold
        assert motto.bold
        length, middle = first.rule_under(motto)
        assert length == pytest.approx(motto.length, rel=0.02)
        assert middle == pytest.approx(motto.x + motto.length / 2, abs=0.5)

    def test_part_two_2_the_issuer_over_a_rule_of_a_third_to_a_half(self, official: Publication, key: str) -> None:
        first = pages(official, key)[0]
        name = first.line(OWN_HEAD[key][0])
        assert (name.bold, 12 <= round(name.size, 1) <= 13) == (True, True)
        length, middle = first.rule_under(name)
        assert 1 / 3 <= length / name.length <= 1 / 2
        assert middle == pytest.approx(name.x + name.length / 2, abs=0.5)
        above = [line for line in first.lines if line.words == "ỦY BAN NHÂN DÂN"]
        assert above[0].bold == (key == slots.DECISION)  # the superior of an issuer is not bold

    def test_part_two_3_and_4_number_and_day_on_one_line(self, official: Publication, key: str) -> None:
        """The symbol carries the kind; a zero stands before days below 10 and the months 1 and 2 alone."""
        first = pages(official, key)[0]
        number, day = first.line("Số: "), first.line("Hà Nội, ngày ")
        assert number.words == OWN_HEAD[key][1]
        assert number.y == pytest.approx(day.y, abs=0.1)
        assert (number.bold, number.italic, day.bold, day.italic) == (False, False, False, True)
        assert [round(one.size, 1) for one in (number, day)] == [13, 13]
        if key == slots.DECISION:
            assert day.words == "Hà Nội, ngày 01 tháng 3 năm 2032"

    def test_part_two_5_name_of_the_kind_and_abstract(self, official: Publication, key: str) -> None:
        """13–14 bold in the middle; under the abstract a rule of a third to a half of its line."""
        first = pages(official, key)[0]
        kind = first.line(OWN_HEAD[key][2])
        at = first.lines.index(kind)
        abstract = first.lines[at + 1 : at + (3 if key == slots.DECISION else 2)]
        assert all(line.bold and 13 <= round(line.size, 1) <= 14 for line in (kind, *abstract))
        length, middle = first.rule_under(abstract[-1])
        assert 1 / 3 <= length / max(line.length for line in abstract) <= 1 / 2
        assert middle == pytest.approx(30 + 165 / 2, abs=0.6)
        assert kind.x + kind.length / 2 == pytest.approx(30 + 165 / 2, abs=0.6)

    def test_part_two_6_the_text(self, official: Publication, key: str) -> None:
        """13–14, one letter; a first line goes in by 1 or 1.27 cm."""
        made = pages(official, key)
        faces = {line.face.split("+")[-1].split("-")[0] for page in made for line in page.lines}
        assert faces == {"Tinos"}  # the metrics of Times New Roman
        begins = {slots.DECISION: "Điều 2.", slots.SUBMISSION: "Thực hiện kế hoạch"}.get(key, "Số liệu của công bố")
        line = next(line for page in made for line in page.lines if line.words.startswith(begins))
        assert 13 <= round(line.size, 1) <= 14
        assert line.x == pytest.approx(40, abs=0.2)

    def test_part_two_7_and_9_signature_and_receivers(self, official: Publication, key: str) -> None:
        """“Nơi nhận:” 12 bold italic, its list 11 upright; who signs 13–14 bold, beside it."""
        page = next(one for one in pages(official, key) if any(line.words == "Nơi nhận:" for line in one.lines))
        label, kept = page.line("Nơi nhận:"), page.line("- Lưu: VT")
        signer = page.line("TM. ỦY BAN NHÂN DÂN" if key == slots.DECISION else "GIÁM ĐỐC")
        assert (round(label.size, 1), label.bold, label.italic) == (12, True, True)
        assert (round(kept.size, 1), kept.bold, kept.italic) == (11, False, False)
        assert (round(signer.size, 1), signer.bold) == (13, True)
        assert signer.x > label.x + 60
        assert abs(signer.y - label.y) < 1

    def test_part_two_9_whom_it_is_sent_to(self, official: Publication, key: str) -> None:
        """A submission names its addressee over the text; decisions and reports do not."""
        addressed = [line for line in pages(official, key)[0].lines if line.words.startswith("Kính gửi:")]
        assert len(addressed) == (key == slots.SUBMISSION)
        assert all(round(line.size, 1) == 13 and not line.bold for line in addressed)


def test_part_three_1_an_annex_has_name_title_and_its_decision(official: Publication) -> None:
    """“Phụ lục” in small letters 14 bold, its title in capitals 13–14 bold, what it belongs to 13–14 italic; it has no
    head, number or signature of its own."""
    made = pages(official, slots.DECISION)
    at = next(n for n, page in enumerate(made) if page.lines[0].words == "Phụ lục")
    name, title, belongs = made[at].lines[:3]
    assert (round(name.size, 1), name.bold) == (14, True)
    assert title.words == title.words.upper()
    assert (round(title.size, 1), title.bold) == (13, True)
    assert (round(belongs.size, 1), belongs.italic, belongs.bold) == (13, True, False)
    assert belongs.words.startswith("(Kèm theo Quyết định số 123/QĐ-UBND ngày 01 tháng 3 năm 2032 của")
    told = {line.words for page in made[at:] for line in page.lines}
    assert not told & {NATION, MOTTO, "Nơi nhận:", "Số: 123/QĐ-UBND"}


@pytest.mark.parametrize("made", ["report", "booklet"])
def test_part_three_1_reports_and_booklets_are_attachments(made: str) -> None:
    bundle: dict[str, Any] = bundles.small(2, 2, illustrative=False)
    group = bundle["groups"][0]
    data = files.ranking_pdf(bundle) if made == "report" else files.unit_pdf(bundle, group["code"], "S01")
    told = [line.words for page in pages_of(data) for line in page.lines]
    assert any(words.startswith("(Kèm theo Quyết định số 123/QĐ-UBND") for words in told)
    assert not {NATION, MOTTO, "Nơi nhận:"} & set(told)
    assert not any(words.startswith("Số: ") for words in told)


def test_slides_are_no_official_paper_but_say_whose_they_are(official: Publication) -> None:
    """The decree knows no slides: no country's name, no number, no signature; 16:9, the issuer on the first."""
    made = pages(official, slots.SLIDES)
    assert {(round(page.wide / page.high, 2)) for page in made} == {1.78}
    assert any("SỞ NỘI VỤ" in line.words for line in made[0].lines)
    assert not {NATION, MOTTO, "Nơi nhận:"} & {line.words for page in made for line in page.lines}


@pytest.mark.parametrize("key", ALONE)
class TestInWord:
    def test_paper_margins_and_letter(self, official: Publication, key: str) -> None:
        made = document(official, key)
        for section in made.sections:
            assert sorted((millimetres(section.page_width), millimetres(section.page_height))) == [210, 297]
            margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
            assert [millimetres(one) for one in margins] == [20, 20, 30, 18]
        assert {run.font.name for one in paragraphs_of(made) for run in one.runs if run.text.strip()} == {
            "Times New Roman"
        }

    def test_numbers_of_pages(self, official: Publication, key: str) -> None:
        """A field in the middle of the head, 13; none on the first page, of an annex neither, which begins anew."""
        made = document(official, key)
        first = made.sections[0]
        assert first.different_first_page_header_footer
        assert "".join(one.text for one in first.first_page_header.paragraphs) == ""
        (number,) = first.header.paragraphs
        assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
        assert "PAGE" in "".join(node.text or "" for node in number._p.iter(qn("w:instrText")))
        anew = [section for section in made.sections if section._sectPr.find(qn("w:pgNumType")) is not None]
        assert len(anew) == ANNEXES.get(key, 0)
        assert all(section.different_first_page_header_footer for section in anew)

    def test_the_head(self, official: Publication, key: str) -> None:
        issuer, number, kind = OWN_HEAD[key]
        made = document(official, key)
        table = made.tables[0]
        wide = [millimetres(cell.width) for cell in table.rows[0].cells]
        assert letters(paragraph(made, NATION)) == {(12, True, False)}
        assert raster.length(NATION, 120, bold=True) / 10 * 25.4 / 72 < wide[1] - 3.8  # on one line: Word's cells
        assert letters(paragraph(made, MOTTO)) == {(13, True, False)}
        assert all(run.underline for run in paragraph(made, MOTTO).runs)
        assert letters(paragraph(made, issuer)) == {(13, True, False)}
        assert table.rows[1].cells[0].text == number
        assert table.rows[1].cells[1].text.startswith("Hà Nội, ngày ")
        assert letters(table.rows[1].cells[1].paragraphs[0]) == {(13, False, True)}
        assert letters(paragraph(made, kind)) == {(14, True, False)}

    def test_rules_are_a_third_to_a_half_of_the_words(self, official: Publication, key: str) -> None:
        every = paragraphs_of(document(official, key))
        ruled = [n for n, one in enumerate(every) if one.text and not one.text.strip()]
        assert len(ruled) == 2  # under the issuer and under the abstract
        for at in ruled:
            words, rule = every[at - 1].text, every[at].text
            share = raster.length(rule, 130, bold=False) / raster.length(words, 130, bold=True)
            assert 1 / 3 <= share <= 1 / 2
            assert all(run.underline for run in every[at].runs)

    def test_signature_and_receivers(self, official: Publication, key: str) -> None:
        made = document(official, key)
        assert letters(paragraph(made, "Nơi nhận:")) == {(12, True, True)}
        assert letters(paragraph(made, "- Lưu: VT")) == {(11, False, False)}
        signer = "TM. ỦY BAN NHÂN DÂN" if key == slots.DECISION else "GIÁM ĐỐC"
        assert letters(paragraph(made, signer)) == {(13, True, False)}

    def test_the_text(self, official: Publication, key: str) -> None:
        made = document(official, key)
        begins = {slots.DECISION: "Điều 2.", slots.SUBMISSION: "Thực hiện kế hoạch"}.get(key, "Số liệu của công bố")
        one = paragraph(made, begins)
        assert {size for size, _, _ in letters(one)} == {13}
        shape = one.paragraph_format
        assert (millimetres(shape.first_line_indent), shape.alignment) == (10, WD_ALIGN_PARAGRAPH.JUSTIFY)
        assert shape.space_after is not None
        assert shape.space_after.pt >= 6


def test_the_annex_in_word(official: Publication) -> None:
    made = document(official, slots.DECISION)
    name, title = paragraph(made, "Phụ lục"), paragraph(made, "KẾT QUẢ XÁC ĐỊNH")
    assert (letters(name), letters(title)) == ({(14, True, False)}, {(13, True, False)})
    assert letters(paragraph(made, "(Kèm theo Quyết định số 123")) == {(13, False, True)}


def test_the_report_in_word_is_an_attachment() -> None:
    made = word_of(ranking_docx(bundles.small(2, 2, illustrative=False)))
    told = {one.text for one in paragraphs_of(made)}
    assert any(words.startswith("(Kèm theo Quyết định số 123/QĐ-UBND") for words in told)
    assert not {NATION, MOTTO, "Nơi nhận:"} & told
