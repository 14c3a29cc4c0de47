"""Reads of the unit's documents: lists, uses, versions, room."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from selfassess import rules
from selfassess.core.queries import LIVE
from selfassess.evidence.queries import remarks_on_evidence
from selfassess.evidence.remarks import Remarks, remarks_anytime
from selfassess.models import Document, Evidence
from units.models import Unit
from units.rules import AnyUser


def documents_of(unit_id: int) -> QuerySet[Document]:
    """The unit's current documents, newest first."""
    return Document.objects.filter(unit=unit_id, replaced_by=None).order_by("-uploaded_at", "-pk")


def usable_documents(unit_id: int) -> QuerySet[Document]:
    """The current documents a score may rest on: all but those that hold malware."""
    return documents_of(unit_id).exclude(scan_state=Document.Scan.INFECTED)


def with_uses(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Documents with the number of scores each supports now (`uses`)."""
    return documents.annotate(uses=Count("evidence", filter=LIVE))


def with_versions(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Documents with what their page shows of them beside the file."""
    return documents.select_related("replaced_by", "unit", "uploaded_by")


def same_file(unit: Unit, sha256: str) -> Document | None:
    """The unit's current document with these very bytes."""
    return Document.objects.filter(unit=unit, digest=sha256, replaced_by=None).order_by("pk").first()


@dataclass(frozen=True, slots=True)
class DocumentUse:
    """A score this document supports, as one person sees it now."""

    evidence: Evidence
    remarks: Remarks
    may_edit: bool


def uses(document: Document, reader: AnyUser, at: datetime) -> list[DocumentUse]:
    """Where the document is used, newest round first. Queries grow with the rounds it serves, not the criteria."""
    rows = list(_live(document))
    said: dict[int, Remarks] = {}
    editable: dict[int, bool] = {}
    for row in rows:
        assessment = row.score.assessment
        if assessment.pk not in editable:
            editable[assessment.pk] = rules.can_edit(reader, assessment, at)
            same = [each for each in rows if each.score.assessment_id == assessment.pk]
            said |= remarks_on_evidence(same, assessment.round_group.round, document.unit_id)
    known = remarks_anytime(document).warnings
    return [DocumentUse(row, _beside(said[row.pk], known), editable[row.score.assessment_id]) for row in rows]


def _beside(remarks: Remarks, known: tuple[str, ...]) -> Remarks:
    """What holds for this use alone: what is said of the document itself stands once on its page."""
    return Remarks(tuple(each for each in remarks.warnings if each not in known))


def _live(document: Document) -> QuerySet[Evidence]:
    found = Evidence.objects.filter(document=document, removed_at=None).select_related(
        "document", "score__criterion", "score__assessment__unit", "score__assessment__round_group__round"
    )
    return found.order_by("-score__assessment__round_group__round__year", "score__criterion__position", "pk")


def versions(document: Document) -> list[Document]:
    """Every version of the document, newest first; two queries."""
    links = dict(Document.objects.filter(unit=document.unit_id).order_by("pk").values_list("pk", "replaces"))
    newer = {old: new for new, old in links.items() if old is not None}
    chain, at = [document.pk], links.get(document.pk)
    while at is not None:
        chain.append(at)
        at = links.get(at)
    at = newer.get(document.pk)
    while at is not None:
        chain.insert(0, at)
        at = newer.get(at)
    found = Document.objects.select_related("uploaded_by").in_bulk(chain)
    return [found[pk] for pk in chain]


@dataclass(frozen=True, slots=True)
class StorageUse:
    """How much of its room a unit has used. A file shared by two versions counts once."""

    documents: int
    size: int

    @property
    def quota(self) -> int:
        return int(settings.EVIDENCE_QUOTA_BYTES)

    @property
    def most_documents(self) -> int:
        return int(settings.EVIDENCE_MAX_DOCUMENTS)


def storage_used(unit_id: int) -> StorageUse:
    """Files and bytes kept for the unit, old versions included; one query."""
    files = Document.objects.filter(unit=unit_id).order_by().values("file", "size").distinct()
    found = files.aggregate(documents=Count("file"), bytes=Sum("size"))
    return StorageUse(found["documents"], int(found["bytes"] or 0))
