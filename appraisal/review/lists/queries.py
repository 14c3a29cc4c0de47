"""What units declared for one criterion."""

from appraisal.core.figures import Declared, declared_of
from criteria import scoring
from criteria.models import Criterion, RoundGroup
from selfassess.models import SelfAssessment, SelfScore


def declared(round_group: RoundGroup, leaf: Criterion) -> dict[int, Declared] | None:
    """{unit: what it declared}; None for a rule without figures. One query at most."""
    if not scoring.fields(leaf.rule):
        return None
    rows = SelfScore.objects.filter(
        criterion=leaf,
        assessment__round_group=round_group,
        assessment__state=SelfAssessment.State.SUBMITTED,
        na_claimed=False,
    ).order_by()
    found = rows.values_list("assessment__unit_id", "figures", "points")
    return {unit: declared_of(leaf, figures, points) for unit, figures, points in found}
