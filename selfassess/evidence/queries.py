"""Reads of evidence, with what there is to remark on it; a page asks two queries for that whatever it shows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

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
    cites = {row.pk: cited(row.document, row.page) for row in rows}
    if not cites:
        return {}
    twins, others = _alike(round_, unit_id, cites.values())
    period = (round_.assessed_from, round_.assessed_to)
    return {
        pk: remarks_on(cite, period, twins.get(cite.digest, ()), names=names, rivals=rivals_of(cite, others))
        for pk, cite in cites.items()
    }


Files = dict[tuple[str, date | None], dict[str, str]]
"""{(number, date): {digest: file name}}"""


def _alike(round_: Round, unit_id: int, cites: Collection[CitedDocument]) -> tuple[dict[str, tuple[str, ...]], "Files"]:
    """As `twins_of`, and the unit's own current files of the same days by number and date; one query."""
    digests, days = {cite.digest for cite in cites}, {cite.issued_on for cite in cites if cite.issued_on}
    own = Q(unit=unit_id, replaced_by=None, issued_on__in=days)
    others = ~Q(unit=unit_id) & Q(Exists(_proof(round_)), digest__in=digests)
    twins: dict[str, list[str]] = {}
    mine: list[tuple[str, date | None, str, str]] = []
    fields = ("unit_id", "unit__name", "number", "issued_on", "digest", "original_name")
    for unit, name, *paper in Document.objects.filter(own | others).order_by(*by_name(), "pk").values_list(*fields):
        if unit == unit_id:
            mine.append((paper[0], paper[1], paper[2], paper[3]))
        elif name not in twins.setdefault(paper[2], []):
            twins[paper[2]].append(name)
    return {digest: tuple(names) for digest, names in twins.items()}, files_by_paper(mine)


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
    rows = _submitted_documents(round_, set(digests)).exclude(unit=unit_id)
    for digest, name in rows.order_by(*by_name()).values_list("digest", "unit__name"):
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return {digest: tuple(names) for digest, names in found.items()}


def _submitted_documents(round_: Round, digests: Collection[str]) -> QuerySet[Document]:
    """The documents with these digests that prove something submitted in the round. Of each the first proof is
    enough: joined, the database would read all of them."""
    return Document.objects.filter(Exists(_proof(round_)), digest__in=digests)


def _proof(round_: Round) -> QuerySet[Evidence]:
    return Evidence.objects.filter(
        document=OuterRef("pk"),
        removed_at=None,
        score__assessment__round_group__round=round_,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
    ).order_by()


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


class Warned(NamedTuple):
    """How many pieces of a cell's evidence carry a warning, and of which kinds (`KINDS`)."""

    pieces: int
    kinds: frozenset[str]


NO_WARNING = Warned(0, frozenset())


def warned_cells(
    round_: Round, group_id: int, unit: int | None = None, criterion: int | None = None
) -> dict[tuple[int, int], Warned]:
    """{(unit, criterion): its warnings} of what a block has submitted, or one of its units, or all of them for one
    criterion; two queries. A document is judged once for each page that is cited, however many criteria cite it."""
    rows = Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group=group_id,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        **({} if unit is None else {"score__assessment__unit": unit}),
        **({} if criterion is None else {"score__criterion": criterion}),
    )
    places: dict[tuple[int, int], list[tuple[int, int | None]]] = {}
    cites: dict[tuple[int, int | None], tuple[int, CitedDocument]] = {}
    for unit_id, leaf, pk, *fields in rows.order_by().values_list(
        "score__assessment__unit", "score__criterion", "document", *_FIELDS
    ):
        at = (pk, fields[-1])
        places.setdefault((unit_id, leaf), []).append(at)
        if at not in cites:
            cites[at] = unit_id, CitedDocument(*fields)
    kinds = _warned_kinds(cites, round_)
    found = {cell: [kinds[at] for at in cited_at if kinds[at]] for cell, cited_at in places.items()}
    return {cell: Warned(len(said), frozenset().union(*said)) for cell, said in found.items() if said}


def _warned_kinds(
    cites: Mapping[tuple[int, int | None], tuple[int, CitedDocument]], round_: Round
) -> dict[tuple[int, int | None], frozenset[str]]:
    """The kinds of the warnings on each citation (document, page), with the unit it belongs to; one query."""
    papers: dict[tuple[int, str, date | None], set[str]] = {}
    for unit_id, cite in cites.values():
        papers.setdefault((unit_id, *cite.key), set()).add(cite.digest)
    shared = _shared_digests(round_, {cite.digest for _, cite in cites.values()})
    period = (round_.assessed_from, round_.assessed_to)
    found = {}
    for at, (unit_id, cite) in cites.items():
        rivals = ("",) if cite.key[0] and cite.issued_on and len(papers[unit_id, *cite.key]) > 1 else ()
        said = remarks_on(cite, period, ("",) if cite.digest in shared else (), rivals=rivals)
        found[at] = frozenset(kind for kind, _ in said.warned)
    return found


def _shared_digests(round_: Round, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests that more than one unit submitted in the round."""
    units: dict[str, set[int]] = {}
    for digest, unit in _submitted_documents(round_, digests).order_by().values_list("digest", "unit_id"):
        units.setdefault(digest, set()).add(unit)
    return frozenset(digest for digest, found in units.items() if len(found) > 1)
