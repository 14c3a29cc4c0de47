"""Files taken in with their document data, replaced by new versions, and every reading recorded.

A new version takes the old one's place wherever the unit may still edit; what was submitted keeps the version its
receipt certifies. Old versions stay, with their data and their file.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.stored_files import Unstored, as_path
from cchc_index.lib.text import clean
from selfassess import rules
from selfassess.core.queries import locked, locked_units
from selfassess.evidence.actions import check_place, open_score, put, put_checked
from selfassess.examination import text_reading
from selfassess.examination.actions import first_state, send
from selfassess.models import Document, DocumentOpening, Evidence, SelfAssessment
from selfassess.uploads import actions as uploads
from selfassess.uploads.actions import HeldUpload
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import Unit, User

from . import inspection
from .digests import document_facts
from .queries import same_file, storage_used

# As wide as the columns of Document.
_LENGTHS = {"number": ("Số ký hiệu", 100), "issuer": ("Cơ quan ban hành", 200), "abstract": ("Trích yếu", 500)}
OFFERED = ("number", "issued_on", "issuer", "abstract")
_OFFER_SECONDS = 15.0
GONE = "Tài liệu này đã có bản mới hơn: mở bản mới nhất rồi thay."


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file found good, with its document data, not yet kept."""

    content: bytes
    name: str
    inspected: inspection.Inspected
    data: dict[str, Any]


