"""Last year beside this year: what the unit gave, what the council said, what can be carried over.

A criterion's last year is the same criterion of an earlier round (a set may measure several years), or the
one its link `previous` names; the newest submitted round counts. A unit that one other became carries on that one's
figures, under the former name; where several became one, nobody's figures are its own, and they are not added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, Round, RoundGroup, Source
from criteria.queries import leaves
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.models import Unit
from units.queries import origins

from . import council
from .council import Finding


@dataclass(frozen=True, slots=True)
class EarlierDocument:
    """A document of last year at its place, as the unit keeps it now."""

    document: Document
    page: int | None
    section: str
    attached: bool
    outside: bool
    """Its date lies outside this year's assessed period: it hardly proves this year's work."""

    @property
    def fits(self) -> bool:
        """Whether it can still be attached: not there yet, no malware found in it, the page exists."""
        pages = self.document.pages
        return (
            not self.attached
            and self.document.scan_state != Document.Scan.INFECTED
            and (self.page is None or pages is None or self.page <= pages)
        )


@dataclass(frozen=True, slots=True)
class LastYear:
    """One criterion: last year's score with what the council made of it, and this year's."""

    criterion: Criterion
    score: SelfScore
    finding: Finding | None
    papers: list[EarlierDocument] = field(default_factory=list)
    current: SelfScore | None = None
    is_former: bool = False

    @property
    def year(self) -> int:
        return _year(self.score)

    @property
    def former_unit(self) -> Unit | None:
        """The predecessor whose figures these are; None where they are the unit's own."""
        return self.score.assessment.unit if self.is_former else None

    @property
    def explains(self) -> bool:
        """Whether last year's explanation says something that this year's does not yet."""
        return bool(self.score.explanation) and self.score.explanation != (self.current and self.current.explanation)

    @property
    def is_explained(self) -> bool:
        """Whether this year has an explanation of its own: it is replaced only when the person says so."""
        return self.current is not None and bool(self.current.explanation)

    @property
    def fresh_papers(self) -> list[EarlierDocument]:
        return [paper for paper in self.papers if paper.fits]

    @property
    def outside(self) -> int:
        return sum(paper.outside for paper in self.fresh_papers)

    @property
    def offers(self) -> bool:
        return self.explains or bool(self.fresh_papers)


def of_criterion(assessment: SelfAssessment, criterion: Criterion) -> LastYear | None:
    """One criterion's last year; None when it has none."""
    return read(assessment, [criterion]).get(criterion.pk)


def in_brief(round_group: RoundGroup, unit: Unit, criterion: Criterion) -> LastYear | None:
    """What the unit gave last year and what the council made of it, for the council's page: no documents,
    nothing of this year."""
    year, previous = round_group.round.year, criterion.previous_id or criterion.pk
    if not _EARLIER.rows(criterion=criterion.pk, previous=previous, year=year):
        return None
    score = _earlier_scores(year, origins(unit).line, [criterion]).get(criterion.pk)
    if score is None:
        return None
    finding = _findings([score]).get(score.pk)
    return LastYear(criterion, score, finding, is_former=score.assessment.unit_id != unit.pk)


# Most criteria of a first year have no earlier one at all: nothing more is asked of them.
_EARLIER = Prepared(
    lambda criterion, previous, year: (
        SelfScore.objects.filter(
            Q(criterion=criterion) | Q(criterion=previous),
            assessment__state=SelfAssessment.State.SUBMITTED,
            assessment__round_group__round__year__lt=year,
        )
        .order_by()
        .values_list("assessment__round_group__round")
        .distinct()
    )
)


def of_all(assessment: SelfAssessment) -> list[LastYear]:
    """Every self-assessed criterion with a last year, in printed order."""
    rows = list(leaves(assessment.round_group.criteria_set_id, [Source.SELF]))
    found = read(assessment, rows)
    return [found[row.pk] for row in rows if row.pk in found]


def read(assessment: SelfAssessment, criteria: Sequence[Criterion]) -> dict[int, LastYear]:
    """By this year's criterion id. The queries do not grow with criteria or documents."""
    scores = _earlier_scores(assessment.round_group.round.year, origins(assessment.unit).line, criteria)
    if not scores:
        return {}
    said = _findings(scores.values())
    papers = _papers(assessment, scores.values())
    current = {s.criterion_id: s for s in SelfScore.objects.filter(assessment=assessment, criterion__in=criteria)}
    attached = _attached(current.values())
    period = assessment.round_group.round
    return {
        c.pk: LastYear(
            criterion=c,
            score=scores[c.pk],
            finding=said.get(scores[c.pk].pk),
            papers=[
                _earlier_document(e, d, attached.get(c.pk, frozenset()), period)
                for e, d in papers.get(scores[c.pk].pk, [])
            ],
            current=current.get(c.pk),
            is_former=scores[c.pk].assessment.unit_id != assessment.unit_id,
        )
        for c in criteria
        if c.pk in scores
    }


