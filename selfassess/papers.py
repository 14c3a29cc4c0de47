"""Reads about one document: where it is used, its other versions, what was found in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from units.rules import AnyUser

from . import findings, rules
from .findings import Said
from .models import Document, Evidence


@dataclass(frozen=True, slots=True)
class Use:
    """A score this document supports, as one person sees it now."""

    evidence: Evidence
    said: Said
    may_edit: bool


def uses(document: Document, reader: AnyUser, at: datetime) -> list[Use]:
    """Where the document is used, newest round first. Queries grow with the rounds it serves, not the criteria."""
    rows = list(_live(document))
    said: dict[int, Said] = {}
    editable: dict[int, bool] = {}
    for row in rows:
        assessment = row.score.assessment
        if assessment.pk not in editable:
            editable[assessment.pk] = rules.can_edit(reader, assessment, at)
            same = [each for each in rows if each.score.assessment_id == assessment.pk]
            said |= findings.of_evidence(same, assessment.round_group.round, document.unit_id)
    known = findings.document_words(document).warnings
    return [Use(row, _beside(said[row.pk], known), editable[row.score.assessment_id]) for row in rows]


def _beside(said: Said, known: tuple[str, ...]) -> Said:
    """What holds for this use alone: what is said of the document itself stands once on its page."""
    return Said(tuple(each for each in said.warnings if each not in known))


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