def add_document(
    *,
    actor: User,
    unit_id: int,
    upload: "File[Any] | None",
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
    received = _receive(upload, _document_data(number, issued_on, issuer, abstract))
    with _stored(received) as name, transaction.atomic():
        return _keep(actor, unit_id, name, received, address)


def add_evidence(
    *,
    actor: User,
    assessment_id: int,
    criterion_id: int,
    upload: "File[Any] | None",
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
    received = _receive(upload, _document_data(number, issued_on, issuer, abstract))
    check_place(page, section, received.inspected.pages)
    with _stored(received) as name, transaction.atomic():
        locked_units([assessment.unit_id])
        score = open_score(actor, assessment_id, criterion_id)
        document = _keep(actor, assessment.unit_id, name, received, address)
        # From its entry on this holds the log, where everybody waits: all that could come before has.
        return put_checked(actor, score, document, page, section, address)


def replace_document(
    *,
    actor: User,
    document_id: int,
    upload: "File[Any] | None",
    number: str,
    issued_on: date | None,
    issuer: str,
    abstract: str,
    address: str = "",
) -> Document:
    """A new version of a document: another file, or without `upload` the same file with corrected data.

    Raises Invalid by field as `add_document`, Refused when somebody replaced it first.
    """
    old = Document.objects.select_related("unit").get(pk=document_id)
    if not rules.is_member(actor, old.unit_id):
        raise PermissionDenied
    data = _document_data(number, issued_on, issuer, abstract)
    received = _receive(upload, data) if upload is not None else _corrected(old, data)
    held = _stored(received) if upload is not None else nullcontext(str(old.file.name))
    with held as name, transaction.atomic():
        unit = locked_units([old.unit_id])[old.unit_id]
        _check(unit, old, received)
        if upload is not None:
            _check_room(unit, received.inspected.size)
        new = _write(actor, unit, name, received, address, replaces=old, judged_as=old if upload is None else None)
        _move_evidence(actor, old, new, address)
        return new


def hold_upload(*, actor: User, unit_id: int, place: str, upload: "File[Any]") -> HeldUpload:
    """Take a file in before its data is complete, with what the paper says of itself. It waits for this person at
    this place. Raises Invalid (`upload`) for a file that no data could make good."""
    if not rules.is_member(actor, unit_id):
        raise PermissionDenied
    try:
        content, inspected = _inspect(upload)
    except Refused as refused:
        raise Invalid({"upload": str(refused)}) from None
    name = clean(upload.name)[-255:]
    try:
        path = uploads.hold(content, name, actor.pk, place)
    except Unstored as unstored:
        raise Invalid({"upload": str(unstored)}) from None
    kind = inspected.extension
    with as_path(path) as stored:
        read = text_reading.read_file(stored, kind, "", seconds=_OFFER_SECONDS, most_pages=2)
    facts = {field: str(read.get("facts", {}).get(field) or "") for field in OFFERED}
    return uploads.ticket_for(path, name, inspected.size, actor.pk, place, facts)


def _document_data(number: str, issued_on: date | None, issuer: str, abstract: str) -> dict[str, Any]:
    """The typed data of a document as it is kept."""
    return {"number": clean(number), "issued_on": issued_on, "issuer": clean(issuer), "abstract": clean(abstract)}


_LACKING = {
    "number": "Chưa ghi số ký hiệu: ghi như trên văn bản, ví dụ 125/BC-SNV; không có số thì ghi “không số”.",
    "issued_on": "Chưa ghi ngày ban hành: ghi theo dạng 31/12/2024.",
    "issuer": "Chưa ghi cơ quan ban hành.",
    "abstract": "Chưa ghi trích yếu: ghi tóm tắt nội dung như trên văn bản.",
}
_NO_FILE = "Chưa chọn tệp: chọn một tệp PDF, Word, Excel hoặc ảnh."


def missing_data(data: Mapping[str, Any], has_file: bool) -> dict[str, str]:
    """Field → sentence of what is not given at all, the file (`upload`) included."""
    errors = {name: sentence for name, sentence in _LACKING.items() if not data[name]}
    return errors if has_file else {"upload": _NO_FILE, **errors}


def _data_errors(data: dict[str, Any]) -> dict[str, str]:
    """Field → sentence of what is missing or wrong in a document's data."""
    errors = missing_data(data, has_file=True)
    for name, (label, limit) in _LENGTHS.items():
        if len(data[name]) > limit:
            errors[name] = f"{label} dài quá {limit} ký tự: rút gọn lại."
    if data["issued_on"] and data["issued_on"] > clock.today():
        errors["issued_on"] = "Ngày ban hành ở tương lai: kiểm tra lại ngày trên văn bản."
    return errors


def _receive(upload: "File[Any] | None", data: dict[str, Any]) -> ReceivedFile:
    """The bytes and what they are; every fault of file and data at once."""
    errors = _data_errors(data)
    try:
        if upload is None:
            raise Refused(_NO_FILE)
        content, inspected = _inspect(upload)
    except Refused as refused:
        raise Invalid({"upload": str(refused), **errors}) from None
    if errors:
        raise Invalid(errors)
    return ReceivedFile(content, clean(upload.name)[-255:], inspected, data)


def _inspect(upload: "File[Any]") -> tuple[bytes, inspection.Inspected]:
    # One byte past the limit is enough to know that a file is too large.
    content = upload.read(settings.EVIDENCE_MAX_BYTES + 1)
    inspected = inspection.inspect(
        content,
        upload.name or "",
        settings.EVIDENCE_MAX_BYTES,
        max_pages=settings.EVIDENCE_MAX_PAGES,
        max_pixels=settings.EVIDENCE_MAX_PIXELS,
        size=upload.size,
    )
    return content, inspected


@contextmanager
def _stored(received: ReceivedFile) -> Iterator[str]:
    """The file under a random name; taken away again when no document came to speak of it."""
    path = f"evidence/{uuid.uuid4().hex}.{received.inspected.extension}"
    try:
        name = default_storage.save(path, ContentFile(received.content))
    except Unstored as unstored:
        raise Invalid({"upload": str(unstored)}) from None
    try:
        yield name
    finally:
        if not Document.objects.filter(file=name).exists():
            default_storage.delete(name)


def _keep(actor: User, unit_id: int, name: str, received: ReceivedFile, address: str) -> Document:
    """The row for a stored file, or the unit's document that already holds the same bytes."""
    unit = locked_units([unit_id])[unit_id]
    same = same_file(unit, received.inspected.digest)
    if same is not None:
        if same.number == received.data["number"]:
            return same
        raise Invalid({"upload": f"{_held_as(same)}: chọn nó ở mục “Dùng tài liệu đã có”."})
    _check_room(unit, received.inspected.size)
    return _write(actor, unit, name, received, address)


def _held_as(document: Document) -> str:
    return f"Đơn vị đã có tệp này với số ký hiệu {document.number}"


def _check_room(unit: Unit, size: int) -> None:
    """Refuse a file the unit's quota has no room for. Called under the unit's lock."""
    used = storage_used(unit.pk)
    if used.documents >= settings.EVIDENCE_MAX_DOCUMENTS:
        raise Invalid(
            {
                "upload": f"Kho của đơn vị đã có {used.documents} tệp, tối đa {settings.EVIDENCE_MAX_DOCUMENTS}: "
                "dùng lại tài liệu đã có, hoặc đề nghị Sở Nội vụ tăng giới hạn."
            }
        )
    if used.size + size > settings.EVIDENCE_QUOTA_BYTES:
        left = inspection.megabytes(max(settings.EVIDENCE_QUOTA_BYTES - used.size, 0))
        raise Invalid(
            {
                "upload": f"Tệp nặng {inspection.megabytes(size)} MB nhưng kho của đơn vị chỉ còn {left} MB: "
                "giảm dung lượng tệp, hoặc đề nghị Sở Nội vụ tăng hạn mức."
            }
        )


def _write(
    actor: User,
    unit: Unit,
    name: str,
    received: ReceivedFile,
    address: str,
    replaces: Document | None = None,
    judged_as: Document | None = None,
) -> Document:
    """The row of a stored file, its log entry, and the work in the background asked for. `judged_as`: the document of
    the same file, whose verdict holds."""
    inspected = received.inspected
    verdict = (judged_as.scan_state, judged_as.scan_note) if judged_as else (first_state(), "")
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
        scan_state=verdict[0],
        scan_note=verdict[1],
        asked_at=clock.now(),
        **received.data,
    )
    before = {"document": replaces.pk, "number": replaces.number, "digest": replaces.digest} if replaces else None
    after = {**document_facts(document), **marked(document)}
    verb = "selfassess.replace" if replaces else "selfassess.document"
    record(actor=actor, verb=verb, obj=document, before=before, after=after, unit=unit, address=address)
    send(document.pk)
    return document


def _corrected(old: Document, data: dict[str, object]) -> ReceivedFile:
    errors = _data_errors(data)
    if old.scan_state == Document.Scan.INFECTED:
        errors["upload"] = "Tệp đang có mã độc: chọn một tệp sạch để thay."
    elif all(getattr(old, name) == value for name, value in data.items()):
        errors["upload"] = "Chưa có gì thay đổi: chọn tệp mới hoặc sửa số ký hiệu, ngày, cơ quan, trích yếu."
    if errors:
        raise Invalid(errors)
    extension = str(old.file.name).rpartition(".")[2]
    inspected = inspection.Inspected(extension, old.content_type, old.size, old.digest, old.pages)
    return ReceivedFile(b"", old.original_name, inspected, data)


def _check(unit: Unit, old: Document, received: ReceivedFile) -> None:
    """Called under the unit's lock."""
    if Document.objects.filter(replaces=old).exists():
        raise Refused(GONE)
    same = same_file(unit, received.inspected.digest)
    if same is not None and same.pk != old.pk:
        raise Invalid({"upload": f"Đơn vị đã có tệp này với số ký hiệu {same.number}: dùng tài liệu đó."})
    if same is not None and old.scan_state == Document.Scan.INFECTED:
        raise Invalid({"upload": "Tệp này giống hệt tệp có mã độc: chọn một tệp sạch."})


def _move_evidence(actor: User, old: Document, new: Document, address: str) -> None:
    """The live evidence of every assessment the person may edit now goes over to the new version."""
    at = clock.now()
    for assessment in _assessments_using(old):
        if rules.refusal("edit", assessment, at) or not rules.holds_role(actor, "edit", assessment.unit_id):
            continue
        live = Evidence.objects.filter(document=old, score__assessment=assessment, removed_at=None)
        for evidence in live.select_related("score").order_by("pk"):
            _hand_on(actor, assessment, evidence, new, at, address)


def _assessments_using(document: Document) -> Iterable[SelfAssessment]:
    used = Evidence.objects.filter(document=document, removed_at=None).order_by()
    ids = set(used.values_list("score__assessment", flat=True))
    return [locked(pk) for pk in sorted(ids)]


def _hand_on(
    actor: User, assessment: SelfAssessment, evidence: Evidence, new: Document, at: datetime, address: str
) -> None:
    evidence.removed_at = at
    evidence.save(update_fields=["removed_at"])
    put(actor, assessment, evidence.score, new, evidence.page, evidence.section, address)


def log_opening(*, actor: User, document: Document, saved: bool = False, address: str = "") -> None:
    """Somebody opened or saved the file. Who may is decided by the caller's own rules. A row of its own,
    outside the log's chain: see docs/decisions.md."""
    DocumentOpening.objects.create(document=document, opened_by=actor, at=clock.now(), saved=saved, address=address)
