"""Reads of evidence, with what there is to remark on it; a page asks two queries for that whatever it shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, QuerySet

from criteria.models import Criterion, Round, RoundGroup
from selfassess.examination.document_number import number_in
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore, Transition
from units.auditlog.models import LogEntry
from units.models import by_name

from .remarks import ANYTIME, KINDS, CitedDocument, Remarks, Scan, cited, remarks_on


def evidence_of(score: SelfScore | None) -> QuerySet[Evidence]:
    """The documents a score rests on now; none for a row nobody has saved."""
    return Evidence.objects.filter(score=score, removed_at=None).select_related("document").order_by("pk")


def evidence_at(assessment: SelfAssessment, criterion: Criterion) -> QuerySet[Evidence]:
    """Everything that was ever attached to one criterion of an assessment."""
    return Evidence.objects.filter(score__assessment=assessment, score__criterion=criterion)


def uses_of(document: Document) -> QuerySet[Evidence]:
    """The scores that rest on a document now."""
    return Evidence.objects.filter(document=document, removed_at=None).select_related("score__criterion")


def evidence_changes(round_group: RoundGroup, unit_ids: Iterable[int]) -> dict[tuple[int, int], datetime]:
    """{(unit id, criterion id): when evidence was last attached, moved or taken off} of assessments that were
    opened again after their submission, from the log: only then can evidence change. One query, two more where
    there are any."""
    reopened = Transition.objects.filter(
        assessment__round_group=round_group, assessment__unit__in=list(unit_ids), verb="reopen"
    ).order_by()
    since = dict(reopened.values("assessment__unit").annotate(first=Min("at")).values_list("assessment__unit", "first"))
    if not since:
        return {}
    logged = LogEntry.objects.filter(
        object_type=Evidence._meta.label_lower, unit__in=list(since), at__gte=min(since.values())
    )
    moved = dict(logged.order_by("number").values_list("object_id", "at"))
    rows = Evidence.objects.filter(score__assessment__round_group=round_group, score__assessment__unit__in=list(since))
    found: dict[tuple[int, int], datetime] = {}
    for pk, unit, criterion in rows.order_by().values_list("pk", "score__assessment__unit_id", "score__criterion_id"):
        if (at := moved.get(str(pk))) is not None:
            found[unit, criterion] = max(at, found.get((unit, criterion), at))
    return found


_FIELDS = (
    *("document__number", "document__issued_on", "document__content_type", "document__digest", "document__pages"),
    *("document__scan_state", "document__reading", "page"),
)


def remarks_on_evidence(
    rows: Iterable[Evidence], round_: Round, unit_id: int, *, names: bool = False
) -> dict[int, Remarks]:
    """{evidence: what is said} of one unit's rows with their documents read; one query."""
    found = list(rows)
    twins = twins_of({row.document.digest for row in found}, round_, unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    cites = {row.pk: cited(row.document, row.page) for row in found}
    others = _rivals(unit_id, {cite.issued_on for cite in cites.values()})
    return {
        pk: remarks_on(cite, period, twins.get(cite.digest, ()), names=names, rivals=rivals_of(cite, others))
        for pk, cite in cites.items()
    }


Files = dict[tuple[str, date | None], dict[str, str]]
"""{(number, date): {digest: file name}}"""


def _rivals(unit_id: int, days: Collection[date | None]) -> Files:
    """The unit's current files of those days by number and date; one query."""
    rows = Document.objects.filter(unit=unit_id, replaced_by=None, issued_on__in=[day for day in days if day])
    return files_by_paper(rows.order_by("pk").values_list("number", "issued_on", "digest", "original_name"))


def files_by_paper(rows: Iterable[tuple[str, date | None, str, str]]) -> Files:
    """Files under the number and date they were given."""
    found: Files = {}
    for number, day, digest, name in rows:
        found.setdefault((number_in(number).casefold(), day), {})[digest] = name
    return found


def rivals_of(cite: CitedDocument, files: Files) -> tuple[str, ...]:
    """Names of other files under the same number and date; a paper without a number has none."""
    number, day = cite.key
    if not number or day is None:
        return ()
    return tuple(name for digest, name in files.get(cite.key, {}).items() if digest != cite.digest)


def twins_of(digests: Iterable[str], round_: Round, unit_id: int) -> dict[str, tuple[str, ...]]:
    """Which other units submitted files with these digests in the round. A draft is its unit's own business."""
    found: dict[str, list[str]] = {}
    rows = _submitted(round_).filter(document__digest__in=set(digests)).exclude(document__unit=unit_id)
    for digest, name in rows.order_by(*by_name("document__unit")).values_list(
        "document__digest", "document__unit__name"
    ):
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return {digest: tuple(names) for digest, names in found.items()}


def _submitted(round_: Round) -> QuerySet[Evidence]:
    return Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group__round=round_,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
    )


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A row as a link needs it: no more is read of hundreds."""

    pk: int
    label: str


@dataclass(frozen=True, slots=True)
class RemarkedDocument:
    """A document with one sentence about it and the criteria it holds for, on the page before submission."""

    document: LinkTarget
    sentence: str
    criteria: list[LinkTarget]


@dataclass(frozen=True, slots=True)
class RemarkGroup:
    """Everything of one kind that is said about an assessment's evidence."""

    words: str
    lines: list[RemarkedDocument]


