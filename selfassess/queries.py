"""Reads of self-assessments with a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, QuerySet

from criteria import queries as rounds
from criteria.models import Criterion, Phase, RoundGroup, Source
from units.models import LogEntry

from . import last_year
from .last_year import LastYear
from .models import Document, Evidence, SelfAssessment, SelfScore, Transition

ZERO = Decimal(0)
SHORT = 160
LIVE = Q(evidence__removed_at=None, evidence__isnull=False)


def scores_by_cell(round_group: RoundGroup) -> dict[tuple[int, int], tuple[Decimal | None, bool]]:
    """{(unit id, criterion id): (points, N/A claimed)} of what units have submitted, one query. A draft is
    the unit's own business; a cell that is absent or (None, False) is not scored."""
    rows = SelfScore.objects.filter(
        assessment__round_group=round_group, assessment__state=SelfAssessment.State.SUBMITTED
    ).order_by("pk")
    values = rows.values_list("assessment__unit_id", "criterion_id", "points", "na_claimed")
    return {(unit, criterion): (points, claimed) for unit, criterion, points, claimed in values}


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


# --- the task list --------------------------------------------------------------------------------


@dataclass(slots=True)
class Row:
    """A row of the tree with the unit's score; a group row has neither score nor state."""

    criterion: Criterion
    score: SelfScore | None = None
    evidence: int = 0

    @property
    def state(self) -> str:
        """`none`, `na`, `wait` (scored, but neither evidence nor explanation) or `ok`."""
        if self.score is None or not self.score.is_scored:
            return "none"
        if self.score.na_claimed:
            return "na"
        return "ok" if self._is_backed else "wait"

    @property
    def _is_backed(self) -> bool:
        """A bonus or deduction of zero says that there is nothing to prove."""
        assert self.score is not None
        nothing = self.criterion.kind != Criterion.Kind.NORMAL and self.score.points == 0
        return bool(self.evidence or self.score.explanation or nothing)

    @property
    def words(self) -> str:
        return _WORDS[self.state]

    @property
    def mark(self) -> str:
        """The state's class in the style sheet."""
        return f"st-{self.state}"

    @property
    def said(self) -> str:
        """The beginning of the unit's own words, for a list. Cut here: a template's filter goes through every
        letter of every explanation."""
        if self.score is None:
            return ""
        words = f"Lý do: {self.score.na_reason}" if self.score.na_claimed else self.score.explanation
        return words if len(words) <= SHORT else words[: SHORT - 1].rstrip() + "…"

    @property
    def lacking(self) -> str:
        """What is missing before submission, as a sentence; "" when nothing is."""
        return _LACKING.get(self.state, "")


_WORDS = {
    "none": "chưa chấm",
    "na": "đề nghị không áp dụng",
    "wait": "thiếu tài liệu hoặc giải trình",
    "ok": "đã đủ",
}
_LACKING = {
    "none": "chưa chấm điểm và chưa đề nghị không áp dụng",
    "wait": "chưa có tài liệu kiểm chứng, cũng chưa giải trình",
}


@dataclass(slots=True)
class Area:
    """A lĩnh vực with the rows that lead to self-assessed leaves."""

    criterion: Criterion
    rows: list[Row] = field(default_factory=list)

    @property
    def leaves(self) -> list[Row]:
        return [row for row in self.rows if row.criterion.is_leaf]

    @property
    def done(self) -> int:
        return sum(1 for row in self.leaves if not row.lacking)

    @property
    def points(self) -> Decimal:
        return sum((row.score.points or ZERO for row in self.leaves if row.score), ZERO)

    @property
    def max_points(self) -> Decimal:
        return sum((row.criterion.max_points for row in self.leaves), ZERO)


@dataclass(slots=True)
class TaskList:
    assessment: SelfAssessment
    areas: list[Area]

    @property
    def leaves(self) -> list[Row]:
        return [row for area in self.areas for row in area.leaves]

    @property
    def normal(self) -> list[Row]:
        return [row for row in self.leaves if row.criterion.kind == Criterion.Kind.NORMAL]

    @property
    def done(self) -> int:
        return sum(1 for row in self.leaves if not row.lacking)

    @property
    def scored(self) -> int:
        return sum(1 for row in self.leaves if row.state != "none")

    @property
    def total(self) -> Decimal:
        """Running total of the ordinary criteria; bonus and deduction stand beside."""
        return _points(self.normal)

    @property
    def max_points(self) -> Decimal:
        return sum((row.criterion.max_points for row in self.normal), ZERO)

    @property
    def gap(self) -> Decimal:
        """What is still open or lost: maximum less total less the maximum of N/A claims."""
        claimed = (row.criterion.max_points for row in self.normal if row.state == "na")
        return self.max_points - self.total - sum(claimed, ZERO)

    @property
    def bonus(self) -> Decimal:
        return _points(row for row in self.leaves if row.criterion.kind == Criterion.Kind.BONUS)

    @property
    def penalty(self) -> Decimal:
        return _points(row for row in self.leaves if row.criterion.kind == Criterion.Kind.PENALTY)

    @property
    def has_extras(self) -> bool:
        return len(self.normal) != len(self.leaves)

    @property
    def first_undone(self) -> Row | None:
        """The next to score: the first without a score, else the first without evidence."""
        unscored = (row for row in self.leaves if row.state == "none")
        return next(unscored, None) or next((row for row in self.leaves if row.lacking), None)

    @property
    def missing(self) -> list[Row]:
        return [row for row in self.leaves if row.lacking]


def _points(rows: Iterable[Row]) -> Decimal:
    return sum((row.score.points or ZERO for row in rows if row.score), ZERO)


