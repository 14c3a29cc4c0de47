"""What acts by itself does not come in; what only looks odd does."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from cchc_index.lib.faults import Refused
from selfassess.documents import inspection
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


def by_name(writer: PdfWriter) -> None:
    scripts = DictionaryObject(
        {NameObject("/Names"): ArrayObject([TextStringObject("a"), deed("/JavaScript", JS="x")])}
    )
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): scripts})


def chained() -> DictionaryObject:
    first = deed("/GoTo")
    first[NameObject("/Next")] = deed("/JavaScript", JS="x")
    return first


ACTING = {
    "script-by-name": lambda: made(by_name),
    "script-on-opening": lambda: made(on_opening(deed("/JavaScript", JS="x"))),
    "script-behind-another-deed": lambda: made(on_opening(chained())),
    "script-on-a-page": lambda: made(on_a_page),
    "script-in-a-field": lambda: made(in_a_field),
    "program-started": lambda: made(on_opening(deed("/Launch", F="cmd.exe"))),
    "program-behind-a-link": lambda: made(on_a_note),
    "program-carried": lambda: made(lambda writer: writer.add_attachment("cai-dat.exe", b"MZ")),
}


@pytest.mark.parametrize("name", ACTING)
def test_pdf_that_acts_is_refused_in_words(name: str) -> None:
    with pytest.raises(Refused, match="in lại thành PDF"):
        inspection.inspect(ACTING[name](), "a.pdf", LIMIT)


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


@pytest.mark.parametrize("part", ["word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin"])
def test_office_file_that_carries_objects_is_refused(part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
        archive.writestr(part, b"x")
    with pytest.raises(Refused, match="đối tượng nhúng"):
        inspection.inspect(out.getvalue(), "a.docx", LIMIT)


def test_file_that_only_restricts_printing_is_taken() -> None:
    assert inspection.inspect((CASES / "03-owner-empty-user.pdf").read_bytes(), "a.pdf", LIMIT).pages == 1


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_password_of_the_reader_is_named_as_the_reason(algorithm: str) -> None:
    def locked(user: str) -> bytes:
        return made(lambda writer: writer.encrypt(user, "chu", algorithm=algorithm))

    assert inspection.inspect(locked(""), "a.pdf", LIMIT).pages == 1
    with pytest.raises(Refused, match="đòi mật khẩu mới mở được"):
        inspection.inspect(locked("bi-mat"), "a.pdf", LIMIT)
