"""Hostile files as evidence: bounded time and memory, a sentence that helps, never an error of ours."""

import io
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess.documents import inspection
from selfassess.examination import text_reading
from selfassess.models import Document
from selfassess.tests.factories import small_assessment, tiny_pdf
from units.models import Role
from units.tests.factories import person

LIMIT = 20 * 1024 * 1024
SECONDS = 5


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is the catalog."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + tail


def stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources" + FONT + b">>"
FLATE, TWICE = b"/Filter/FlateDecode", b"/Filter[/FlateDecode/FlateDecode]"


def drawn(content: bytes) -> bytes:
    return pdf(CATALOG, ONE_PAGE, PAGE, content)


def counted(count: bytes, kids: bytes = b"3 0 R") -> bytes:
    return pdf(CATALOG, b"<</Type/Pages/Count %b/Kids[%b]>>" % (count, kids), PAGE, stream(b"", b""))


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    catalog = b"<</Type/Catalog/Pages 2 0 R/X " + opening * depth + b"1" + closing * depth + b">>"
    return pdf(catalog, ONE_PAGE, PAGE, stream(b"", b""))


def billion_forms() -> bytes:
    """Ten drawings of ten drawings of ten …"""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>"
    levels = [stream(form % (number + 1), b"/A Do " * 10) for number in range(5, 17)]
    return pdf(CATALOG, ONE_PAGE, page, stream(b"", b"/A Do " * 10), *levels, stream(form % 5, b"/A Do "))


def looping_fields() -> bytes:
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>"
    return pdf(catalog, ONE_PAGE, PAGE, stream(b"", b""), b"<</Kids[5 0 R 5 0 R]>>")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "text-bomb": lambda: drawn(stream(FLATE, zlib.compress(b"BT /F 1 Tf (x) Tj ET " * 500_000, 9))),
    "double-bomb": lambda: drawn(stream(TWICE, zlib.compress(zlib.compress(b"\0" * 300_000_000, 9), 9))),
    "run-length": lambda: drawn(stream(b"/Filter[/RunLengthDecode/RunLengthDecode]", b"\x81\x81" * 2_000_000)),
    "ascii85": lambda: drawn(stream(b"/Filter/ASCII85Decode", b"z" * 10_000_000)),
    "operators": lambda: drawn(stream(b"", b"q " * 4_000_000)),
    "100000-pages": lambda: counted(b"100000", b"3 0 R " * 100_000),
    "liar": lambda: counted(b"999999999999"),
    "negative": lambda: counted(b"-5"),
    "count-of-words": lambda: counted(b"/Many"),
    "deep-lists": lambda: nested(b"[", b"]", 200_000),
    "deep-dictionaries": lambda: nested(b"<</A ", b">>", 50_000),
    "pages-in-themselves": lambda: pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[2 0 R]>>"),
    "billion-forms": billion_forms,
    "looping-fields": looping_fields,
    "looping-table": lambda: b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Prev 9>>\nstartxref\n9\n%%EOF",
    "objects-without-end": lambda: b"%PDF-1.7\n" + b"1 0 obj " * 1_500_000,
    "strings-without-end": lambda: b"%PDF-1.7\n" + b"((((" * 3_000_000,
    "noise": lambda: b"%PDF-1.7\n" + os.urandom(2_000_000),
    "cut": lambda: tiny_pdf(50)[:4_000],
}


def refusal(content: bytes) -> str:
    """The sentence that refuses the PDF; "" when it is taken, with a sound count of pages."""
    try:
        taken = inspection.inspect(content, "a.pdf", LIMIT)
    except Refused as refused:
        return str(refused)
    assert 1 <= present(taken.pages) <= inspection.MAX_PAGES
    return ""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pdf_is_taken_or_refused_in_words_and_read_within_bounds(name: str, tmp_path: Path) -> None:
    content = HOSTILE[name]()
    began = time.process_time()
    said = refusal(content)
    assert said == "" or said.endswith(".")
    assert time.process_time() - began < SECONDS
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    found = text_reading.read_file(path, "pdf", "1/BC", seconds=SECONDS)
    assert found["text"] in (text_reading.NONE, text_reading.READ, text_reading.UNREADABLE)


