"""Documents and what they prove."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from selfassess import ledger, rules, storage, uploads
from selfassess.entry import Invalid
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.actions import record
from units.models import Unit, User

from .examining import first_state, send
from .locking import locked, locked_units, self_leaf

# As wide as the columns of Document.
_LENGTHS = {"number": ("Số ký hiệu", 100), "issuer": ("Cơ quan ban hành", 200), "abstract": ("Trích yếu", 500)}


@dataclass(frozen=True, slots=True)
class Received:
    """A file found good, with its document data, not yet kept."""

    content: bytes
    name: str
    inspected: uploads.Inspected
    data: dict[str, Any]


def add_document(
    *,
    actor: User,
    unit_id: int,
    upload: File | None,
    number: str,
    issued_on: date | None,
    issuer: str,
    abstract: str,
    address: str = "",
) -> Document:
    """Keep a file with its document data among the unit's documents. The same file sent again is the
    same document. Raises Invalid by field (`upload`, `number`, `issued_on`, `issuer`, `abstract`)."""
    if not rules.is_member(actor, unit_id):
        raise PermissionDenied
    received = receive(upload, document_data(number, issued_on, issuer, abstract))
    with stored(received) as name, transaction.atomic():
        return keep(actor, unit_id, name, received, address)


def add_evidence(
    *,
    actor: User,
    assessment_id: int,
    criterion_id: int,
    upload: File | None,
    number: str,
    issued_on: date | None,
    issuer: str,
    abstract: str,
    page: int | None = None,
    section: str = "",
    address: str = "",
) -> Evidence:
    """`add_document` and `attach` as one: a page the document does not have keeps neither. The file is
    read before the lock is taken, so that a slow one holds nobody up."""
    assessment = SelfAssessment.objects.select_related("unit", "round_group__round").get(pk=assessment_id)
    rules.require(actor, "edit", assessment, clock.now())
    received = receive(upload, document_data(number, issued_on, issuer, abstract))
    check_place(page, section, received.inspected.pages)
    with stored(received) as name, transaction.atomic():
        locked_units([assessment.unit_id])
        score = _open_score(actor, assessment_id, criterion_id)
        document = keep(actor, assessment.unit_id, name, received, address)
        # From its entry on this holds the log, where everybody waits: all that could come before has.
        return _put_checked(actor, score, document, page, section, address)


def document_data(number: str, issued_on: date | None, issuer: str, abstract: str) -> dict[str, Any]:
    """The typed data of a document as it is kept."""
    return {"number": clean(number), "issued_on": issued_on, "issuer": clean(issuer), "abstract": clean(abstract)}


def data_errors(data: dict[str, Any]) -> dict[str, str]:
    """Field → sentence of what is missing or wrong in a document's data."""
    lacking = {
        "number": "Chưa ghi số ký hiệu: ghi như trên văn bản, ví dụ 125/BC-SNV; không có số thì ghi “không số”.",
        "issued_on": "Chưa ghi ngày ban hành: ghi theo dạng 31/12/2024.",
        "issuer": "Chưa ghi cơ quan ban hành.",
        "abstract": "Chưa ghi trích yếu: ghi tóm tắt nội dung như trên văn bản.",
    }
    errors = {name: sentence for name, sentence in lacking.items() if not data[name]}
    for name, (label, limit) in _LENGTHS.items():
        if len(data[name]) > limit:
            errors[name] = f"{label} dài quá {limit} ký tự: rút gọn lại."
    if data["issued_on"] and data["issued_on"] > clock.today():
        errors["issued_on"] = "Ngày ban hành ở tương lai: kiểm tra lại ngày trên văn bản."
    return errors


