"""New versions of a document, and where in it a score finds its proof.

The new version takes the old one's place wherever the unit may still edit; what was submitted keeps the
version its receipt certifies. Old versions stay, with their data and their file.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from selfassess import rules, uploads
from selfassess.entry import Invalid
from selfassess.models import Document, Evidence, SelfAssessment
from units.actions import record
from units.models import Unit, User

from . import evidence as papers
from .locking import locked, locked_units

GONE = "Tài liệu này đã có bản mới hơn: mở bản mới nhất rồi thay."


def replace_document(
    *,
    actor: User,
    document_id: int,
    upload: File | None,
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
    data = papers.document_data(number, issued_on, issuer, abstract)
    received = papers.receive(upload, data) if upload is not None else _same_file(old, data)
    stored = papers.stored(received) if upload is not None else nullcontext(str(old.file.name))
    with stored as name, transaction.atomic():
        unit = locked_units([old.unit_id])[old.unit_id]
        _check(unit, old, received)
        if upload is not None:
            papers.check_room(unit, received.inspected.size)
        new = papers.write(actor, unit, name, received, address, replaces=old)
        if upload is None:
            Document.objects.filter(pk=new.pk).update(scan_state=old.scan_state, scan_note=old.scan_note)
            new.refresh_from_db(fields=["scan_state", "scan_note"])
        _move_evidence(actor, old, new, address)
        return new


def _same_file(old: Document, data: dict[str, object]) -> papers.Received:
    errors = papers.data_errors(data)
    if old.scan_state == Document.Scan.INFECTED:
        errors["upload"] = "Tệp đang có mã độc: chọn một tệp sạch để thay."
    elif all(getattr(old, name) == value for name, value in data.items()):
        errors["upload"] = "Chưa có gì thay đổi: chọn tệp mới hoặc sửa số ký hiệu, ngày, cơ quan, trích yếu."
    if errors:
        raise Invalid(errors)
    extension = str(old.file.name).rpartition(".")[2]
    inspected = uploads.Inspected(extension, old.content_type, old.size, old.digest, old.pages)
    return papers.Received(b"", old.original_name, inspected, data)


def _check(unit: Unit, old: Document, received: papers.Received) -> None:
    """Called under the unit's lock."""
    if Document.objects.filter(replaces=old).exists():
        raise Refused(GONE)
    same = papers.same_file(unit, received)
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
    papers.put(actor, assessment, evidence.score, new, evidence.page, evidence.section, address)


@transaction.atomic
def move_place(
    *, actor: User, assessment_id: int, evidence_id: int, page: int | None, section: str, address: str = ""
) -> Evidence:
    """Another page or section of the same document. Raises Invalid for a page it does not have."""
    assessment = locked(assessment_id)
    rules.require(actor, "edit", assessment, clock.now())
    found = Evidence.objects.filter(pk=evidence_id, score__assessment=assessment, removed_at=None)
    evidence = found.select_related("document").first()
    if evidence is None:
        raise Refused("Tài liệu này không còn gắn với tiêu chí: tải lại trang để xem danh sách hiện tại.")
    papers.check_place(page, section, evidence.document.pages)
    before = papers.place_words(evidence)
    evidence.page, evidence.section = page, clean(section)
    after = papers.place_words(evidence)
    if before != after:
        evidence.save(update_fields=["page", "section"])
        verb, unit = "selfassess.attach", assessment.unit
        record(actor=actor, verb=verb, obj=evidence, before=before, after=after, unit=unit, address=address)
    return evidence
