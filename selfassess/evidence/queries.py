"""Reads of evidence, with what there is to remark on it; a page asks two queries for that whatever it shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Min, OuterRef, QuerySet

from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, Round
from selfassess.examination.document_number import number_in
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore, Transition
from units.auditlog.models import LogEntry
from units.models import by_name

from .remarks import ANYTIME, KINDS, CitedDocument, Remarks, Scan, cited, remarks_on, said_once


def evidence_of(score: SelfScore | None) -> QuerySet[Evidence]:
    """The documents a score rests on now; none for a row nobody has saved."""
    return Evidence.objects.filter(score=score, removed_at=None).select_related("document").order_by("pk")


def evidence_at(assessment: SelfAssessment, criterion: Criterion) -> QuerySet[Evidence]:
    """Everything that was ever attached to one criterion of an assessment."""
    return Evidence.objects.filter(score__assessment=assessment, score__criterion=criterion)


def uses_of(document: Document) -> QuerySet[Evidence]:
    """The scores that rest on a document now."""
    return Evidence.objects.filter(document=document, removed_at=None).select_related("score__criterion")


def evidence_changes(**line: int) -> dict[tuple[int, int], datetime]:
    """{(unit id, criterion id): when evidence was last attached, moved or taken off} of assessments that were
    opened again after their submission, from the log: only then can evidence change. Of a `block`, or of one `unit`
    in it. One query, two more where there are any."""
    since = dict(_REOPENED.rows(**line))
    if not since:
        return {}
    logged = LogEntry.objects.filter(
        object_type=Evidence._meta.label_lower, unit__in=list(since), at__gte=min(since.values())
    )
    moved = dict(logged.order_by("number").values_list("object_id", "at"))
    rows = Evidence.objects.filter(
        score__assessment__round_group=line["block"], score__assessment__unit__in=list(since)
    )
    found: dict[tuple[int, int], datetime] = {}
    for pk, unit, criterion in rows.order_by().values_list("pk", "score__assessment__unit_id", "score__criterion_id"):
        if (at := moved.get(str(pk))) is not None:
            found[unit, criterion] = max(at, found.get((unit, criterion), at))
    return found


def _reopened(block: int, unit: int | None = None) -> QuerySet[Transition, Any]:
    whose = {} if unit is None else {"assessment__unit": unit}
    rows = Transition.objects.filter(assessment__round_group=block, verb="reopen", **whose)
    since = rows.order_by().values("assessment__unit").annotate(first=Min("at"))
    return since.values_list("assessment__unit", "first")


_REOPENED = Prepared(_reopened)
_FIELDS = ("number", "issued_on", "content_type", "digest", "pages", "scan_state", "reading")


def remarks_on_evidence(
    rows: Iterable[Evidence], round_: Round, unit_id: int, *, names: bool = False
) -> dict[int, Remarks]:
    """{evidence: what is said} of one unit's rows with their documents read, each sentence about a document at its
    first row; one query, another where other units have one of the files."""
    found = list(rows)
    cites = [(row.pk, row.document_id, cited(row.document, row.page)) for row in found]
    if not cites:
        return {}
    files = _OWN_FILES.rows(unit=unit_id)
    shared = {digest for _, _, digest, _, _, elsewhere in files if elsewhere}
    scores = {row.score_id for row in found}
    narrow = {"score": scores.pop()} if len(scores) == 1 else {}
    twins = twins_of(round_, unit_id, **narrow) if any(cite.digest in shared for _, _, cite in cites) else {}
    others = files_by_paper(file[:4] for file in files if file[4] is None)
    period = (round_.assessed_from, round_.assessed_to)
    return said_once(
        (
            pk,
            document,
            remarks_on(cite, period, twins.get(cite.digest, ()), names=names, rivals=rivals_of(cite, others)),
        )
        for pk, document, cite in cites
    )


Files = dict[tuple[str, date | None], dict[str, str]]
"""{(number, date): {digest: file name}}"""


def _own_files(unit: int) -> QuerySet[Document, Any]:
    """What a unit has, what replaced it, and whether another unit has the same file, submitted or not."""
    elsewhere = Document.objects.filter(digest=OuterRef("digest")).exclude(unit=unit)
    rows = Document.objects.filter(unit=unit).annotate(elsewhere=Exists(elsewhere.order_by()))
    return rows.order_by("pk").values_list("number", "issued_on", "digest", "original_name", "replaced_by", "elsewhere")


_OWN_FILES = Prepared(_own_files)


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


def twins_of(round_: Round, unit_id: int, **narrow: int) -> dict[str, tuple[str, ...]]:
    """{digest: which other units submitted the same file as one of the unit's in the round}; one query. A draft is
    its unit's own business. `score`: only the files that prove this one."""
    found: dict[str, list[str]] = {}
    for digest, name in _TWINS.rows(unit=unit_id, round_=round_.pk, **narrow):
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return {digest: tuple(names) for digest, names in found.items()}


def _twins(unit: int, round_: int, score: int | None = None) -> QuerySet[Document, Any]:
    whose = {} if score is None else {"evidence__score": score, "evidence__removed_at": None}
    own = Document.objects.filter(unit=unit, **whose).order_by().values("digest")
    rows = Document.objects.filter(_proves(round_), digest__in=own).exclude(unit=unit)
    return rows.order_by(*by_name()).values_list("digest", "unit__name")


_TWINS = Prepared(_twins)


def _proves(round_: Round | int) -> Exists:
    """Whether a document proves something submitted in the round. Of each the first proof is enough: joined, the
    database would read all of them."""
    rows = Evidence.objects.filter(
        document=OuterRef("pk"),
        removed_at=None,
        score__assessment__round_group__round=round_,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
    )
    return Exists(rows.order_by())


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
    twins = twins_of(round_, assessment.unit_id)
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
    twins = twins_of(round_, unit_id)
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
    `criterion`; two queries, of one criterion three. A document is judged once for each page that is cited, however
    many criteria cite it."""
    places: dict[tuple[int, int], list[tuple[int, int | None]]] = {}
    for unit, leaf, document, page in _PLACES.rows(**line):
        places.setdefault((unit, leaf), []).append((document, page))
    kinds = _warned_kinds({at for cited_at in places.values() for at in cited_at}, round_, line)
    found = {}
    for cell, cited_at in places.items():
        said = list(filter(None, (kinds.get(at) for at in cited_at)))
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


def _cited_documents(round_: int, **line: int) -> QuerySet[Document, Any]:
    """Of each whether another unit submitted the same file in the round."""
    elsewhere = Document.objects.filter(_proves(round_), digest=OuterRef("digest")).exclude(unit=OuterRef("unit"))
    rows = Document.objects.filter(pk__in=_places_of(**line).values("document"))
    return rows.annotate(twin=Exists(elsewhere.order_by())).order_by().values_list("pk", "unit", "twin", *_FIELDS)


_PLACES = Prepared(_places_of)
_CITED = Prepared(_cited_documents)


def _warned_kinds(
    cited_at: Collection[tuple[int, int | None]], round_: Round, line: dict[str, int]
) -> dict[tuple[int, int | None], frozenset[str]]:
    """The kinds of the warnings on each citation (document, page); one query. What was opened again since the citations
    were read is not there any more."""
    documents = {pk: found for pk, *found in _CITED.rows(round_=round_.pk, **line)}
    papers: dict[tuple[int, str, date | None], set[str]] = {}
    cites: dict[tuple[int, int | None], tuple[int, bool, CitedDocument]] = {}
    for pk, page in cited_at:
        if pk not in documents:
            continue
        unit, twin, *fields = documents[pk]
        cite = CitedDocument(*[*fields, page])
        cites[pk, page] = unit, twin, cite
        papers.setdefault((unit, *cite.key), set()).add(cite.digest)
    if "criterion" in line:
        _add_other_files(papers)
    period = (round_.assessed_from, round_.assessed_to)
    kinds = {}
    for at, (unit, twin, cite) in cites.items():
        rivals = ("",) if cite.key[0] and cite.issued_on and len(papers[unit, *cite.key]) > 1 else ()
        said = remarks_on(cite, period, ("",) if twin else (), rivals=rivals)
        kinds[at] = frozenset(kind for kind, _ in said.warned)
    return kinds


def _add_other_files(papers: dict[tuple[int, str, date | None], set[str]]) -> None:
    """What else the units keep under these numbers and dates: a rival may prove another criterion. One query."""
    rows = Document.objects.filter(
        unit__in={unit for unit, *_ in papers}, issued_on__in={day for *_, day in papers if day}, replaced_by=None
    )
    for unit, number, day, digest in rows.order_by().values_list("unit", "number", "issued_on", "digest"):
        key = unit, number_in(number).casefold(), day
        if key in papers:
            papers[key].add(digest)