def receive(upload: File | None, data: dict[str, Any]) -> Received:
    """The bytes and what they are; every fault of file and data at once."""
    errors = data_errors(data)
    try:
        if upload is None:
            raise Refused("Chưa chọn tệp: chọn một tệp PDF, DOCX, XLSX, PNG hoặc JPG.")
        # One byte past the limit is enough to know that a file is too large.
        content = upload.read(settings.EVIDENCE_MAX_BYTES + 1)
        inspected = uploads.inspect(
            content,
            upload.name or "",
            settings.EVIDENCE_MAX_BYTES,
            max_pages=settings.EVIDENCE_MAX_PAGES,
            max_pixels=settings.EVIDENCE_MAX_PIXELS,
        )
    except Refused as refused:
        raise Invalid({"upload": str(refused), **errors}) from None
    if errors:
        raise Invalid(errors)
    return Received(content, clean(upload.name)[-255:], inspected, data)


@contextmanager
def stored(received: Received) -> Iterator[str]:
    """The file under a random name; taken away again when no document came to speak of it."""
    path = f"evidence/{uuid.uuid4().hex}.{received.inspected.extension}"
    name = default_storage.save(path, ContentFile(received.content))
    try:
        yield name
    finally:
        if not Document.objects.filter(file=name).exists():
            default_storage.delete(name)


def keep(actor: User, unit_id: int, name: str, received: Received, address: str) -> Document:
    """The row for a stored file, or the unit's document that already holds the same bytes."""
    unit = locked_units([unit_id])[unit_id]
    same = same_file(unit, received)
    if same is not None:
        if same.number == received.data["number"]:
            return same
        raise Invalid({"upload": f"{_held_as(same)}: chọn nó ở mục “Dùng tài liệu đã có”."})
    check_room(unit, received.inspected.size)
    return write(actor, unit, name, received, address)


def same_file(unit: Unit, received: Received) -> Document | None:
    """The unit's current document with these very bytes."""
    found = Document.objects.filter(unit=unit, digest=received.inspected.digest, replaced_by=None)
    return found.order_by("pk").first()


def _held_as(document: Document) -> str:
    return f"Đơn vị đã có tệp này với số ký hiệu {document.number}"


def check_room(unit: Unit, size: int) -> None:
    """Refuse a file the unit's quota has no room for. Called under the unit's lock."""
    used = storage.used(unit.pk)
    if used.documents >= settings.EVIDENCE_MAX_DOCUMENTS:
        raise Invalid(
            {
                "upload": f"Kho của đơn vị đã có {used.documents} tệp, tối đa {settings.EVIDENCE_MAX_DOCUMENTS}: "
                "dùng lại tài liệu đã có, hoặc đề nghị Sở Nội vụ tăng giới hạn."
            }
        )
    if used.size + size > settings.EVIDENCE_QUOTA_BYTES:
        left = uploads.megabytes(max(settings.EVIDENCE_QUOTA_BYTES - used.size, 0))
        raise Invalid(
            {
                "upload": f"Tệp nặng {uploads.megabytes(size)} MB nhưng kho của đơn vị chỉ còn {left} MB: "
                "giảm dung lượng tệp, hoặc đề nghị Sở Nội vụ tăng hạn mức."
            }
        )


def write(
    actor: User, unit: Unit, name: str, received: Received, address: str, replaces: Document | None = None
) -> Document:
    """The row of a stored file, its log entry, and the work in the background asked for."""
    inspected = received.inspected
    document = Document.objects.create(
        unit=unit,
        file=name,
        original_name=received.name,
        content_type=inspected.content_type,
        size=inspected.size,
        digest=inspected.digest,
        pages=inspected.pages,
        uploaded_by=actor,
        replaces=replaces,
        scan_state=first_state(),
        asked_at=clock.now(),
        **received.data,
    )
    before = {"document": replaces.pk, "number": replaces.number, "digest": replaces.digest} if replaces else None
    after = ledger.document_facts(document)
    verb = "selfassess.replace" if replaces else "selfassess.document"
    record(actor=actor, verb=verb, obj=document, before=before, after=after, unit=unit, address=address)
    send(document.pk)
    return document


