"""What a paper says of itself at its head."""

import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter

from cchc_index.lib.sample_pdf import sample_pdf
from selfassess.examination import text_reading
from selfassess.examination.letters import fault
from selfassess.examination.paper_facts import facts_of

CASES = Path(__file__).parent / "cases"
REPORT = """UBND THÀNH PHỐ HÀ NỘI      CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ NỘI VỤ      Độc lập - Tự do - Hạnh phúc
_______
Số: 125/BC-SNV      Hà Nội, ngày 05  tháng
03 năm 2020
BÁO CÁO
Kết quả công tác cải cách hành chính
năm 2019
_____
Kính gửi: UBND thành phố Hà Nội
Căn cứ Quyết định số 3598/QĐ-UBND ngày 10/7/2019; tính đến ngày 31/12/2019 có 3 quyết định.
"""
LETTER = """SỞ Y TẾ
Số: 77/SYT-VP
V/v báo cáo kết quả
giải quyết thủ tục
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Hà Nội, ngày 7 tháng 12 năm 2023
Kính gửi: Sở Nội vụ
"""


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (REPORT, ("125/BC-SNV", "2020-03-05", "SỞ NỘI VỤ", "Kết quả công tác cải cách hành chính năm 2019")),
        (LETTER, ("77/SYT-VP", "2023-12-07", "SỞ Y TẾ", "báo cáo kết quả giải quyết thủ tục")),
        ("SỞ NỘI VỤ\nQUYẾT ĐỊNH\nSố: 7/QĐ-SNV", ("7/QĐ-SNV", "", "SỞ NỘI VỤ", "")),
        ("QUYẾT ĐỊNH\nSố: 7/QĐ-SNV", ("7/QĐ-SNV", "", "", "")),
        ("Biên lai thu tiền", ("", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_number_date_issuer_and_abstract_are_read(text: str, facts: tuple[str, str, str, str]) -> None:
    found = facts_of(text)
    assert (found["number"], found["issued_on"], found["issuer"], found["abstract"]) == facts


@pytest.mark.parametrize(
    "written",
    [
        "Hà Nội, ngày 5 tháng 3 năm 2020",
        "Hà Nội, ngày 05 tháng 03 năm 2020",
        "ngày 05  tháng 03\nnăm 2020",
        "NGÀY 05 THÁNG 03 NĂM 2020",
        "nga\u0300y 5 tha\u0301ng 3 na\u0306m 2020",
        "ngày 5/3/2020",
        "05/03/2020",
        "5.3.2020",
        "5-3-2020",
        "2020-03-05",
        "Ngày: 05/03/2020",
        "ngày 5/3/20",
        "ngày mùng 5 tháng ba năm 2020",
        "ngày 0 5 tháng 0 3 năm 2 0 2 0",
        "ngày 5 tháng 3, 2020",
        "Hà Nội, ngày\n5 tháng\n3 năm\n2020",
    ],
)
def test_date_is_read_in_every_spelling(written: str) -> None:
    assert facts_of(f"SỞ NỘI VỤ\nSố: 12/BC-SNV\n{written}\nBÁO CÁO\nKết quả")["issued_on"] == "2020-03-05"


@pytest.mark.parametrize("written", ["ngày 31/02/2020", "ngày … tháng … năm 2020", "12/2020", "Số 5/3/2020/QĐ-UBND"])
def test_what_is_no_date_is_none(written: str) -> None:
    assert facts_of(f"SỞ NỘI VỤ\n{written}\n")["issued_on"] == ""


def test_dates_of_other_papers_and_limits_are_not_its_own() -> None:
    assert facts_of(REPORT)["dates"] == ["2020-03-05"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam, ñy ban nh©n d©n thµnh phè Hµ Néi", "TCVN3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, UÛy ban nhaân daân thaønh phoá", "VNI"),
        ("\x03\x1d4Ò\x108%1 \ue012\ue013\ue014", "ToUnicode"),
        ("(cid:12)(cid:13)(cid:14)(cid:15)(cid:16)", "ToUnicode"),
        ("Cộng hòa xã hội chủ nghĩa Việt Nam, Ủy ban nhân dân thành phố Hà Nội", ""),
        ("Quyết định § 3, © 2031 Sở Nội vụ, 25 m², ±5 %, «thực hiện»", ""),
        ("Müller, Köln, São Paulo, Besançon, naïve, Ørsted và các công ty khác của thành phố Hà Nội", ""),
        ("", ""),
    ],
)
def test_letters_that_are_no_text_are_named(text: str, said: str) -> None:
    assert said in fault(text)
    assert bool(fault(text)) is bool(said)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("03-owner-empty-user.pdf", "read", True),
        ("07-tcvn3.pdf", "letters", None),
        ("09-no-tounicode.pdf", "letters", None),
        ("11c-nobreakhyphen.docx", "read", True),
    ],
)
def test_cases_are_read(name: str, text: str, found: bool | None) -> None:
    reading = text_reading.read_file(CASES / name, name.rpartition(".")[2], "123/QĐ-UBND")
    assert (reading["text"], reading["number_found"]) == (text, found)


_NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RUNS = {
    "plain": "<w:t>Số: 125/BC-SNV</w:t>",
    "behind a tab": "<w:t>Số:</w:t><w:tab/><w:t>125/BC-SNV</w:t>",
    "a hyphen out of a font of symbols": '<w:t>Số: 125/BC</w:t><w:sym w:font="Symbol" w:char="F02D"/><w:t>SNV</w:t>',
    "a hyphen that breaks no line": "<w:t>Số: 125/BC</w:t><w:noBreakHyphen/><w:t>SNV</w:t>",
    "a hyphen that may break": "<w:t>Số: 125/BC</w:t><w:softHyphen/><w:t>-SNV</w:t>",
    "letter by letter": "<w:t>Số: 1</w:t></w:r><w:r><w:t>25/B</w:t></w:r><w:r><w:t>C-SNV</w:t>",
}


@pytest.mark.parametrize("runs", RUNS.values(), ids=RUNS)
def test_number_of_a_word_file_is_found_and_offered(tmp_path: Path, runs: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        body = f"<w:p><w:r>{runs}</w:r></w:p>"
        archive.writestr("word/document.xml", f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>")
    found = text_reading.read_file(tmp_path / "a.docx", "docx", "125/BC-SNV")
    assert (found["number_found"], found["facts"]["number"]) == (True, "125/BC-SNV")


def test_every_page_is_read(tmp_path: Path) -> None:
    writer = PdfWriter()
    for _ in range(60):
        writer.add_blank_page(595, 842)
    writer.append(io.BytesIO(sample_pdf("Phụ lục", ["Số: 125/BC-SNV"])))
    writer.write(tmp_path / "a.pdf")
    found = text_reading.read_file(tmp_path / "a.pdf", "pdf", "125/BC-SNV")
    assert (found["number_found"], found["pages_read"]) == (True, 61)
