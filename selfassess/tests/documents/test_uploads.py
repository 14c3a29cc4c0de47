"""Each bad file has its own sentence; a good one is kept under a random name with its digest."""

import hashlib
import io
import zipfile
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pypdf import PdfWriter
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess.documents import actions as documents
from selfassess.documents import inspection
from selfassess.models import Document, Evidence, SelfAssessment
from selfassess.tests.factories import small_assessment, tiny_pdf
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import person

LIMIT = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\x00\x01" * 2 + b"\x00" * 9 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10" + b"\x00" * 14 + FRAME + b"\xff\xd9"


def office(main: str, *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", b"<Types/>"), (main, b"<x/>"), *more):
            archive.writestr(name, content)
    return out.getvalue()


DOCX, XLSX = office("word/document.xml"), office("xl/workbook.xml")


def encrypted_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    writer.encrypt("mat-khau", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def empty_pdf() -> bytes:
    out = io.BytesIO()
    PdfWriter().write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rong.pdf", b"", "rỗng"),
        ("to.pdf", tiny_pdf() + b"\x00" * LIMIT, "tối đa 1 MB"),
        ("bao-cao", tiny_pdf(), "không có phần mở rộng"),
        ("may.exe", b"MZ", "Không nhận tệp “.exe”"),
        ("cu.doc", b"x", "Word cũ"),
        ("cu.xls", b"x", "Excel cũ"),
        ("gop.zip", b"PK\x03\x04", "giải nén"),
        ("anh.heic", b"x", "HEIC"),
        ("bao-cao.pdf", DOCX, "có vẻ là tệp nén hoặc tệp Office"),
        ("bao-cao.docx", tiny_pdf(), "có vẻ là PDF"),
        ("bang.xlsx", DOCX, "không phải XLSX"),
        ("anh.png", JPEG, "có vẻ là ảnh JPG"),
        ("anh.jpg", PNG, "có vẻ là ảnh PNG"),
        ("khoa.pdf", encrypted_pdf(), "mật khẩu"),
        ("hong.pdf", b"%PDF-1.7\nkhong phai pdf", "hỏng"),
        ("cut.pdf", tiny_pdf(3)[:300], "hỏng"),
        ("trang.pdf", empty_pdf(), "không có trang"),
        ("khoa.docx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 64, "mật khẩu"),
        ("hong.docx", DOCX[: len(DOCX) // 2], "hỏng"),
        ("bom.xlsx", office("xl/workbook.xml", ("xl/sheet.xml", b"\x00" * 30_000_000)), "nén bất thường"),
        ("macro.docx", office("word/document.xml", ("word/vbaProject.bin", b"x")), "macro"),
        ("cut.png", PNG[:20], "hỏng"),
        ("cut.jpg", JPEG[:10], "hỏng"),
    ],
)
def test_bad_file_gets_a_sentence_that_helps(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        inspection.inspect(content, name, LIMIT)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [
        ("a.pdf", tiny_pdf(3), 3),
        ("a.PDF", tiny_pdf(), 1),
        ("a.docx", DOCX, None),
        ("a.xlsx", XLSX, None),
        ("a.png", PNG, None),
        ("a.JPG", JPEG, None),
        ("a.jpeg", JPEG, None),
    ],
)
def test_good_file_is_taken(name: str, content: bytes, pages: int | None) -> None:
    found = inspection.inspect(content, name, LIMIT)
    assert (found.pages, found.size, found.digest) == (pages, len(content), hashlib.sha256(content).hexdigest())


def test_hostile_pdf_streams_end_in_a_sentence() -> None:
    bomb = zlib.compress(b"0" * 50_000_000)
    body = b"%PDF-1.7\n1 0 obj<</Type/ObjStm/N 9/First 9/Filter/FlateDecode/Length " + str(len(bomb)).encode()
    loop = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"
    for content in (body + b">>stream\n" + bomb + b"\nendstream endobj\ntrailer<</Root 1 0 R>>", loop):
        with pytest.raises(Refused):
            inspection.inspect(content, "bay.pdf", LIMIT)


# --- keeping --------------------------------------------------------------------------------------

DATA: dict[str, Any] = {
    "number": "125/BC-SNV",
    "issued_on": date(2031, 1, 5),
    "issuer": "Sở Nội vụ",
    "abstract": "Báo cáo năm",
}


@pytest.fixture
def assessment(db: None, monkeypatch: pytest.MonkeyPatch) -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    monkeypatch.setattr(clock, "today", lambda: date(2031, 12, 1))
    return made


def stored_files() -> list[str]:
    folder = Path(default_storage.path("evidence"))
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def add(assessment: SelfAssessment, content: bytes = b"", name: str = "Báo cáo.pdf", **changes: object) -> Document:
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    upload = ContentFile(content or tiny_pdf(2), name=name)
    return documents.add_document(actor=officer, unit_id=assessment.unit_id, upload=upload, **(DATA | changes))


def test_document_is_kept_under_a_random_name_with_its_digest(assessment: SelfAssessment) -> None:
    document = add(assessment)
    with document.file.open("rb") as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == document.digest
    assert present(document.file.name).startswith("evidence/")
    assert "cáo" not in present(document.file.name)
    assert (document.original_name, document.pages, document.number) == ("Báo cáo.pdf", 2, "125/BC-SNV")
    assert present(LogEntry.objects.get(verb="selfassess.document").after)["digest"] == document.digest


def test_the_same_file_again_is_the_same_document_and_leaves_no_second_file(assessment: SelfAssessment) -> None:
    assert add(assessment).pk == add(assessment).pk
    with pytest.raises(Invalid) as refused:
        add(assessment, number="126/BC-SNV")
    assert "125/BC-SNV" in refused.value.errors["upload"]
    assert len(stored_files()) == 1


def test_document_data_and_file_are_refused_together(assessment: SelfAssessment) -> None:
    with pytest.raises(Invalid) as refused:
        add(assessment, b"x", number=" ", issuer="", abstract="a" * 501, issued_on=clock.today() + timedelta(days=1))
    assert set(refused.value.errors) == {"upload", "number", "issuer", "abstract", "issued_on"}
    assert stored_files() == []


def test_file_over_the_limit_of_the_settings_is_refused(assessment: SelfAssessment, settings: Settings) -> None:
    settings.EVIDENCE_MAX_BYTES = 500
    with pytest.raises(Invalid):
        add(assessment)


def test_page_beyond_the_last_keeps_neither_document_nor_file(assessment: SelfAssessment) -> None:
    criterion = assessment.round_group.criteria_set.criteria.get(code="1.1")
    given: dict[str, Any] = {"assessment_id": assessment.pk, "criterion_id": criterion.pk, **DATA}
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    with pytest.raises(Invalid):
        documents.add_evidence(actor=officer, upload=ContentFile(tiny_pdf(), name="a.pdf"), page=2, **given)
    assert (Document.objects.count(), stored_files()) == (0, [])
    documents.add_evidence(actor=officer, upload=ContentFile(tiny_pdf(), name="a.pdf"), page=1, **given)
    assert (Document.objects.count(), Evidence.objects.get().page, len(stored_files())) == (1, 1, 1)


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.INDEX_MANAGER, Role.OBSERVER])
def test_only_the_unit_adds_to_its_documents(assessment: SelfAssessment, role: Role) -> None:
    upload = ContentFile(tiny_pdf(), name="a.pdf")
    with pytest.raises(PermissionDenied):
        documents.add_document(actor=person(role, assessment.unit), unit_id=assessment.unit_id, upload=upload, **DATA)


def test_default_limit_is_twenty_megabytes() -> None:
    assert settings.EVIDENCE_MAX_BYTES == 20 * 1024 * 1024
