"""Evidence files in: hostile until proven. Size → name → signature → structure; nothing is rendered.

Each kind of bad file has its own Vietnamese sentence that says what to do instead.
"""

import hashlib
import io
import logging
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import pypdf

from cchc_index.lib.faults import Refused

from . import active_contents, pictures
from .pictures import Picture

MAX_MEMBERS = 5_000
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 200
SMALL = 1024 * 1024
"""A document that unpacks to less than this is no bomb, whatever its ratio."""
PDF_SECONDS = 5.0
MAX_PAGES = 5_000
MAX_PIXELS = 50_000_000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_MACRO = re.compile(r"vbaproject\.bin$|/macrosheets/", re.IGNORECASE)
_EMBEDDED = re.compile(r"/activex/|/embeddings/(?!.*\.(?:docx|xlsx|pptx)$)", re.IGNORECASE)
"""A chart of Word keeps its table as a workbook; whatever else is embedded may be a program."""

# pypdf reports every oddity of a file it can still read; the operator's log is not the place.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file found good."""

    extension: str
    content_type: str
    size: int
    digest: str
    pages: int | None


def inspect(
    data: bytes,
    name: str,
    max_bytes: int,
    *,
    max_pages: int = MAX_PAGES,
    max_pixels: int = MAX_PIXELS,
    size: int | None = None,
) -> Inspected:
    """What the file is. Raises Refused with a helpful sentence when it cannot be taken as evidence.

    `max_pages` bounds a PDF, `max_pixels` (width × height) a picture, which a browser unpacks whole.
    `size`: of the whole file, where no more of it was read than is needed to refuse it.
    """
    if not data:
        raise Refused("Tệp rỗng (0 byte): kiểm tra lại tệp trên máy rồi chọn lại.")
    if len(data) > max_bytes:
        raise Refused(
            f"Tệp nặng {megabytes(max(len(data), size or 0))} MB, tối đa {megabytes(max_bytes)} MB: "
            "giảm độ phân giải khi quét hoặc tách thành nhiều tài liệu."
        )
    extension = _extension(name)
    content_type, check = _KINDS[extension]
    pages, pixels = None, 0
    measured = check(data)
    if isinstance(measured, Picture):
        pages, pixels = measured.pages, measured.width * measured.height
    else:
        pages = measured
    _check_extent(pages, pixels, max_pages, max_pixels)
    return Inspected(extension, content_type, len(data), hashlib.sha256(data).hexdigest(), pages)


def _check_extent(pages: int | None, pixels: int, max_pages: int, max_pixels: int) -> None:
    if pages is not None and pages > max_pages:
        raise Refused(
            f"Tệp PDF có {_thousands(pages)} trang, tối đa {_thousands(max_pages)} trang: "
            "tách lấy phần cần chứng minh rồi tải lại."
        )
    if pixels > max_pixels:
        raise Refused(
            f"Ảnh có {_thousands(pixels)} điểm ảnh, tối đa {_thousands(max_pixels)}: thu nhỏ ảnh hoặc xuất sang PDF."
        )


def _extension(name: str) -> str:
    found = PurePath(name).suffix.lower().lstrip(".")
    if found in _KINDS:
        return found
    if found in _ADVICE:
        raise Refused(_ADVICE[found])
    if not found:
        raise Refused("Tên tệp không có phần mở rộng: đổi tên cho đúng loại, ví dụ “bao-cao.pdf”.")
    raise Refused(f"Không nhận tệp “.{found[:20]}”: chỉ nhận PDF, DOCX, XLSX và ảnh (JPG, PNG, HEIC, WEBP, TIFF).")