def test_reading_stops_at_its_time_and_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(HOSTILE["ascii85"]())
    assert text_reading.read_file(path, "pdf", "1/BC", seconds=0.01)["text"] == "unreadable"
    code = (
        "from selfassess.examination import text_reading as reading; reading.MEMORY = 100 * 2**20;"
        f"reading.main([{str(path)!r}, 'pdf', '1/BC']); print('survived', bytearray(200 * 2**20)[:1])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert "survived" not in done.stdout
    assert "MemoryError" in done.stderr


def office(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%b">' % (n, b"&a%s;" % (b"" if n == 1 else b"%d" % (n - 1)) * 10) for n in range(1, 10)
)


@pytest.mark.parametrize(
    "body",
    [
        ENTITIES + b"]><w:document " + W + b"><w:t>&a9;</w:t></w:document>",
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:document ' + W + b"><w:t>&f;</w:t></w:document>",
        b"<a>" * 300_000 + b"</a>" * 300_000,
        b"<w:document " + W + b">" + b"<w:t>" * 10,
        b"khong phai xml",
        b"",
    ],
    ids=["billion-laughs", "outside-file", "deep", "cut", "no-xml", "empty"],
)
def test_hostile_docx_is_read_as_unreadable_or_empty(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(office({"word/document.xml": body}))
    assert text_reading.read_file(path, "docx", "1/BC")["number_found"] is not True


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\0" * 9 + b"IEND\xaeB`\x82"


def jpeg(width: int, height: int, before: bytes = b"") -> bytes:
    frame = b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"
    return b"\xff\xd8" + before + frame + b"\xff\xd9"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.png", png(50_000, 50_000), "2.500.000.000 điểm ảnh, tối đa 50.000.000"),
        ("a.png", png(0, 5), "hỏng"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDRIEND", "hỏng"),
        ("a.jpg", jpeg(65_535, 65_535), "điểm ảnh"),
        ("a.jpg", jpeg(65_535, 65_535, b"\xff\xe1\0\x08\xff\xc0aaaa"), "điểm ảnh"),  # a small frame in a comment
        ("a.jpg", b"\xff\xd8\xff\xe1\xff\xff" + b"\0" * 99 + b"\xff\xd9", "hỏng"),
        ("a.jpg", b"\xff\xd8\xff\xe1\0\0" * 1_000 + b"\xff\xd9", "hỏng"),
        ("a.pdf", b"<html>%PDF-1.7" + tiny_pdf()[8:], "có vẻ là trang web"),
        ("a.pdf", b"MZ\x90\0" + tiny_pdf(), "có vẻ là chương trình"),
        ("a.pdf", b"PK\x03\x04" + tiny_pdf(), "không phải PDF"),
        ("a.pdf.exe", tiny_pdf(), "Không nhận tệp “.exe”"),
        ("../../a.svg", b"<svg/>", "Không nhận tệp “.svg”"),
        ("a.html", b"<script>", "Không nhận tệp “.html”"),
    ],
)
def test_bomb_or_polyglot_is_refused_in_words(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        inspection.inspect(content, name, LIMIT)


def test_size_of_a_picture_is_read_past_its_comments() -> None:
    comment = b"\xff\xe1\0\x08\xff\xc0aaaa"
    assert inspection.inspect(jpeg(10, 10, comment), "a.jpg", LIMIT).pages is None


@pytest.mark.django_db
def test_hostile_upload_comes_back_as_a_page_with_a_sentence() -> None:
    assessment = small_assessment()
    open_stage(assessment.round_group.round, "self_assessment")
    leaf = assessment.round_group.criteria_set.criteria.get(code="1.1")
    client = Client()
    client.force_login(person(Role.UNIT_OFFICER, assessment.unit))
    there = reverse("selfassess:upload", args=[assessment.pk, leaf.pk])
    data = {"number": "1/BC", "issued_on": "01/02/2020", "issuer": "Sở Thử", "abstract": "Báo cáo"}
    for name, content in {"100000-pages": HOSTILE["100000-pages"](), "noise": HOSTILE["noise"](), "rong": b""}.items():
        answer = client.post(there, {**data, "upload": SimpleUploadedFile(f"{name}.pdf", content)})
        assert answer.status_code == 400
        assert 'value="1/BC"' in answer.text
    assert not Document.objects.exists()
