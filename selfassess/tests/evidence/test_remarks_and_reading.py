"""What is read in the evidence, and what is said about it."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from cchc_index.lib.sample_pdf import sample_pdf
from selfassess.evidence.remarks import CitedDocument, Remarks, remarks_on
from selfassess.examination import text_reading as reading
from selfassess.models import Document
from selfassess.tests.factories import tiny_pdf

YEAR = (date(2031, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("Số: 125/BC-SNV", "125/BC-SNV", True),
        ("Số:  125 / BC – SNV", "125/BC-SNV", True),
        ("số 125/bc-snv", "125/BC-SNV", True),
        ("Số: 05/BC-SNV", "5/BC-SNV", True),
        ("Số: 5/BC-SNV", "05/BC-SNV", True),
        ("Số: 7/Q\u00d0-UBND", "7/QĐ-UBND", True),  # the Icelandic letter that fonts draw for Đ
        ("Số: 7/KH-Y TÊ\u0301", "7/KH-YTẾ", True),  # decomposed accents
        ("125/BC-SNVHà Nội", "125/BC-SNV", True),
        ("Số: 125/BC-SNV", "5/BC-SNV", False),
        ("Số:     /BC-SNV", "125/BC-SNV", False),
        ("Số: 125/BC-SNV", "126/BC-SNV", False),
        ("Báo cáo", "không số", None),
        ("Báo cáo", "Không có số", None),
    ],
)
def test_number_is_found_whatever_spaces_dashes_and_case(text: str, number: str, found: bool | None) -> None:
    assert reading.has_number(text, number) is found


def kept(tmp_path: Path, content: bytes, kind: str) -> Path:
    path = tmp_path / f"tep.{kind}"
    path.write_bytes(content)
    return path


def office(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCX = f"<w:document {W}><w:p><w:r><w:t>Số: 12</w:t></w:r><w:r><w:t>5/BC-SNV</w:t></w:r></w:p></w:document>"


def test_pdf_with_text_says_whether_its_number_is_there(tmp_path: Path) -> None:
    path = kept(tmp_path, sample_pdf("Báo cáo", ["Số: 125/BC-SNV", "Hà Nội, Sở Nội vụ báo cáo."]), "pdf")
    found = reading.read_file(path, "pdf", "125/BC-SNV")
    assert (found["text"], found["number_found"], found["signed"], found["pages_read"]) == ("read", True, False, 1)
    assert reading.read_file(path, "pdf", "99/KH-SNV")["number_found"] is False


def test_scanned_pdf_has_no_text_layer_and_raises_no_false_alarm(tmp_path: Path) -> None:
    found = reading.read_file(kept(tmp_path, tiny_pdf(2), "pdf"), "pdf", "125/BC-SNV")
    assert (found["text"], found["number_found"]) == ("none", None)


def test_docx_number_split_over_runs_is_found(tmp_path: Path) -> None:
    path = kept(tmp_path, office({"word/document.xml": DOCX}), "docx")
    assert reading.read_file(path, "docx", "125/BC-SNV")["number_found"] is True


def test_signature_field_is_seen_only_when_it_holds_a_signature() -> None:
    assert not reading.is_signed(PdfReader(io.BytesIO(pdf_with_field(signed=False))))
    assert reading.is_signed(PdfReader(io.BytesIO(pdf_with_field(signed=True))))


def pdf_with_field(*, signed: bool) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("Chữ ký")})
    if signed:
        field[NameObject("/V")] = DictionaryObject({NameObject("/Type"): NameObject("/Sig")})
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_picture_is_not_read(tmp_path: Path) -> None:
    assert reading.read_file(tmp_path / "none.png", "png", "1/BC")["text"] == "other"


def test_entities_of_a_docx_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + f"<w:document {W}>&b;</w:document>"
    found = reading.read_file(kept(tmp_path, office({"word/document.xml": bomb}), "docx"), "docx", "1/BC")
    assert found["text"] == "unreadable"


# --- what is said -----------------------------------------------------------------------------------


def cite(**changes: object) -> CitedDocument:
    given: dict[str, Any] = {
        "number": "125/BC-SNV",
        "issued_on": date(2031, 6, 1),
        "content_type": "application/pdf",
        "digest": "d",
        "pages": 3,
        "scan_state": Document.Scan.CLEAN,
        "reading": {"text": "read", "number_found": True, "signed": True, "pages_read": 3},
        "page": 3,
    }
    return CitedDocument(**{**given, **changes})


def test_sound_evidence_has_nothing_said_about_it() -> None:
    assert remarks_on(cite(), YEAR) == Remarks()


def broken(state: str) -> dict[str, Any]:
    signature = {"state": state, "by": "Sở Nội vụ", "at": "2031-03-05T10:00:00+00:00", "trusted": None}
    return {"reading": {"text": "read", "number_found": True, "signed": True, "signatures": [signature]}}


def written(day: str, *others: str) -> dict[str, Any]:
    """A reading that found `day` where a paper is dated, or among others."""
    facts = {"issued_on": day, "dated_at_place": not others, "dates": [day, *others]}
    return {"reading": {"text": "read", "number_found": True, "signed": True, "facts": facts}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issued_on": date(2032, 2, 1)}, "ngoài thời kỳ đánh giá"),
        ({"issued_on": date(2030, 11, 30)}, "ngoài thời kỳ đánh giá"),
        ({"page": 4}, "chỉ có 3 trang"),
        ({"reading": {"text": "read", "number_found": False, "pages_read": 3}}, "trong nội dung tệp"),
        ({"reading": {"text": "read", "number_found": False, "pages_read": 40}, "pages": 90}, "40 trang đầu"),
        (broken("changed"), "đã bị sửa sau khi ký số: chữ ký của Sở Nội vụ, ký lúc 17:00 ngày 05/03/2031"),
        (broken("added"), "nội dung được thêm mà không ai ký"),
        (broken("unreadable"), "không kiểm tra được chữ ký"),
        (written("2031-06-02"), "Ngày trên văn bản là 02/06/2031, khác ngày đã ghi 01/06/2031."),
        (written("2020-06-01"), "Ngày trên văn bản là 01/06/2020, ngoài thời kỳ đánh giá, khác"),
        ({"reading": {"number_found": False, "number_cited": True, "facts": {"number": "9/BC-X"}}}, "viện dẫn"),
        ({"scan_state": "scanning"}, "đang quét"),
        ({"scan_state": "failed"}, "chưa quét được"),
        ({"scan_state": "infected"}, "mã độc"),
    ],
)
def test_each_finding_has_its_sentence(changes: dict[str, Any], said: str) -> None:
    found = remarks_on(cite(**changes), YEAR).warnings
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("day", YEAR)
def test_first_and_last_day_of_the_period_belong_to_it(day: date) -> None:
    assert not remarks_on(cite(issued_on=day), YEAR).warnings


@pytest.mark.parametrize(
    ("day", "said"), [(date(2030, 12, 1), "tháng liền trước"), (date(2032, 1, 31), "tháng liền sau")]
)
def test_papers_of_the_month_before_and_after_are_normal(day: date, said: str) -> None:
    found = remarks_on(cite(issued_on=day), YEAR)
    assert not found.warnings
    assert said in found.notes[0]


def test_one_of_several_dates_of_a_paper_raises_no_alarm() -> None:
    assert not remarks_on(cite(**written("2031-02-02", "2031-06-01")), YEAR).warnings


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ({"text": "none", "signed": False}, "Không thấy chữ ký số trong bản quét PDF."),
        ({"text": "read", "number_found": True, "signed": False}, "Không thấy chữ ký số trong tệp PDF."),
        ({"text": "other"}, "Ảnh chụp không có chữ ký số."),
    ],
)
def test_missing_signature_is_a_note_for_every_kind_of_file(reading: dict[str, Any], said: str) -> None:
    found = remarks_on(cite(reading=reading), YEAR)
    assert not found.warnings
    assert said in found.notes
    assert "chua-ky" in found.kinds


def test_good_signature_earns_a_good_word() -> None:
    signature = {"state": "intact", "by": "Sở Nội vụ", "at": "2031-03-05T10:00:00+00:00", "trusted": True}
    found = remarks_on(cite(reading={"text": "read", "number_found": True, "signatures": [signature]}), YEAR)
    assert found == Remarks(
        good=("Chữ ký số còn nguyên vẹn: Sở Nội vụ, ký lúc 17:00 ngày 05/03/2031; chứng thư số được tin cậy.",)
    )


@pytest.mark.parametrize(
    ("trusted", "said"),
    [
        (False, "chứng thư số chưa thuộc danh sách tin cậy"),
        (None, "chưa xác định được tổ chức cấp chứng thư số"),
    ],
)
def test_good_signature_of_an_unknown_root_says_so_and_warns_of_nothing(trusted: bool | None, said: str) -> None:
    signature = {"state": "intact", "by": "Sở Nội vụ", "at": "2031-03-05T10:00:00+00:00", "trusted": trusted}
    found = remarks_on(cite(reading={"text": "read", "number_found": True, "signatures": [signature]}), YEAR)
    assert found == Remarks(good=(f"Chữ ký số còn nguyên vẹn: Sở Nội vụ, ký lúc 17:00 ngày 05/03/2031; {said}.",))


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("kind", "content_type", "part", "said"),
    [
        ("docx", WORD, "word/document.xml", "Không thấy chữ ký số trong tệp Word."),
        ("xlsx", EXCEL, "xl/sharedStrings.xml", "Không thấy chữ ký số trong tệp Excel."),
    ],
)
def test_unsigned_office_files_are_not_silent(
    tmp_path: Path, kind: str, content_type: str, part: str, said: str
) -> None:
    path = kept(tmp_path, office({part: DOCX}), kind)
    read = reading.read_file(path, kind, "125/BC-SNV")
    assert remarks_on(cite(content_type=content_type, reading=read, pages=None), YEAR).notes == (said,)
    signed = kept(tmp_path, office({part: DOCX, "_xmlsignatures/sig1.xml": "<x/>"}), kind)
    read = reading.read_file(signed, kind, "125/BC-SNV")
    assert remarks_on(cite(content_type=content_type, reading=read, pages=None), YEAR) == Remarks()


CASES = Path(__file__).parents[1] / "examination" / "cases"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("07-tcvn3.pdf", "chữ viết bằng bảng mã TCVN3 (phông chữ .Vn…)"),
        ("09-no-tounicode.pdf", "phông chữ trong tệp không cho biết chữ (thiếu bảng ToUnicode)"),
    ],
)
def test_letters_that_cannot_be_read_are_said_and_no_number_is_missed(file: str, why: str) -> None:
    read = reading.read_file(CASES / file, "pdf", "125/BC-SNV")
    found = remarks_on(cite(reading=read, page=1), YEAR)
    assert f"Không đọc được chữ trong tệp để kiểm tra: {why}." in found.notes
    assert found.warnings == ()


def test_letters_of_vni_are_said_too() -> None:
    read = reading._of_text("Soá: 125/BC-SNV UÛy ban nhaân daân thaønh phoá Haø Noäi baùo caùo keát quaû", "125/BC-SNV")
    assert remarks_on(cite(reading=read), YEAR).notes[0] == (
        "Không đọc được chữ trong tệp để kiểm tra: chữ viết bằng bảng mã VNI."
    )


def test_other_file_under_the_same_number_and_date_is_questioned() -> None:
    said = remarks_on(cite(), YEAR, rivals=["ban-2.pdf"]).warnings
    assert said == ("Tệp khác (ban-2.pdf) cũng mang số 125/BC-SNV ngày 01/06/2031: kiểm tra tệp nào đúng văn bản.",)


def test_no_text_layer_is_a_note_not_a_warning() -> None:
    said = remarks_on(cite(reading={"text": "none", "number_found": None, "signed": True}), YEAR)
    assert said == Remarks((), ("Tệp không có lớp chữ, không đọc được số ký hiệu.",))


def test_twin_is_named_to_the_council_only() -> None:
    assert "đơn vị khác" in remarks_on(cite(), YEAR, ("Sở Tài chính",)).warnings[0]
    assert "Sở Tài chính" in remarks_on(cite(), YEAR, ("Sở Tài chính",), names=True).warnings[0]