@transaction.atomic
def attach(
    *,
    actor: User,
    assessment_id: int,
    criterion_id: int,
    document_id: int,
    page: int | None = None,
    section: str = "",
    address: str = "",
) -> Evidence:
    """A document of the unit supports a score, at a page or section. Attaching again moves the page."""
    score = _open_score(actor, assessment_id, criterion_id)
    document = Document.objects.filter(pk=document_id, unit=score.assessment.unit_id, replaced_by=None).first()
    if document is None:
        raise Invalid({"document": "Không có tài liệu này trong kho của đơn vị: chọn lại từ danh sách."})
    return _put_checked(actor, score, document, page, section, address)


def _open_score(actor: User, assessment_id: int, criterion_id: int) -> SelfScore:
    """The row that the document is to support, of an assessment locked and found open for the person."""
    assessment = locked(assessment_id)
    rules.require(actor, "edit", assessment, clock.now())
    criterion = self_leaf(assessment, criterion_id)
    score, _ = SelfScore.objects.get_or_create(assessment=assessment, criterion=criterion)
    score.assessment = assessment  # with its unit and round as read under the lock
    return score


def _put_checked(
    actor: User, score: SelfScore, document: Document, page: int | None, section: str, address: str
) -> Evidence:
    if document.scan_state == Document.Scan.INFECTED:
        raise Invalid({"document": f"Tài liệu {document.number} có mã độc nên không dùng được: thay bằng tệp sạch."})
    check_place(page, section, document.pages)
    _check_count(score, document)
    return put(actor, score.assessment, score, document, page, clean(section), address)


def _check_count(score: SelfScore, document: Document) -> None:
    live = Evidence.objects.filter(score=score, removed_at=None).exclude(document=document).count()
    if live >= settings.EVIDENCE_MAX_PER_CRITERION:
        raise Invalid(
            {
                "document": f"Tiêu chí đã có {live} tài liệu, tối đa {settings.EVIDENCE_MAX_PER_CRITERION}: "
                "gỡ bớt hoặc gộp các tài liệu thành một tệp PDF."
            }
        )


def check_place(page: int | None, section: str, pages: int | None) -> None:
    """Refuse a page the document does not have."""
    if page is not None and page < 1:
        raise Invalid({"page": "Số trang phải từ 1 trở lên."})
    if page is not None and pages is not None and page > pages:
        raise Invalid({"page": f"Tài liệu chỉ có {pages} trang: ghi lại số trang."})
    if len(clean(section)) > 100:
        raise Invalid({"section": "Tên mục dài quá 100 ký tự: rút gọn lại."})


def put(
    actor: User,
    assessment: SelfAssessment,
    score: SelfScore,
    document: Document,
    page: int | None,
    section: str,
    address: str,
) -> Evidence:
    """The live evidence of a score by a document at this place, made or moved; logged when anything changed."""
    evidence = Evidence.objects.filter(score=score, document=document, removed_at=None).first()
    before = place_words(evidence) if evidence else None
    evidence = evidence or Evidence(score=score, document=document)
    evidence.page, evidence.section = page, section
    if before != place_words(evidence):
        evidence.save()
        after = place_words(evidence)
        verb, unit = "selfassess.attach", assessment.unit
        record(actor=actor, verb=verb, obj=evidence, before=before, after=after, unit=unit, address=address)
    return evidence


def place_words(evidence: Evidence) -> dict[str, Any]:
    """What the log says about a piece of evidence."""
    place = {"page": evidence.page, "section": evidence.section}
    return {"score": evidence.score_id, "document": evidence.document_id, **place}


@transaction.atomic
def detach(*, actor: User, assessment_id: int, evidence_id: int, address: str = "") -> None:
    """Take a document off a score. The row stays with the time of removal; removing again changes nothing."""
    assessment, at = locked(assessment_id), clock.now()
    rules.require(actor, "edit", assessment, at)
    evidence = Evidence.objects.filter(pk=evidence_id, score__assessment=assessment).first()
    if evidence is None:
        raise Refused("Tài liệu này không gắn với tiêu chí: tải lại trang để xem danh sách hiện tại.")
    if evidence.removed_at is None:
        evidence.removed_at = at
        evidence.save(update_fields=["removed_at"])
        before, unit = place_words(evidence), assessment.unit
        record(actor=actor, verb="selfassess.detach", obj=evidence, before=before, unit=unit, address=address)
