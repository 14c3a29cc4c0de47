"""Saving one score; counting anew what a corrected rule computes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict
from criteria import scoring
from criteria.actions import freeze
from selfassess import rules
from selfassess.core import entry
from selfassess.core.digests import snapshot
from selfassess.core.entry import stored
from selfassess.core.queries import locked, score_of, self_leaf
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.actions import record
from units.models import User


@transaction.atomic
def save_score(
    *,
    actor: User,
    assessment_id: int,
    criterion_id: int,
    figures: Mapping[str, object],
    points: object,
    explanation: str,
    na_claimed: bool,
    na_reason: str,
    seen_version: int,
    address: str = "",
) -> SelfScore:
    """Store what the unit declares for one criterion; the rule computes the points, `points` counts only
    for direct entry. `seen_version` is the version the person saw (0: none yet): an older one raises
    Conflict with the current row, unless both say the same. Saving the same again changes nothing.
    """
    at = clock.arrived()
    assessment = locked(assessment_id)
    rules.require(actor, "edit", assessment, at)
    criterion = self_leaf(assessment, criterion_id)
    wanted = entry.read(
        criterion,
        figures=figures,
        points=points,
        explanation=explanation,
        na_claimed=na_claimed,
        na_reason=na_reason,
    )
    # A new row is one that nobody has saved yet; the assessment's lock guards both.
    score = score_of(assessment, criterion_id) or SelfScore(assessment=assessment, criterion_id=criterion_id)
    if stored(score) == wanted:
        return score
    _refuse_stale(score, seen_version)
    return _write(actor, assessment, score, wanted, at, address)


def recount(actor: User, criterion_id: int) -> int:
    """The points of a criterion by its rule of now, on every sheet that has not been submitted: the rule computes what
    the unit declared, and the unit has not yet given its word. How many points moved. Each sheet in a transaction of
    its own, under its lock: what was interrupted may be asked for again."""
    sheets = SelfAssessment.objects.filter(scores__criterion=criterion_id, scores__points__isnull=False)
    waiting = sheets.exclude(state=SelfAssessment.State.SUBMITTED).order_by("pk").values_list("pk", flat=True)
    return sum(_recount_one(actor, pk, criterion_id) for pk in waiting)


@transaction.atomic
def _recount_one(actor: User, assessment_id: int, criterion_id: int) -> bool:
    assessment = locked(assessment_id)
    score = score_of(assessment, criterion_id)
    if score is None or score.points is None or assessment.state == SelfAssessment.State.SUBMITTED:
        return False
    criterion = self_leaf(assessment, criterion_id)
    try:
        points = scoring.evaluate(criterion.rule, criterion.max_points, score.figures)
    except scoring.RuleProblem:
        return False
    if points is None or points == score.points:
        return False
    _write(actor, assessment, score, replace(stored(score), points=points), clock.now(), "")
    return True


def _refuse_stale(score: SelfScore, seen_version: int) -> None:
    if score.version != seen_version:
        raise Conflict(
            f"{score.updated_by or 'Người khác'} đã lưu tiêu chí này lúc {_hour(score)}: "
            "so hai bản dưới đây, sửa nếu cần rồi bấm lưu lần nữa.",
            score,
        )


def _write(
    actor: User, assessment: SelfAssessment, score: SelfScore, typed: entry.ScoreEntry, at: datetime, address: str
) -> SelfScore:
    before = snapshot(score)
    _store(score, typed)
    score.version, score.updated_at, score.updated_by = score.version + 1, at, actor
    score.save()
    freeze(assessment.round_group_id, actor)
    after, unit = snapshot(score), assessment.unit
    record(actor=actor, verb="selfassess.score", obj=score, before=before, after=after, unit=unit, address=address)
    return score


def _store(score: SelfScore, typed: entry.ScoreEntry) -> None:
    score.figures, score.points, score.explanation = typed.figures, typed.points, typed.explanation
    score.na_claimed, score.na_reason = typed.na_claimed, typed.na_reason


def _hour(score: SelfScore) -> str:
    return clock.in_words(score.updated_at, seconds=True) if score.updated_at else "trước đó"
