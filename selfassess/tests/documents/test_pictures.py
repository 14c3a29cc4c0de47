"""Pictures as phones and scanners make them: taken, kept as they are, shown upright and whole."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook
from PIL import Image

from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import first_sheet
from selfassess.documents import inspection
from selfassess.examination import actions as examination
from selfassess.models import Document, DocumentOpening
from selfassess.tests.factories import DocumentFactory
from units.models import Role
from units.tests.factories import person

CASES = Path(__file__).parents[1] / "examination" / "cases"
LIMIT = 20 * 1024 * 1024


def picture(form: str, *, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, form, **options)
    return out.getvalue()


def scan(pages: int) -> bytes:
    more = [Image.new("RGB", (60, 40), "white") for _ in range(pages - 1)]
    return picture("TIFF", save_all=True, append_images=more)


TAKEN: dict[str, tuple[Callable[[], bytes], str, int | None]] = {
    "a.jfif": (lambda: picture("JPEG"), "image/jpeg", None),
    "a.webp": (lambda: picture("WEBP"), "image/webp", None),
    "lossless.webp": (lambda: picture("WEBP", lossless=True), "image/webp", None),
    "exif.webp": (lambda: picture("WEBP", exif=Image.Exif()), "image/webp", None),
    "a.tif": (lambda: scan(1), "image/tiff", 1),
    "a.tiff": (lambda: scan(3), "image/tiff", 3),
    "iphone.heic": (lambda: (CASES / "18-iphone.heic").read_bytes(), "image/heic", None),
    "phone.jpg": (lambda: (CASES / "17-phone-exif6.jpg").read_bytes(), "image/jpeg", None),
    "motion.jpg": (lambda: picture("JPEG") + b"ftypmp42" * 2_000, "image/jpeg", None),
    "tail.png": (lambda: picture("PNG") + b"\0" * 9_000, "image/png", None),
}


@pytest.mark.parametrize("name", TAKEN)
def test_picture_is_taken(name: str) -> None:
    content, content_type, pages = TAKEN[name]
    found = inspection.inspect(content(), name, LIMIT)
    assert (found.content_type, found.pages) == (content_type, pages)


@pytest.mark.parametrize("name", ["a.webp", "a.tif", "iphone.heic", "phone.jpg", "tail.png"])
def test_picture_cut_short_or_under_another_name_is_refused_in_words(name: str) -> None:
    content = TAKEN[name][0]()
    with pytest.raises(Refused, match="bị hỏng"):
        inspection.inspect(content[:40], name, LIMIT)
    with pytest.raises(Refused, match="không phải|bị hỏng"):
        inspection.inspect(b"MZ" + content, name, LIMIT)


@pytest.mark.parametrize(("name", "said"), [("iphone.heic", "ảnh HEIC"), ("a.webp", "ảnh WEBP"), ("a.tif", "ảnh TIFF")])
def test_picture_that_a_chat_program_called_jpg_is_named(name: str, said: str) -> None:
    with pytest.raises(Refused, match=f"không phải JPG dù tên tệp ghi vậy \\(có vẻ là {said}\\)"):
        inspection.inspect(TAKEN[name][0](), "zalo.jpg", LIMIT)


@pytest.mark.parametrize("name", ["a.webp", "a.tif", "iphone.heic"])
def test_picture_of_too_many_points_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="điểm ảnh, tối đa 1.000"):
        inspection.inspect(TAKEN[name][0](), name, LIMIT, max_pixels=1_000)


def kept(content: bytes, kind: str, content_type: str) -> Document:
    made = DocumentFactory.create(content_type=content_type, original_name=f"a.{kind}")
    made.file.name = default_storage.save(f"evidence/{made.pk}.{kind}", ContentFile(content))
    made.save(update_fields=["file"])
    examination.examine(made.pk)
    made.refresh_from_db()
    return made


def shown(document: Document, query: str = "") -> tuple[bytes, dict[str, str]]:
    client = Client()
    client.force_login(person(Role.UNIT_OFFICER, document.unit))
    answer = client.get(reverse("selfassess:document", args=[document.pk]) + query)
    assert answer.status_code == 200
    return (b"".join(answer) if answer.streaming else answer.content), dict(answer.headers)


@pytest.mark.django_db
def test_photo_of_an_iphone_is_shown_upright_and_the_original_saved() -> None:
    content = TAKEN["iphone.heic"][0]()
    document = kept(content, "heic", "image/heic")
    body, headers = shown(document)
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert max(Image.open(io.BytesIO(body)).size) <= 4_000
    assert shown(document, "?tai-ve=1")[0] == content
    assert document.is_picture
    assert document.frame


@pytest.mark.django_db
def test_scan_of_several_pages_is_shown_as_a_pdf() -> None:
    body, headers = shown(kept(scan(3), "tif", "image/tiff"))
    assert headers["Content-Type"] == "application/pdf"
    assert inspection.inspect(body, "a.pdf", LIMIT).pages == 3


@pytest.mark.django_db
def test_word_file_is_shown_as_text_without_anything_that_runs() -> None:
    document = kept((CASES / "11c-nobreakhyphen.docx").read_bytes(), "docx", "application/x-word")
    body, headers = shown(document)
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Quyết định ban hành kế hoạch" in body.decode()


@pytest.mark.django_db
def test_workbook_is_shown_as_tables_and_its_cells_are_only_text() -> None:
    book, out = Workbook(), io.BytesIO()
    first_sheet(book).append(["Chỉ tiêu", "<script>alert(1)</script>", 12.5, 3])
    book.save(out)
    body = shown(kept(out.getvalue(), "xlsx", "application/x-excel"))[0].decode()
    assert "<td>Chỉ tiêu</td>" in body
    assert "<script" not in body
    assert "<td>12,5</td><td>3</td>" in body


@pytest.mark.django_db
def test_broken_file_has_no_copy_and_can_be_saved() -> None:
    document = kept(b"khong phai anh", "heic", "image/heic")
    assert (document.display, document.opens_in_browser) == ("", False)
    assert shown(document)[1]["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
def test_frame_shows_the_picture_whole_and_only_the_picture_counts_as_read() -> None:
    document = kept(picture("PNG"), "png", "image/png")
    body, headers = shown(document, "?khung=1")
    assert f'src="{reverse("selfassess:document", args=[document.pk])}"' in body.decode()
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not DocumentOpening.objects.exists()
    shown(document)
    assert DocumentOpening.objects.count() == 1
