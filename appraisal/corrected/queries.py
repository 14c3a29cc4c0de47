"""Which cells a corrected rule touches: the units' points beside those of the new rule and the council's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from appraisal.models import Action, Appraisal
from criteria import scoring
from criteria.editing.touching import TouchedCell
from criteria.models import Criterion
from selfassess.models import SelfAssessment, SelfScore
from units.models import UNITS_BY_NAME


def touched(criterion: Criterion, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[TouchedCell]:
    """The units whose figures give other points by the rule after than by the rule before, by year, block and name;
    two queries. Points that were typed follow from no figures: a rule instead of them asks for figures."""
    rows = SelfScore.objects.filter(criterion=criterion, points__isnull=False).select_related(
        "assessment__unit", "assessment__round_group__round", "assessment__round_group__group"
    )
    ordered = rows.order_by(
        "assessment__round_group__round__year",
        "assessment__round_group__group__position",
        *(f"assessment__unit__{name}" for name in UNITS_BY_NAME),
    )
    stands = Appraisal.objects.filter(criterion=criterion).exclude(action=Action.UNDO).order_by()
    council = {row[:2]: row[2] for row in stands.values_list("round_group_id", "unit_id", "points")}
    found = []
    for score in ordered:
        old, new = (_points(rule, criterion.max_points, score) for rule in (before, after))
        if old == new:
            continue
        sheet = score.assessment
        at = sheet.round_group_id, sheet.unit_id
        submitted = sheet.state == SelfAssessment.State.SUBMITTED
        found.append(
            TouchedCell(sheet.round_group, sheet.unit, submitted, score.points, new, at in council, council.get(at))
        )
    return found


def _points(rule: Mapping[str, Any], maximum: Decimal, score: SelfScore) -> Decimal | None:
    """By a rule; where points are typed, those that were typed."""
    if scoring.is_direct(rule):
        return score.points
    try:
        return scoring.evaluate(rule, maximum, score.figures)
    except scoring.RuleProblem:
        return None
