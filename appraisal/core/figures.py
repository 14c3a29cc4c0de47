"""What a unit declared for one leaf, in the words of the rule. No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cchc_index.lib import numbers
from criteria import scoring
from criteria.models import Criterion


class DeclaredFigure(NamedTuple):
    """One declared figure under its label in the rule; a chosen step by its words, "" for what was left blank."""

    label: str
    value: str
    unit: str

    @property
    def in_words(self) -> str:
        return f"{self.value} {self.unit}".strip() if self.value else "không khai"


@dataclass(frozen=True, slots=True)
class Declared:
    """What the unit declared, and what the rule makes of it: `ratio` in words ("" for a rule without one),
    `computed` None where nothing can be computed."""

    figures: list[DeclaredFigure]
    ratio: str
    computed: Decimal | None
    agrees: bool
    """The unit's own points are those of the rule."""
    beyond: bool
    """More than all is declared: 16 of 11. A rule may allow it, whoever judges should see it."""


def declared_of(leaf: Criterion, given: Mapping[str, object], points: Decimal | None) -> Declared:
    """`given`: the figures, `points` what the unit gave itself."""
    share = scoring.ratio(leaf.rule, given)
    try:
        computed = scoring.evaluate(leaf.rule, leaf.max_points, given)
    except scoring.RuleProblem:  # figures of an archive that the rule refuses today
        computed = None
    return Declared(
        figures=_figures(leaf, given),
        ratio=f"{numbers.vn(share)}%" if share is not None else "",
        computed=computed,
        agrees=computed is not None and computed == points,
        beyond=share is not None and share > 100,
    )


def _figures(leaf: Criterion, given: Mapping[str, object]) -> list[DeclaredFigure]:
    found = []
    for item in scoring.fields(leaf.rule):
        raw = str(given.get(item.key, "") or "")
        value = dict(item.choices).get(raw, raw.replace(".", ",") if item.kind == "number" else raw)
        found.append(DeclaredFigure(item.label, value, item.unit))
    return found
