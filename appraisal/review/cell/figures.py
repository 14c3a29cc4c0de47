"""What a unit declared for one leaf, in the words of the rule. No database."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cchc_index.lib import numbers
from criteria import scoring
from criteria.models import Criterion
from selfassess.models import SelfScore


@dataclass(frozen=True, slots=True)
class Declared:
    """What the unit declared under the labels of the rule, and what the rule makes of it: `ratio` in words
    ("" for a rule without one), `computed` None where nothing can be computed."""

    figures: list[tuple[str, str]]
    ratio: str
    computed: Decimal | None
    agrees: bool
    """The unit's own points are those of the rule."""


def declared_of(leaf: Criterion, score: SelfScore | None) -> Declared:
    given = score.figures if score else {}
    share = scoring.ratio(leaf.rule, given)
    try:
        computed = scoring.evaluate(leaf.rule, leaf.max_points, given)
    except scoring.RuleProblem:  # figures of an archive that the rule refuses today
        computed = None
    return Declared(
        figures=_figures(leaf, given),
        ratio=f"{numbers.vn(share)} %" if share is not None else "",
        computed=computed,
        agrees=score is not None and computed == score.points,
    )


def _figures(leaf: Criterion, given: dict[str, Any]) -> list[tuple[str, str]]:
    """A chosen step by its words."""
    found = []
    for item in scoring.fields(leaf.rule):
        raw = str(given.get(item.key, ""))
        words = dict(item.choices).get(raw, raw.replace(".", ",") if item.kind == "number" else raw)
        found.append((item.label, f"{words} {item.unit}".strip() if raw else "không khai"))
    return found
