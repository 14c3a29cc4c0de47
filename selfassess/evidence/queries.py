"""Reads of evidence, with what there is to remark on it; a page asks two queries for that whatever it shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Min, OuterRef, QuerySet

from cchc_index.lib.prepared import Prepared
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


def evidence_changes(round_group: RoundGroup) -> dict[tuple[int, int], datetime]:
    """{(unit id, criterion id): when evidence was last attached, moved or taken off} of assessments that were
    opened again after their submission, from the log: only then can evidence change. One query, two more where
    there are any."""
    since = dict(_REOPENED.rows(block=round_group.pk))
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


_REOPENED = Prepared(
    lambda block: (
        Transition.objects.filter(assessment__round_group=block, verb="reopen")
        .values("assessment__unit")
        .annotate(first=Min("at"))
        .order_by()
        .values_list("assessment__unit", "first")
    )
)
_FIELDS = ("number", "issued_on", "content_type", "digest", "pages", "scan_state", "reading")


def remarks_on_evidence(
    rows: Iterable[Evidence], round_: Round, unit_id: int, *, names: bool = False
) -> dict[int, Remarks]:
    """{evidence: what is said} of one unit's rows with their documents read; two queries."""
    cites = {row.pk: cited(row.document, row.page) for row in rows}
    if not cites:
        return {}
    twins = twins_of({cite.digest for cite in cites.values()}, round_, unit_id)
    others = _rivals(unit_id, {cite.issued_on for cite in cites.values() if cite.issued_on})
    period = (round_.assessed_from, round_.assessed_to)
    return {
        pk: remarks_on(cite, period, twins.get(cite.digest, ()), names=names, rivals=rivals_of(cite, others))
        for pk, cite in cites.items()
    }


Files = dict[tuple[str, date | None], dict[str, str]]
"""{(number, date): {digest: file name}}"""


def _rivals(unit_id: int, days: Collection[date]) -> Files:
    """The unit's current files of those days by number and date; one query."""
    rows = Document.objects.filter(unit=unit_id, replaced_by=None, issued_on__in=days)
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
    """Which other units submitted files with these digests in the round. A draft is its unit's own business. One
    query, another where other units have such files."""
    alike = Document.objects.filter(digest__in=set(digests)).exclude(unit=unit_id)
    if not alike.exists():
        return {}
    found: dict[str, list[str]] = {}
    for digest, name in alike.filter(Exists(_proof(round_))).order_by(*by_name()).values_list("digest", "unit__name"):
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return {digest: tuple(names) for digest, names in found.items()}


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
    read = list(
        rows.order_by("score__criterion__position", "pk").values_list(
            *named, *(f"document__{name}" for name in _FIELDS), "page"
        )
    )
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


class Papers(NamedTuple):
    """How many pieces of evidence a cell has, how many of them carry a warning, and of which kinds (`KINDS`)."""

    pieces: int
    warned: int
    kinds: frozenset[str]


NO_PAPERS = Papers(0, 0, frozenset())


def papers_of_cells(round_: Round, **line: int) -> dict[tuple[int, int], Papers]:
    """{(unit, criterion): its evidence} of what a `block` has submitted, or one `unit` of it, or all of them for one
    `criterion`; two or three queries. A document is judged once for each page that is cited, however many cite it."""
    places: dict[tuple[int, int], list[tuple[int, int | None]]] = {}
    for unit, leaf, *at in _PLACES.rows(**line):
        places.setdefault((unit, leaf), []).append((at[0], at[1]))
    kinds = _warned_kinds({at for cited_at in places.values() for at in cited_at}, round_)
    found = {}
    for cell, cited_at in places.items():
        said = [kinds[at] for at in cited_at if kinds[at]]
        found[cell] = Papers(len(cited_at), len(said), frozenset[str]().union(*said))
    return found


def _places_of(block: int, unit: int | None = None, criterion: int | None = None) -> QuerySet[Evidence, Any]:
    rows = Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group=block,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        **({} if unit is None else {"score__assessment__unit": unit}),
        **({} if criterion is None else {"score__criterion": criterion}),
    )
    return rows.order_by().values_list("score__assessment__unit", "score__criterion", "document", "page")


_PLACES = Prepared(_places_of)


def _warned_kinds(
    cited_at: Collection[tuple[int, int | None]], round_: Round
) -> dict[tuple[int, int | None], frozenset[str]]:
    """The kinds of the warnings on each citation (document, page); one query, another where files of other units are
    the same."""
    elsewhere = Document.objects.filter(digest=OuterRef("digest")).exclude(unit=OuterRef("unit"))
    rows = Document.objects.filter(pk__in={document for document, _ in cited_at}).annotate(
        twin=Exists(elsewhere.order_by())
    )
    read: dict[int, list[Any]] = {}
    for pk, *found in rows.order_by().values_list("pk", "unit_id", "twin", *_FIELDS):
        read[pk] = found
    cites = {(pk, page): CitedDocument(*[*read[pk][2:], page]) for pk, page in cited_at}
    papers: dict[tuple[int, str, date | None], set[str]] = {}
    for (pk, _), cite in cites.items():
        papers.setdefault((read[pk][0], *cite.key), set()).add(cite.digest)
    shared = _shared_digests(round_, {cites[pk, page].digest for pk, page in cites if read[pk][1]})
    period = (round_.assessed_from, round_.assessed_to)
    kinds = {}
    for (pk, page), cite in cites.items():
        rivals = ("",) if cite.key[0] and cite.issued_on and len(papers[read[pk][0], *cite.key]) > 1 else ()
        said = remarks_on(cite, period, ("",) if cite.digest in shared else (), rivals=rivals)
        kinds[pk, page] = frozenset(kind for kind, _ in said.warned)
    return kinds


def _shared_digests(round_: Round, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests that more than one unit submitted in the round."""
    if not digests:
        return frozenset()
    units: dict[str, set[int]] = {}
    # Of each document the first proof is enough: joined, the database would read all of them.
    rows = Document.objects.filter(Exists(_proof(round_)), digest__in=digests).order_by()
    for digest, unit in rows.values_list("digest", "unit_id"):
        units.setdefault(digest, set()).add(unit)
    return frozenset(digest for digest, found in units.items() if len(found) > 1)
