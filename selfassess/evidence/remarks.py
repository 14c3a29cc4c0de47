"""What there is to remark on a piece of evidence, in words. Warnings never refuse anything. No query."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from cchc_index.lib import clock
from selfassess.examination import signatures
from selfassess.examination import text_reading as reading
from selfassess.examination.document_number import number_in
from selfassess.models import Document

Scan = Document.Scan
ANYTIME = (date.min, date.max)
NEAR = timedelta(days=31)
"""Plans come out in the month before the period, reports in the one after: that is how it should be."""

KINDS = {
    "ma-doc": "mã độc, chưa quét",
    "chu-ky": "chữ ký số không còn đúng",
    "so": "không thấy số ký hiệu",
    "ngay": "ngày ban hành",
    "trung": "trùng tệp, trùng số",
    "trang": "số trang",
    "khong-doc": "không đọc được chữ",
    "chua-ky": "không có chữ ký số",
}
"""The kinds of what is said, the serious first, with their names in filters."""


WARNING_KINDS = ("ma-doc", "chu-ky", "so", "ngay", "trung", "trang")
"""Those of which something may be a warning; of the rest nothing is more than worth knowing."""


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

    @property
    def key(self) -> tuple[str, date | None]:
        """What makes two papers the same one: number and date."""
        return number_in(self.number).casefold(), self.issued_on


@dataclass(frozen=True, slots=True)
class Remarks:
    """About one piece of evidence: what to look at (`warnings`), what is merely worth knowing (`notes`), what
    speaks for it (`good`), and the kinds (`KINDS`) of all that is no praise."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    kinds: frozenset[str] = field(default=frozenset(), compare=False)
    warned: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """(kind, sentence) of each warning."""


def remarks_on(
    cite: CitedDocument,
    period: tuple[date, date],
    twins: tuple[str, ...] = (),
    *,
    names: bool = False,
    rivals: Iterable[str] = (),
) -> Remarks:
    """Every sentence about one citation. `names`: the reader may know which units submitted the same file.
    `rivals`: names of other files that the unit keeps under the same number and date."""
    found = cite.reading or {}
    warnings = {
        "ma-doc": [_SCAN_WARNINGS.get(cite.scan_state, "")],
        "chu-ky": [_broken(one) for one in _signatures(found)],
        "so": [_number(cite, found)],
        "ngay": [_date(cite, period), _paper_date(cite, found, period)],
        "trung": [_twin(twins, names), _rival(cite, tuple(rivals))],
        "trang": [_page(cite)],
    }
    notes = {
        "ngay": [_near(cite, period)],
        "khong-doc": [_unread(cite, found)],
        "chua-ky": [_unsigned(cite, found)],
    }
    good = tuple(filter(None, map(_sound, _signatures(found))))
    kinds = frozenset(kind for kind, said in [*warnings.items(), *notes.items()] if any(said))
    warned = tuple((kind, one) for kind, said in warnings.items() for one in said if one)
    return Remarks(_flat(warnings), _flat(notes), good, kinds, warned)


def _flat(by_kind: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for sentences in by_kind.values() for sentence in sentences if sentence))


def said_once(rows: Iterable[tuple[int, int, Remarks]]) -> dict[int, Remarks]:
    """{citation: what is said there} of (citation, document, all that is said) in order: a sentence about a document
    stands at its first citation alone. The kinds stay with each."""
    found: dict[int, Remarks] = {}
    known: dict[int, set[str]] = {}
    for citation, document, said in rows:
        before = known.setdefault(document, set())
        shown = [tuple(one for one in each if one not in before) for each in (said.warnings, said.notes, said.good)]
        found[citation] = replace(said, warnings=shown[0], notes=shown[1], good=shown[2])
        before.update(*shown)
    return found


_SCAN_WARNINGS: dict[str, str] = {
    Scan.INFECTED: "Tệp có mã độc nên đã bị chặn: phải thay bằng tệp sạch.",
    Scan.SCANNING: "Tệp đang quét mã độc, chưa có kết quả.",
    Scan.FAILED: "Tệp chưa quét được mã độc; hệ thống sẽ tự quét lại.",
}


def _date(cite: CitedDocument, period: tuple[date, date]) -> str:
    if cite.issued_on is None or _around(cite.issued_on, period):
        return ""
    return f"Ngày ban hành {_day(cite.issued_on)} ngoài thời kỳ đánh giá ({_day(period[0])} – {_day(period[1])})."


def _around(day: date, period: tuple[date, date]) -> bool:
    """In the period, or in the month before or after it."""
    first, last = period
    return (first <= day or first - day <= NEAR) and (day <= last or day - last <= NEAR)


def _near(cite: CitedDocument, period: tuple[date, date]) -> str:
    day, (first, last) = cite.issued_on, period
    if day is None or first <= day <= last or not _around(day, period):
        return ""
    return f"Ban hành {_day(day)}, trong tháng liền {'trước' if day < first else 'sau'} thời kỳ đánh giá."