def task_list(assessment: SelfAssessment) -> TaskList:
    """The self-assessed part of the tree with the unit's scores; two queries whatever the size."""
    tree = rounds.tree(assessment.round_group.criteria_set_id)
    scores = {score.criterion_id: score for score in _scored(assessment)}
    return TaskList(assessment, _areas(tree, scores))


def missing(assessment: SelfAssessment) -> list[Row]:
    """The leaves that keep the assessment from being submitted."""
    return task_list(assessment).missing


def _scored(assessment: SelfAssessment) -> QuerySet[SelfScore]:
    scores = SelfScore.objects.filter(assessment=assessment).order_by("pk")
    return scores.annotate(evidence_count=Count("evidence", filter=LIVE))


def _areas(tree: Sequence[Criterion], scores: dict[int, SelfScore]) -> list[Area]:
    parents = {criterion.pk: criterion.parent_id for criterion in tree}
    wanted = _with_ancestors([c.pk for c in tree if c.is_leaf and c.source == Source.SELF], parents)
    areas: dict[int, Area] = {}
    for criterion in tree:
        if criterion.pk not in wanted:
            continue
        top = criterion.pk
        while parents.get(top):
            top = parents[top]  # type: ignore[assignment]
        area = areas.setdefault(top, Area(criterion))
        if criterion.is_leaf or criterion.pk != top:
            score = scores.get(criterion.pk)
            area.rows.append(Row(criterion, score, getattr(score, "evidence_count", 0)))
    return list(areas.values())


def _with_ancestors(leaves: Iterable[int], parents: dict[int, int | None]) -> set[int]:
    wanted: set[int] = set()
    for leaf in leaves:
        at: int | None = leaf
        while at is not None and at not in wanted:
            wanted.add(at)
            at = parents.get(at)
    return wanted


# --- one criterion --------------------------------------------------------------------------------


@dataclass(slots=True)
class CriterionPage:
    """Everything one page shows about one criterion of one unit."""

    criterion: Criterion
    trail: list[Criterion]
    score: SelfScore | None
    evidence: list[Evidence]
    others: list[Document]
    previous: Criterion | None
    following: Criterion | None
    number: int
    count: int
    last_year: LastYear | None


def criterion_page(assessment: SelfAssessment, criterion: Criterion) -> CriterionPage:
    """Six queries whatever the number of criteria, documents and evidence; with a last year nine more."""
    tree = rounds.tree(assessment.round_group.criteria_set_id)
    leaves = [c for c in tree if c.is_leaf and c.source == Source.SELF]
    at = next(i for i, c in enumerate(leaves) if c.pk == criterion.pk)
    score = SelfScore.objects.filter(assessment=assessment, criterion=criterion).select_related("updated_by").first()
    evidence = list(_evidence(score))
    return CriterionPage(
        criterion=criterion,
        trail=_trail(criterion, tree),
        score=score,
        evidence=evidence,
        others=list(usable_documents(assessment.unit_id).exclude(pk__in=[e.document_id for e in evidence])),
        previous=leaves[at - 1] if at else None,
        following=leaves[at + 1] if at + 1 < len(leaves) else None,
        number=at + 1,
        count=len(leaves),
        last_year=last_year.of_criterion(assessment, criterion),
    )


def _evidence(score: SelfScore | None) -> QuerySet[Evidence]:
    return Evidence.objects.filter(score=score, removed_at=None).select_related("document").order_by("pk")


def _trail(criterion: Criterion, tree: Sequence[Criterion]) -> list[Criterion]:
    known = {c.pk: c for c in tree}
    trail = []
    at = criterion.parent_id
    while at is not None:
        trail.append(known[at])
        at = known[at].parent_id
    return trail[::-1]


# --- documents, history, several units ------------------------------------------------------------


def documents_of(unit_id: int) -> QuerySet[Document]:
    """The unit's current documents, newest first."""
    return Document.objects.filter(unit=unit_id, replaced_by=None).order_by("-uploaded_at", "-pk")


def usable_documents(unit_id: int) -> QuerySet[Document]:
    """The current documents a score may rest on: all but those that hold malware."""
    return documents_of(unit_id).exclude(scan_state=Document.Scan.INFECTED)


def with_uses(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Documents with the number of scores each supports now (`uses`)."""
    return documents.annotate(uses=Count("evidence", filter=LIVE))


def history(assessment: SelfAssessment) -> QuerySet[Transition]:
    return assessment.transitions.select_related("actor").order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """One assessment in a list: how far it is."""

    assessment: SelfAssessment
    scored: int
    leaves: int
    last_saved: datetime | None


def progress(assessments: QuerySet[SelfAssessment]) -> list[Progress]:
    """Progress of many assessments, two queries."""
    done = Q(scores__points__isnull=False) | Q(scores__na_claimed=True)
    rows = list(
        assessments.annotate(
            scored=Count("scores", filter=done),
            last_saved=Max("scores__updated_at"),
        ).order_by("round_group__group__position", "unit__code")
    )
    sets = {row.round_group.criteria_set_id for row in rows}
    counted = Criterion.objects.filter(criteria_set__in=sets, is_leaf=True, source=Source.SELF).order_by()
    leaves = dict(counted.values("criteria_set").annotate(n=Count("pk")).values_list("criteria_set", "n"))
    return [Progress(a, a.scored, leaves.get(a.round_group.criteria_set_id, 0), a.last_saved) for a in rows]


def closing(assessment: SelfAssessment) -> datetime | None:
    """When the unit's self-assessment closes, extensions counted."""
    return rounds.closing(assessment.round_group.round, Phase.Kind.SELF_ASSESSMENT, assessment.unit)