def remarks_in_assessment(assessment: SelfAssessment) -> list[RemarkGroup]:
    """What is said about an assessment's evidence by kind, the serious first, the same words about a document once;
    two queries."""
    rows = Evidence.objects.filter(score__assessment=assessment, removed_at=None)
    named = ("document", "document__original_name", "score__criterion", "score__criterion__code")
    read = list(rows.order_by("score__criterion__position", "pk").values_list(*named, *_FIELDS))
    file_names = {document: name for document, name, *_ in read}
    found = [
        (LinkTarget(document, f"{fields[0]} ({name})"), LinkTarget(criterion, code), CitedDocument(*fields))
        for document, name, criterion, code, *fields in read
    ]
    round_ = assessment.round_group.round
    twins = twins_of({cite.digest for _, _, cite in found}, round_, assessment.unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    files = files_by_paper((c.number, c.issued_on, c.digest, file_names[d.pk]) for d, _, c in found)
    lines: dict[str, dict[tuple[int, str], RemarkedDocument]] = {kind: {} for kind in KINDS}
    for document, criterion, cite in found:
        said = remarks_on(cite, period, twins.get(cite.digest, ()), rivals=rivals_of(cite, files))
        for kind, sentence in said.warned:
            line = lines[kind].setdefault((document.pk, sentence), RemarkedDocument(document, sentence, []))
            line.criteria.append(criterion)
    return [RemarkGroup(KINDS[kind], list(each.values())) for kind, each in lines.items() if each]


def remarks_on_documents(documents: Iterable[Document], round_: Round, unit_id: int) -> dict[int, Remarks]:
    """{document: what is said} of a unit's documents. The round's period concerns those used in it; two queries."""
    found = list(documents)
    live = Evidence.objects.filter(removed_at=None, score__assessment__round_group__round=round_)
    here = set(live.filter(document__unit=unit_id).order_by().values_list("document", flat=True))
    twins = twins_of({each.digest for each in found}, round_, unit_id)
    period = (round_.assessed_from, round_.assessed_to)
    files = files_by_paper((each.number, each.issued_on, each.digest, each.original_name) for each in found)
    return {
        each.pk: remarks_on(
            cited(each),
            period if each.pk in here else ANYTIME,
            twins.get(each.digest, ()),
            rivals=rivals_of(cited(each), files),
        )
        for each in found
    }


def infected(assessment: SelfAssessment) -> list[Document]:
    """Documents in use that hold malware: they keep the assessment from being submitted."""
    rows = Document.objects.filter(
        evidence__score__assessment=assessment, evidence__removed_at=None, scan_state=Scan.INFECTED
    )
    return list(rows.order_by("pk").distinct())


def warned_cells(
    round_: Round, group_id: int, unit: int | None = None, criterion: int | None = None
) -> dict[tuple[int, int], int]:
    """{(unit, criterion): pieces of evidence with a warning} of what a block has submitted, or one of its
    units, or all of them for one criterion; two queries."""
    rows = Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group=group_id,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        **({} if unit is None else {"score__assessment__unit": unit}),
        **({} if criterion is None else {"score__criterion": criterion}),
    )
    cells = rows.order_by().values_list("score__assessment__unit", "score__criterion", *_FIELDS)
    cites = [((row[0], row[1]), CitedDocument(*row[2:])) for row in cells]
    papers: dict[tuple[int, str, date | None], set[str]] = {}
    for (unit_id, _), cite in cites:
        papers.setdefault((unit_id, *cite.key), set()).add(cite.digest)
    shared = _shared_digests(round_, {cite.digest for _, cite in cites})
    period = (round_.assessed_from, round_.assessed_to)
    found: dict[tuple[int, int], int] = {}
    for cell, cite in cites:
        rivals = ("",) if cite.key[0] and cite.issued_on and len(papers[cell[0], *cite.key]) > 1 else ()
        if remarks_on(cite, period, ("",) if cite.digest in shared else (), rivals=rivals).warnings:
            found[cell] = found.get(cell, 0) + 1
    return found


def _shared_digests(round_: Round, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests that more than one unit submitted in the round. They are named one by one: with a
    subquery the database takes longer to plan than to answer."""
    rows = _submitted(round_).filter(document__digest__in=digests).order_by().values("document__digest")
    counted = rows.annotate(units=Count("document__unit", distinct=True)).filter(units__gt=1)
    return frozenset(counted.values_list("document__digest", flat=True))
