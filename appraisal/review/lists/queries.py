"""What units declared for one criterion, beside its rule."""

from typing import NamedTuple

from cchc_index.lib import numbers
from criteria import scoring
from criteria.models import Criterion, RoundGroup
from selfassess.models import SelfAssessment, SelfScore


class Declared(NamedTuple):
    """In words: the figures in the order of the rule, their ratio, and whether the unit's own points differ from
    what the rule makes of them."""

    figures: str
    ratio: str
    differs: bool


def declared(round_group: RoundGroup, leaf: Criterion) -> dict[int, Declared] | None:
    """{unit: what it declared}; None for a rule without figures. One query at most."""
    if not scoring.fields(leaf.rule):
        return None
    rows = SelfScore.objects.filter(
        criterion=leaf,
        assessment__round_group=round_group,
        assessment__state=SelfAssessment.State.SUBMITTED,
    ).order_by()
    found = rows.values_list("assessment__unit_id", "figures", "points", "na_claimed")
    return {unit: _words(leaf, given, None if na else points) for unit, given, points, na in found}


def _words(leaf: Criterion, given: dict[str, object], points: object) -> Declared:
    said = []
    for item in scoring.fields(leaf.rule):
        raw = str(given.get(item.key, "") or "")
        shown = dict(item.choices).get(raw, raw.replace(".", ",") if item.kind == "number" else raw)
        said.append(shown or "–")
    share = scoring.ratio(leaf.rule, given)
    try:
        computed = scoring.evaluate(leaf.rule, leaf.max_points, given)
    except scoring.RuleProblem:  # figures of an archive that the rule refuses today
        computed = None
    differs = computed is not None and points is not None and computed != points
    return Declared(" / ".join(said), f"{numbers.vn(share)} %" if share is not None else "", differs)
