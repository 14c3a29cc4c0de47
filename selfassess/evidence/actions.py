"""Documents put under scores, moved within, and taken off."""

from django.conf import settings
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.text import clean
from selfassess import rules
from selfassess.core.queries import locked, self_leaf
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.auditlog.actions import record
from units.models import User

from .digests import evidence_facts


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
    score = open_score(actor, assessment_id, criterion_id)
    document = Document.objects.filter(pk=document_id, unit=score.assessment.unit_id, replaced_by=None).first()
    if document is None:
        raise Invalid({"document": "Không có tài liệu này trong kho của đơn vị: chọn lại từ danh sách."})
    return put_checked(actor, score, document, page, section, address)


def open_score(actor: User, assessment_id: int, criterion_id: int) -> SelfScore:
    """The row that the document is to support, of an assessment locked and found open for the person."""
    assessment = locked(assessment_id)
    rules.require(actor, "edit", assessment, clock.now())
    criterion = self_leaf(assessment, criterion_id)
    score, _ = SelfScore.objects.get_or_create(assessment=assessment, criterion=criterion)
    score.assessment = assessment  # with its unit and round as read under the lock
    return score


def put_checked(
    actor: User, score: SelfScore, document: Document, page: int | None, section: str, address: str
) -> Evidence:
    """`put` for what a person asked: no malware, a page that exists, no more documents than a criterion takes."""
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
    before = evidence_facts(evidence) if evidence else None
    evidence = evidence or Evidence(score=score, document=document)
    evidence.page, evidence.section = page, section
    if before != evidence_facts(evidence):
        evidence.save()
        after = evidence_facts(evidence)
        verb, unit = "selfassess.attach", assessment.unit
        record(actor=actor, verb=verb, obj=evidence, before=before, after=after, unit=unit, address=address)
    return evidence


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
        raise Refused("Tài liệu này không còn đính kèm tiêu chí: tải lại trang để xem danh sách hiện tại.")
    check_place(page, section, evidence.document.pages)
    before = evidence_facts(evidence)
    evidence.page, evidence.section = page, clean(section)
    after = evidence_facts(evidence)
    if before != after:
        evidence.save(update_fields=["page", "section"])
        verb, unit = "selfassess.attach", assessment.unit
        record(actor=actor, verb=verb, obj=evidence, before=before, after=after, unit=unit, address=address)
    return evidence


@transaction.atomic
def detach(*, actor: User, assessment_id: int, evidence_id: int, address: str = "") -> None:
    """Take a document off a score. The row stays with the time of removal; removing again changes nothing."""
    assessment, at = locked(assessment_id), clock.now()
    rules.require(actor, "edit", assessment, at)
    evidence = Evidence.objects.filter(pk=evidence_id, score__assessment=assessment).first()
    if evidence is None:
        raise Refused("Tài liệu này không đính kèm tiêu chí: tải lại trang để xem danh sách hiện tại.")
    if evidence.removed_at is None:
        evidence.removed_at = at
        evidence.save(update_fields=["removed_at"])
        before, unit = evidence_facts(evidence), assessment.unit
        record(actor=actor, verb="selfassess.detach", obj=evidence, before=before, unit=unit, address=address)
