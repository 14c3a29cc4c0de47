"""What acts by itself does not come in; what only looks odd does."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from cchc_index.lib.faults import Refused
from selfassess.documents import active_contents, inspection
from selfassess.tests.examination.test_signatures import paper

CASES = Path(__file__).parents[1] / "examination" / "cases"
LIMIT = 20 * 1024 * 1024


def made(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(io.BytesIO(paper()))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def deed(kind: str, **more: str) -> DictionaryObject:
    words = {NameObject(f"/{name}"): TextStringObject(value) for name, value in more.items()}
    return DictionaryObject({NameObject("/S"): NameObject(kind), **words})


def on_opening(action: DictionaryObject) -> Callable[[PdfWriter], None]:
    return lambda writer: writer.root_object.__setitem__(NameObject("/OpenAction"), action)


def on_a_note(writer: PdfWriter) -> None:
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): deed("/Launch", F="a.exe")})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note])


def on_a_page(writer: PdfWriter) -> None:
    acts = DictionaryObject({NameObject("/O"): deed("/JavaScript", JS="app.alert(1)")})
    writer.pages[0][NameObject("/AA")] = acts


def in_a_field(writer: PdfWriter) -> None:
    acts = DictionaryObject({NameObject("/K"): deed("/JavaScript", JS="x")})
    field = DictionaryObject({NameObject("/FT"): NameObject("/Tx"), NameObject("/AA"): acts})
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    writer.root_object[NameObject("/AcroForm")] = form


def rich_media(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/Annots")] = ArrayObject(
        [DictionaryObject({NameObject("/Subtype"): NameObject("/RichMedia")})]
    )


def xfa(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})


def sent_by_a_button(writer: PdfWriter) -> None:
    field = DictionaryObject(
        {NameObject("/FT"): NameObject("/Btn"), NameObject("/A"): deed("/SubmitForm", F="http://x")}
    )
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})


def by_name(writer: PdfWriter) -> None:
    scripts = DictionaryObject(
        {NameObject("/Names"): ArrayObject([TextStringObject("a"), deed("/JavaScript", JS="x")])}
    )
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): scripts})


def chained() -> DictionaryObject:
    first = deed("/GoTo")
    first[NameObject("/Next")] = deed("/JavaScript", JS="x")
    return first


SCRIPT, PROGRAM = "mã lệnh JavaScript", "lệnh mở chương trình khác"
ACTING: dict[str, tuple[Callable[[], bytes], str]] = {
    "script-by-name": (lambda: made(by_name), SCRIPT),
    "script-on-opening": (lambda: made(on_opening(deed("/JavaScript", JS="x"))), SCRIPT),
    "script-behind-another-deed": (lambda: made(on_opening(chained())), SCRIPT),
    "script-on-a-page": (lambda: made(on_a_page), SCRIPT),
    "script-in-a-field": (lambda: made(in_a_field), SCRIPT),
    "program-started": (lambda: made(on_opening(deed("/Launch", F="cmd.exe"))), PROGRAM),
    "program-behind-a-link": (lambda: made(on_a_note), PROGRAM),
    "program-carried": (
        lambda: made(lambda writer: writer.add_attachment("cai-dat.exe", b"MZ")),
        "tệp đính kèm “cai-dat.exe”",
    ),
    "data-loaded": (lambda: made(on_opening(deed("/ImportData", F="a.fdf"))), "lệnh nạp dữ liệu từ ngoài"),
    "data-sent": (lambda: made(on_opening(deed("/SubmitForm", F="http://x"))), "lệnh gửi dữ liệu ra ngoài"),
    "data-sent-by-a-button": (lambda: made(sent_by_a_button), "lệnh gửi dữ liệu ra ngoài"),
    "rich-media": (lambda: made(rich_media), "nội dung chạy được"),
    "dynamic-form": (lambda: made(xfa), "biểu mẫu động (XFA)"),
}


@pytest.mark.parametrize("name", ACTING)
def test_pdf_that_acts_is_refused_in_words(name: str) -> None:
    content, said = ACTING[name]
    with pytest.raises(Refused) as refused:
        inspection.inspect(content(), "a.pdf", LIMIT)
    assert (
        str(refused.value)
        == f"Tệp PDF có {said}: in lại thành PDF (Print to PDF) rồi tải lại; tệp kèm thì tải lên riêng."
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [("JS", SCRIPT), ("Launch", PROGRAM), ("SubmitForm", "lệnh gửi dữ liệu ra ngoài"), ("XFA", "biểu mẫu động (XFA)")],
)
def test_a_file_too_tangled_to_be_walked_is_judged_by_its_bytes(word: str, said: str) -> None:
    broken: Any = object()
    assert active_contents.found_in(broken, f"<< /{word} (x) >>".encode()) == said
    assert active_contents.found_in(broken, f"<< /{word}ext (x) >>".encode()) == ""


@pytest.mark.parametrize(
    "content",
    [
        lambda: made(lambda writer: writer.add_attachment("phu-luc.xlsx", b"PK")),
        lambda: made(on_opening(deed("/GoTo"))),
        lambda: made(lambda writer: writer.add_metadata({"/Title": "Tập huấn /JavaScript và /Launch"})),
    ],
    ids=["paper-carried", "goes-to-a-page", "speaks-of-scripts"],
)
def test_pdf_that_only_looks_odd_is_taken(content: Callable[[], bytes]) -> None:
    assert inspection.inspect(content(), "a.pdf", LIMIT).pages == 1


def office(ending: str, *parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ({"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[ending], *parts):
            archive.writestr(part, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(("ending", "folder"), [("docx", "word"), ("xlsx", "xl")])
@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("activeX/activeX1.xml", "đối tượng nhúng chạy được"),
        ("embeddings/oleObject1.bin", "đối tượng nhúng chạy được"),
        ("embeddings/package.bin", "đối tượng nhúng chạy được"),
        ("embeddings/cai-dat.exe", "đối tượng nhúng chạy được"),
        ("embeddings/so-lieu.xlsm", "đối tượng nhúng chạy được"),
        ("vbaProject.bin", "chứa macro"),
        ("macrosheets/sheet1.xml", "chứa macro"),
    ],
)
def test_office_file_that_carries_what_runs_is_refused(ending: str, folder: str, part: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        inspection.inspect(office(ending, f"{folder}/{part}"), f"a.{ending}", LIMIT)


@pytest.mark.parametrize(("ending", "folder"), [("docx", "word"), ("xlsx", "xl")])
def test_the_table_of_a_chart_is_no_program(ending: str, folder: str) -> None:
    content = office(ending, f"{folder}/embeddings/Microsoft_Excel_Worksheet.xlsx", f"{folder}/charts/chart1.xml")
    assert inspection.inspect(content, f"a.{ending}", LIMIT).extension == ending


def test_file_that_only_restricts_printing_is_taken() -> None:
    assert inspection.inspect((CASES / "03-owner-empty-user.pdf").read_bytes(), "a.pdf", LIMIT).pages == 1


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_password_of_the_reader_is_named_as_the_reason(algorithm: str) -> None:
    def locked(user: str) -> bytes:
        return made(lambda writer: writer.encrypt(user, "chu", algorithm=algorithm))

    assert inspection.inspect(locked(""), "a.pdf", LIMIT).pages == 1
    with pytest.raises(Refused, match="đòi mật khẩu mới mở được"):
        inspection.inspect(locked("bi-mat"), "a.pdf", LIMIT)
