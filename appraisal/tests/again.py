"""A submitted unit that is reopened, changes a score and submits again, through its own verbs."""

from typing import TypedDict

from appraisal.tests.factories import Council
from criteria.tests.factories import open_stage
from selfassess.lifecycle import actions as lifecycle
from selfassess.scores import actions as scores


class Reopened(TypedDict):
    assessment_id: int


def reopened(case: Council) -> Reopened:
    """The unit's assessment is open again; what the unit's own verbs ask for."""
    assessment = case.round_group.assessments.get(unit=case.first)
    open_stage(case.round_group.round, "self_assessment")
    lifecycle.reopen(actor=case.manager, assessment_id=assessment.pk, reason="Bổ sung tài liệu.")
    return {"assessment_id": assessment.pk}


def handed_in_again(case: Council, key: Reopened) -> None:
    lifecycle.hand_over(actor=case.officer, **key)
    lifecycle.submit(actor=case.head, **key)


def rescore(case: Council, key: Reopened, points: str) -> None:
    scores.save_score(
        actor=case.officer,
        **key,
        criterion_id=case.leaf.pk,
        figures={},
        points=points,
        explanation="Chấm lại.",
        na_claimed=False,
        na_reason="",
        seen_version=0,
    )