def _pdf(data: bytes) -> int:
    # A few stray bytes before the header are common; the header of another kind of file is a disguise.
    if b"%PDF-" not in data[:1024] or (not data.startswith(b"%PDF-") and data.startswith(_OTHER_THAN_PDF)):
        raise _not_what_it_says("PDF", data)
    try:
        reader = pypdf.PdfReader(_Timed(data), strict=False)
        # A file that merely restricts printing or copying opens with the empty password, as everywhere.
        if reader.is_encrypted and reader.decrypt("") == pypdf.PasswordType.NOT_DECRYPTED:
            raise Refused("Tệp PDF đòi mật khẩu mới mở được nên Hội đồng không đọc được: bỏ mật khẩu rồi tải lại.")
        pages = _page_count(reader)
        said = active_contents.found_in(reader, data) if pages <= MAX_PAGES else ""
        if said:
            raise Refused(f"Tệp PDF có {said}: in lại thành PDF (Print to PDF) rồi tải lại; tệp kèm thì tải lên riêng.")
    except Refused:
        raise
    except TimeoutError:
        raise Refused("Tệp PDF quá phức tạp, không đọc được số trang: in lại thành PDF rồi tải lại.") from None
    except Exception as error:  # a hostile file can make a parser fail in any way
        raise _broken_pdf() from error
    if pages < 1:
        raise Refused("Tệp PDF không có trang nào: mở tệp kiểm tra rồi xuất lại PDF.")
    return pages


def _page_count(reader: pypdf.PdfReader) -> int:
    """The count the page tree declares, when its first page is really there."""
    tree = reader.root_object["/Pages"].get_object()
    count, kids = int(tree["/Count"]), tree["/Kids"]  # type: ignore[index]
    if count and (not kids or kids[0].get_object() is None):
        raise _broken_pdf()
    return count


def _broken_pdf() -> Refused:
    return Refused("Tệp PDF bị hỏng hoặc tải về chưa hết: mở thử trên máy, xuất lại PDF rồi tải lại.")