def merged_from(round_group: RoundGroup, unit: Unit) -> list[Unit]:
    """The several units that became this one and were assessed in an earlier year, by name. None when the unit, or its
    only predecessor, was assessed itself since."""
    came = origins(unit)
    if not came.merged:
        return []
    rows = SelfAssessment.objects.filter(
        unit__in=[*came.line, *came.merged],
        state=SelfAssessment.State.SUBMITTED,
        round_group__round__year__lt=round_group.round.year,
    )
    assessed = set(rows.order_by().values_list("unit", flat=True))
    return [] if assessed & {row.pk for row in came.line} else [row for row in came.merged if row.pk in assessed]


def _earlier_scores(this_year: int, line: Sequence[Unit], criteria: Sequence[Criterion]) -> dict[int, SelfScore]:
    """The submitted scores of earlier rounds of a unit and its only predecessors, the newest for each criterion of this
    year; of two in one year that of the unit itself."""
    wanted: dict[int, list[int]] = {}
    for criterion in criteria:
        for pk in (criterion.pk, criterion.previous_id):
            if pk is not None:
                wanted.setdefault(pk, []).append(criterion.pk)
    rows = SelfScore.objects.filter(
        criterion__in=wanted,
        assessment__unit__in=line,
        assessment__state=SelfAssessment.State.SUBMITTED,
        assessment__round_group__round__year__lt=this_year,
    ).select_related(
        "criterion", "assessment__unit", "assessment__round_group__round", "assessment__round_group__group"
    )
    nearest = {unit.pk: -place for place, unit in enumerate(line)}
    found: dict[int, SelfScore] = {}
    for score in sorted(rows, key=lambda row: (_year(row), nearest[row.assessment.unit_id], row.pk)):
        found |= dict.fromkeys(wanted[score.criterion_id], score)
    return found


def _year(score: SelfScore) -> int:
    return score.assessment.round_group.round.year


def _findings(scores: Iterable[SelfScore]) -> dict[int, Finding]:
    """By last year's score id; one asking for each earlier assessment, of which there are one or two."""
    blocks: dict[int, list[SelfScore]] = {}
    for score in scores:
        blocks.setdefault(score.assessment_id, []).append(score)
    found: dict[int, Finding] = {}
    for rows in blocks.values():
        earlier = rows[0].assessment
        said = council.findings(earlier.round_group, earlier.unit, [row.criterion for row in rows])
        found |= {row.pk: said[row.criterion_id] for row in rows if row.criterion_id in said}
    return found


def _papers(assessment: SelfAssessment, scores: Iterable[SelfScore]) -> dict[int, list[tuple[Evidence, Document]]]:
    """Last year's evidence by score, each with the newest version of its document. Only the unit's own documents: those
    of a predecessor stay with it."""
    known = {d.pk: d for d in Document.objects.filter(unit=assessment.unit_id).order_by("pk")}
    newer = {d.replaces_id: d for d in known.values() if d.replaces_id}
    rows = Evidence.objects.filter(score__in=list(scores), document__in=known, removed_at=None).order_by("pk")
    found: dict[int, list[tuple[Evidence, Document]]] = {}
    for row in rows:
        document = known[row.document_id]
        while document.pk in newer:
            document = newer[document.pk]
        found.setdefault(row.score_id, []).append((row, document))
    return found


def _attached(scores: Iterable[SelfScore]) -> Mapping[int, set[int]]:
    """Documents attached this year, by criterion."""
    rows = Evidence.objects.filter(score__in=list(scores), removed_at=None).order_by("pk")
    found: dict[int, set[int]] = {}
    for criterion, document in rows.values_list("score__criterion_id", "document_id"):
        found.setdefault(criterion, set()).add(document)
    return found


def _earlier_document(
    evidence: Evidence, document: Document, attached: Iterable[int], period: Round
) -> EarlierDocument:
    issued: date | None = document.issued_on
    outside = issued is not None and not period.assessed_from <= issued <= period.assessed_to
    return EarlierDocument(document, evidence.page, evidence.section, document.pk in attached, outside)