def _paper_date(cite: CitedDocument, contents: reading.Reading, period: tuple[date, date]) -> str:
    """The date on the paper against the typed one; a paper that carries several dates outside of its place may
    mean any of them."""
    facts = contents.get("facts") or {}
    written = str(facts.get("issued_on") or "")
    if cite.issued_on is None or not written or written == cite.issued_on.isoformat():
        return ""
    if not facts.get("dated_at_place") and cite.issued_on.isoformat() in facts.get("dates", ()):
        return ""
    day = date.fromisoformat(written)
    outside = "" if _around(day, period) else ", ngoài thời kỳ đánh giá"
    return f"Ngày trên văn bản là {_day(day)}{outside}, khác ngày đã ghi {_day(cite.issued_on)}."


def _page(cite: CitedDocument) -> str:
    if cite.page is None or cite.pages is None or cite.page <= cite.pages:
        return ""
    return f"Ghi trang {cite.page} nhưng tài liệu chỉ có {cite.pages} trang."


def _number(cite: CitedDocument, contents: reading.Reading) -> str:
    if contents.get("number_found") is not False:
        return ""
    own = str((contents.get("facts") or {}).get("number") or "")
    carries = f"; văn bản mang số {own}" if own and number_in(own) != number_in(cite.number) else ""
    if contents.get("number_cited"):
        return f"Số ký hiệu {cite.number} chỉ được viện dẫn trong tệp{carries}."
    first = contents.get("pages_read")
    where = f"{first} trang đầu của tệp" if first and cite.pages and first < cite.pages else "nội dung tệp"
    return f"Không thấy số ký hiệu {cite.number} trong {where}{carries}."


# --- signatures -------------------------------------------------------------------------------------


def _signatures(contents: reading.Reading) -> list[signatures.Signature]:
    return list(contents.get("signatures") or [])


def _broken(one: signatures.Signature) -> str:
    if one["state"] == signatures.CHANGED:
        return f"Tệp đã bị sửa sau khi ký số: chữ ký của {_signer(one)} không còn đúng với nội dung."
    if one["state"] == signatures.ADDED:
        return f"Sau chữ ký số của {_signer(one)} tệp có nội dung được thêm mà không ai ký."
    if one["state"] == signatures.UNREADABLE:
        return "Tệp có chữ ký số nhưng hệ thống không kiểm tra được chữ ký."
    return ""


def _sound(one: signatures.Signature) -> str:
    """A good word for a signature that still holds."""
    if one["state"] not in (signatures.INTACT, signatures.EARLIER):
        return ""
    trust = {True: "chứng thư số được tin cậy", False: "chứng thư số chưa thuộc danh sách tin cậy"}
    trusted = trust.get(one["trusted"], "chưa xác định được tổ chức cấp chứng thư số")
    later = "; phần thêm sau đó đã được ký tiếp" if one["state"] == signatures.EARLIER else ""
    return f"Chữ ký số còn nguyên vẹn: {_signer(one)}; {trusted}{later}."


def _signer(one: signatures.Signature) -> str:
    at = datetime.fromisoformat(one["at"]) if one["at"] else None
    return f"{one['by'] or 'người ký không rõ tên'}{f', ký lúc {clock.in_words(at)}' if at else ''}"


def _unsigned(cite: CitedDocument, contents: reading.Reading) -> str:
    """Said of every kind of file alike: the weakest proof must not be the quietest."""
    if contents.get("text") == reading.OTHER:
        return "Ảnh chụp không có chữ ký số."
    if contents.get("signed") is not False:
        return ""
    kind = "bản quét" if contents.get("text") == reading.NONE else "tệp"
    return f"Không thấy chữ ký số trong {kind} {_FILE_WORDS.get(cite.content_type, '')}".strip() + "."


_FILE_WORDS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
}


def _rival(cite: CitedDocument, rivals: tuple[str, ...]) -> str:
    if not rivals:
        return ""
    day = f" ngày {_day(cite.issued_on)}" if cite.issued_on else ""
    return f"Tệp khác ({', '.join(rivals[:3])}) cũng mang số {cite.number}{day}: kiểm tra tệp nào đúng văn bản."


def _twin(twins: tuple[str, ...], names: bool) -> str:
    if not twins:
        return ""
    said = ", ".join(twins) if names else "đơn vị khác"
    return f"Cùng tệp này {said} cũng đã nộp trong kỳ."


def _unread(cite: CitedDocument, contents: reading.Reading) -> str:
    if cite.scan_state == Scan.INFECTED:
        return ""
    if not contents:
        return "Tệp đang chờ đọc."
    return {
        reading.NONE: "Tệp không có lớp chữ, không đọc được số ký hiệu.",
        reading.UNREADABLE: "Tệp không đọc được nội dung để kiểm tra.",
        reading.LETTERS: f"Không đọc được chữ trong tệp để kiểm tra: {contents.get('letters')}.",
    }.get(str(contents.get("text")), "")


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