class _Timed(io.BytesIO):
    """Bytes that stop answering after PDF_SECONDS, so that a malicious file cannot hold the process."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self._until = time.monotonic() + PDF_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._until:
            raise TimeoutError
        return super().read(size)


def _office(kind: str, main_part: str) -> Callable[[bytes], None]:
    """The check of a DOCX or XLSX: only its directory is read, nothing is unpacked."""

    def check(data: bytes) -> None:
        if data.startswith(_OLE):
            raise Refused(
                f"Tệp {kind} có mật khẩu hoặc là bản Office cũ đổi tên: bỏ mật khẩu, lưu lại dạng {kind} rồi tải lại."
            )
        if not data.startswith(_ZIP):
            raise _not_what_it_says(kind, data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_members(kind, main_part, archive.infolist())
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise Refused(f"Tệp {kind} bị hỏng: mở thử trên máy, lưu lại rồi tải lại.") from error

    return check


def _check_members(kind: str, main_part: str, members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > packed * MAX_RATIO):
        raise Refused(f"Tệp {kind} nén bất thường, mở ra quá lớn: xuất sang PDF rồi tải lại.")
    if any(member.flag_bits & 1 for member in members):
        raise Refused(f"Tệp {kind} có mật khẩu nên Hội đồng không mở được: bỏ mật khẩu rồi tải lại.")
    if any(_MACRO.search(name) for name in names):
        raise Refused(f"Tệp {kind} chứa macro: lưu lại dạng không macro hoặc xuất sang PDF.")
    if any(_EMBEDDED.search(name) for name in names):
        raise Refused(f"Tệp {kind} chứa đối tượng nhúng chạy được: bỏ đối tượng đó hoặc xuất sang PDF rồi tải lại.")
    if main_part not in names:
        raise Refused(f"Nội dung không phải {kind} dù tên tệp ghi vậy: mở tệp và lưu lại đúng dạng {kind}.")


def _picture(
    kind: str, starts: Callable[[bytes], bool], measure: Callable[[bytes], Picture | None]
) -> Callable[[bytes], Picture]:
    """The check of a picture of one format."""

    def check(data: bytes) -> Picture:
        if not starts(data):
            raise _not_what_it_says(kind, data)
        found = measure(data)
        if found is None or not (found.width and found.height):
            raise _broken_picture(kind)
        return found

    return check


_png = _picture("PNG", lambda data: data.startswith(_PNG), pictures.png)
_jpeg = _picture("JPG", lambda data: data.startswith(_JPEG), pictures.jpeg)
_webp = _picture("WEBP", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", pictures.webp)
_heif = _picture("HEIC", lambda data: data[4:8] == b"ftyp" and data[8:12] in pictures.HEIF_BRANDS, pictures.heif)
_tiff = _picture("TIFF", lambda data: data[:4] in (b"II*\0", b"MM\0*"), pictures.tiff)


def _broken_picture(kind: str) -> Refused:
    return Refused(f"Ảnh {kind} bị hỏng hoặc tải về chưa hết: mở thử trên máy, lưu lại rồi tải lại.")


def _not_what_it_says(kind: str, data: bytes) -> Refused:
    real = next((word for start, word in _SIGNATURES if data.startswith(start)), "") or _real_picture(data)
    seems = f" (có vẻ là {real})" if real else ""
    return Refused(f"Nội dung không phải {kind} dù tên tệp ghi vậy{seems}: chọn đúng tệp hoặc xuất lại dạng {kind}.")


def _real_picture(data: bytes) -> str:
    """Pictures that phones and chat programs save under another ending."""
    if data[4:8] == b"ftyp":
        return "ảnh HEIC" if data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1") else ""
    return "ảnh WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (_PNG, "ảnh PNG"),
    (_JPEG, "ảnh JPG"),
    (b"II*\0", "ảnh TIFF"),
    (b"MM\0*", "ảnh TIFF"),
    (_ZIP, "tệp nén hoặc tệp Office"),
    (_OLE, "tệp Office cũ"),
    (b"MZ", "chương trình chạy trên máy"),
    (b"<", "trang web"),
)
_OTHER_THAN_PDF = tuple(start for start, _ in _SIGNATURES if start != b"%PDF-")
_KINDS: dict[str, tuple[str, Callable[[bytes], "int | Picture | None"]]] = {
    "pdf": ("application/pdf", _pdf),
    "docx": (_WORD, _office("DOCX", "word/document.xml")),
    "xlsx": (_EXCEL, _office("XLSX", "xl/workbook.xml")),
    "png": ("image/png", _png),
    "jpg": ("image/jpeg", _jpeg),
    "jpeg": ("image/jpeg", _jpeg),
    "jfif": ("image/jpeg", _jpeg),
    "webp": ("image/webp", _webp),
    "heic": ("image/heic", _heif),
    "heif": ("image/heic", _heif),
    "tif": ("image/tiff", _tiff),
    "tiff": ("image/tiff", _tiff),
}
_ARCHIVE = "Không nhận tệp nén: giải nén rồi tải lên từng tài liệu."
_ADVICE = {
    "doc": "Không nhận tệp Word cũ (.doc): mở bằng Word và lưu lại dạng DOCX hoặc PDF.",
    "xls": "Không nhận tệp Excel cũ (.xls): mở bằng Excel và lưu lại dạng XLSX hoặc PDF.",
    "docm": "Không nhận tệp có macro: lưu lại dạng DOCX hoặc PDF.",
    "xlsm": "Không nhận tệp có macro: lưu lại dạng XLSX hoặc PDF.",
    "ppt": "Không nhận tệp trình chiếu: xuất sang PDF rồi tải lại.",
    "pptx": "Không nhận tệp trình chiếu: xuất sang PDF rồi tải lại.",
    **dict.fromkeys(("zip", "rar", "7z", "gz", "tar"), _ARCHIVE),
}


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def megabytes(size: int) -> str:
    """Megabytes in words, rounded up to a tenth: "0,1"."""
    tenths = -(-size * 10 // (1024 * 1024))
    return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)
