"""Which cells a corrected rule or maximum touches: the units' points beside those of the new rule and the council's."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from appraisal.models import Action, Appraisal
from criteria import scoring
from criteria.editing.touching import CorrectedLeaf, TouchedCell
from selfassess.models import SelfAssessment, SelfScore
from units.models import UNITS_BY_NAME


def touched(leaves: Sequence[CorrectedLeaf]) -> list[TouchedCell]:
    """The units whose figures give other points after than before, or whose points are above the new maximum, by
    criterion, year, block and name; two queries. Points that were typed follow from no figures: a rule instead of them
    asks for figures."""
    changed = {leaf.criterion.pk: leaf for leaf in leaves}
    rows = SelfScore.objects.filter(criterion__in=changed).select_related(
        "assessment__unit", "assessment__round_group__round", "assessment__round_group__group"
    )
    ordered = rows.order_by(
        "criterion__position",
        "assessment__round_group__round__year",
        "assessment__round_group__group__position",
        *(f"assessment__unit__{name}" for name in UNITS_BY_NAME),
    )
    stands = Appraisal.objects.filter(criterion__in=changed).exclude(action=Action.UNDO).order_by()
    council = {row[:3]: row[3] for row in stands.values_list("round_group_id", "unit_id", "criterion_id", "points")}
    cells = (_cell(changed[score.criterion_id], score, council) for score in ordered)
    return [cell for cell in cells if cell is not None]


def _cell(
    leaf: CorrectedLeaf, score: SelfScore, council: Mapping[tuple[int, int, int], Decimal | None]
) -> TouchedCell | None:
    """None where nothing of the cell is otherwise."""
    sheet = score.assessment
    at = sheet.round_group_id, sheet.unit_id, score.criterion_id
    old, new = (_points(rule, most, score) for rule, most in zip(leaf.rules, leaf.maxima, strict=True))
    cell = TouchedCell(
        criterion=leaf.criterion,
        maximum=leaf.maxima[1],
        block=sheet.round_group,
        unit=sheet.unit,
        submitted=sheet.state == SelfAssessment.State.SUBMITTED,
        own=score.points,
        by_rule=new,
        decided=at in council,
        council=council.get(at),
    )
    return cell if (score.points is not None and old != new) or cell.is_above else None


def _points(rule: Mapping[str, Any], maximum: Decimal, score: SelfScore) -> Decimal | None:
    """By a rule; where points are typed, those that were typed."""
    if scoring.is_direct(rule):
        return score.points
    try:
        return scoring.evaluate(rule, maximum, score.figures)
    except scoring.RuleProblem:
        return None
