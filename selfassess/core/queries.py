"""Reads that every feature shares: rows taken for writing, one leaf, the list of criteria.

Rows are locked in the order unit → assessment → block in the round → log, so that no two actions wait for each
other. `no_key`: rows that merely refer to a locked one are not held up.
"""

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet

from cchc_index.lib.faults import Refused
from criteria import queries as rounds
from criteria.models import Criterion, Source
from selfassess.models import Evidence, SelfAssessment, SelfScore
from units.models import Unit

from .task_list import TaskArea, TaskList, TaskRow

LIVE = Q(evidence__removed_at=None, evidence__isnull=False)


def locked(assessment_id: int) -> SelfAssessment:
    """The assessment under a row lock, with its unit and round read."""
    found = SelfAssessment.objects.select_related("unit", "round_group__round", "round_group__group")
    try:
        return found.select_for_update(of=("self",), no_key=True).get(pk=assessment_id)
    except SelfAssessment.DoesNotExist:
        raise PermissionDenied from None


def locked_units(unit_ids: Iterable[int]) -> dict[int, Unit]:
    """Units under row locks, taken in one order."""
    found = Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(unit_ids))
    return {unit.pk: unit for unit in found.order_by("pk")}


def self_leaf(assessment: SelfAssessment, criterion_id: int) -> Criterion:
    """A criterion the unit scores itself, of the set that measures it."""
    found = Criterion.objects.filter(
        pk=criterion_id, criteria_set=assessment.round_group.criteria_set_id, is_leaf=True, source=Source.SELF
    ).first()
    if found is None:
        raise Refused("Tiêu chí này không thuộc phần tự đánh giá của đơn vị trong kỳ: chọn lại từ danh sách.")
    return found


def score_of(assessment: SelfAssessment, criterion_id: int) -> SelfScore | None:
    """The stored row, with who saved it; None when nobody has. Whoever writes holds the assessment's lock."""
    found = SelfScore.objects.filter(assessment=assessment, criterion=criterion_id)
    return found.select_related("updated_by").first()


def lacking(criterion: Criterion, score: SelfScore) -> str:
    """What the criterion lacks before submission, as a sentence; one query."""
    return TaskRow(criterion, score, Evidence.objects.filter(score=score, removed_at=None).count()).lacking


def task_list(assessment: SelfAssessment) -> TaskList:
    """The self-assessed part of the tree with the unit's scores; two queries whatever the size."""
    tree = rounds.tree(assessment.round_group.criteria_set_id)
    scores = {score.criterion_id: score for score in _scored(assessment)}
    return TaskList(assessment, _areas(tree, scores))


def _scored(assessment: SelfAssessment) -> QuerySet[SelfScore]:
    scores = SelfScore.objects.filter(assessment=assessment).order_by("pk")
    return scores.annotate(evidence_count=Count("evidence", filter=LIVE))


def _areas(tree: Sequence[Criterion], scores: dict[int, SelfScore]) -> list[TaskArea]:
    parents = {criterion.pk: criterion.parent_id for criterion in tree}
    wanted = _with_ancestors([c.pk for c in tree if c.is_leaf and c.source == Source.SELF], parents)
    areas: dict[int, TaskArea] = {}
    for criterion in tree:
        if criterion.pk not in wanted:
            continue
        top = criterion.pk
        while parents.get(top):
            top = parents[top]  # type: ignore[assignment]
        area = areas.setdefault(top, TaskArea(criterion))
        if criterion.is_leaf or criterion.pk != top:
            score = scores.get(criterion.pk)
            area.rows.append(TaskRow(criterion, score, getattr(score, "evidence_count", 0)))
    return list(areas.values())


def _with_ancestors(leaves: Iterable[int], parents: dict[int, int | None]) -> set[int]:
    wanted: set[int] = set()
    for leaf in leaves:
        at: int | None = leaf
        while at is not None and at not in wanted:
            wanted.add(at)
            at = parents.get(at)
    return wanted
