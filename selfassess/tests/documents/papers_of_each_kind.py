"""Evidence as people hold it: a file of each kind that no browser shows by itself, one signed, one signed and changed;
each read as the worker reads it."""

import io
from datetime import date
from pathlib import Path

import openpyxl
from django.core.files.base import ContentFile
from PIL import Image

from selfassess.documents import actions as documents
from selfassess.evidence import actions as evidence
from selfassess.examination import actions as examination
from selfassess.models import SelfAssessment
from units.models import User

CASES = Path(__file__).parent.parent / "examination" / "cases"
PICTURES = {"1/ANH": "iphone.heic", "2/ANH": "anh.webp", "3/ANH": "quet.tiff"}
WORDS = {"4/VB": ("cong-van.docx", "Quyết định ban hành kế hoạch"), "5/BB": ("so-lieu.xlsx", "92,65%")}
"""{number: (name, what its copy says)}"""
SIGNED = {
    "6/KY": ("nguyen-ven.pdf", "Chữ ký số còn nguyên vẹn: Sở Nội vụ Hà Nội"),
    "7/KY": ("da-sua.pdf", "Tệp đã bị sửa sau khi ký số"),
}


def attach_all(assessment: SelfAssessment, officer: User, criterion_id: int) -> None:
    for number, (name, content) in _files().items():
        upload = ContentFile(content, name=name)
        kept = documents.add_document(
            actor=officer,
            unit_id=assessment.unit_id,
            upload=upload,
            number=number,
            issued_on=date(2024, 6, 1),
            issuer="Sở",
            abstract=f"Tệp {name}",
        )
        examination.examine(kept.pk)
        evidence.attach(actor=officer, assessment_id=assessment.pk, criterion_id=criterion_id, document_id=kept.pk)


def _files() -> dict[str, tuple[str, bytes]]:
    """{number: (name, content)}"""
    made = {"1/ANH": _case("18-iphone.heic"), "2/ANH": _picture("WEBP"), "3/ANH": _picture("TIFF")}
    made |= {"4/VB": _case("11c-nobreakhyphen.docx"), "5/BB": _book()}
    made |= {"6/KY": _case("50-signed-invisible.pdf"), "7/KY": _case("54-signed-tampered.pdf")}
    names = PICTURES | {number: name for number, (name, _) in (WORDS | SIGNED).items()}
    return {number: (names[number], content) for number, content in made.items()}


def _case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "white").save(out, kind)
    return out.getvalue()


def _book() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["Tỷ lệ đúng hạn", 0.9265])
    sheet["B1"].number_format = "0.00%"
    book.save(out)
    return out.getvalue()
