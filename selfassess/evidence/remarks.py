"""What there is to remark on a piece of evidence, in words. Warnings never refuse anything. No query."""

from dataclasses import dataclass
from datetime import date

from selfassess.examination import text_reading as reading
from selfassess.models import Document

Scan = Document.Scan
PDF = "application/pdf"
ANYTIME = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """What warnings are made of: a document's data and where in it the proof stands."""

    number: str
    issued_on: date | None
    content_type: str
    digest: str
    pages: int | None
    scan_state: str
    reading: reading.Reading | None
    page: int | None


@dataclass(frozen=True, slots=True)
class Remarks:
    """About one piece of evidence: what to look at (`warnings`) and what is merely worth knowing (`notes`)."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def remarks_on(
    cite: CitedDocument, period: tuple[date, date], twins: tuple[str, ...] = (), *, names: bool = False
) -> Remarks:
    """Every sentence about one citation. `names`: the reader may know which units submitted the same file."""
    found = cite.reading or {}
    warnings = [
        _scan(cite),
        _date(cite, period),
        _page(cite),
        _number(cite, found),
        _signature(cite, found),
        _twin(twins, names),
    ]
    return Remarks(tuple(filter(None, warnings)), tuple(filter(None, [_unread(cite, found)])))


def _scan(cite: CitedDocument) -> str:
    return _SCAN_WARNINGS.get(cite.scan_state, "")


_SCAN_WARNINGS: dict[str, str] = {
    Scan.INFECTED: "Tệp có mã độc nên đã bị chặn: phải thay bằng tệp sạch.",
    Scan.SCANNING: "Tệp đang quét mã độc, chưa có kết quả.",
    Scan.FAILED: "Tệp chưa quét được mã độc; hệ thống sẽ tự quét lại.",
}


def _date(cite: CitedDocument, period: tuple[date, date]) -> str:
    first, last = period
    if cite.issued_on is None or first <= cite.issued_on <= last:
        return ""
    return f"Ngày ban hành {_day(cite.issued_on)} ngoài thời kỳ đánh giá ({_day(first)} – {_day(last)})."


def _page(cite: CitedDocument) -> str:
    if cite.page is None or cite.pages is None or cite.page <= cite.pages:
        return ""
    return f"Ghi trang {cite.page} nhưng tài liệu chỉ có {cite.pages} trang."


def _number(cite: CitedDocument, found: reading.Reading) -> str:
    if found.get("number_found") is not False:
        return ""
    first = found.get("pages_read")
    where = f"{first} trang đầu của tệp" if first and cite.pages and first < cite.pages else "nội dung tệp"
    return f"Không thấy số ký hiệu {cite.number} trong {where}."


def _signature(cite: CitedDocument, found: reading.Reading) -> str:
    return "Không thấy chữ ký số trong tệp PDF." if found.get("signed") is False and cite.content_type == PDF else ""


def _twin(twins: tuple[str, ...], names: bool) -> str:
    if not twins:
        return ""
    said = ", ".join(twins) if names else "đơn vị khác"
    return f"Cùng tệp này {said} cũng đã nộp trong kỳ."


def _unread(cite: CitedDocument, found: reading.Reading) -> str:
    if cite.scan_state == Scan.INFECTED:
        return ""
    if not found:
        return "Tệp đang chờ đọc."
    return {
        reading.NONE: "Tệp không có lớp chữ, không đọc được số ký hiệu.",
        reading.UNREADABLE: "Tệp không đọc được nội dung để kiểm tra.",
    }.get(str(found.get("text")), "")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def remarks_anytime(document: Document) -> Remarks:
    """What can be said of a document in whatever round: everything but its date and other units' files."""
    return remarks_on(cited(document), ANYTIME)


def cited(document: Document, page: int | None = None) -> CitedDocument:
    """The document as it is cited at a page."""
    return CitedDocument(
        document.number,
        document.issued_on,
        document.content_type,
        document.digest,
        document.pages,
        document.scan_state,
        document.reading,
        page,
    )
