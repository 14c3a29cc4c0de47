"""Invented scores: the same for everybody who loads the demonstration (a seeded generator)."""

import random
from dataclasses import dataclass
from decimal import Decimal

from criteria import scoring
from criteria.models import Criterion

InventedFigures = dict[str, str]
HALF = Decimal("0.5")


@dataclass(frozen=True)
class InventedScore:
    """What a unit would declare on a leaf: figures for a rule, else typed points."""

    figures: InventedFigures
    points: Decimal


class Inventor:
    """Invents for one unit. `quality` is the share of the maximum the unit tends to reach."""

    def __init__(self, seed: str):
        self.random = random.Random(seed)  # noqa: S311 (the same scores in every demonstration)
        self.quality = self.random.uniform(0.82, 0.97)

    def score(self, leaf: Criterion) -> InventedScore:
        if leaf.kind != Criterion.Kind.NORMAL:
            return self._extra(leaf)
        if scoring.is_direct(leaf.rule):
            return InventedScore({}, self._typed(leaf.max_points))
        return min((self._declared(leaf) for _ in range(6)), key=lambda s: abs(s.points - self._aim(leaf)))

    def appraised(self, own: Decimal) -> Decimal:
        """What the council leaves of a self-score: mostly all of it."""
        if own and self.random.random() < 0.1:
            return max(own - self.random.choice((Decimal("0.25"), HALF)), Decimal(0))
        return own

    def answer(self) -> int:
        """A survey answer from 1 to 5; 0 is blank."""
        if self.random.random() < 0.02:
            return 0
        return self.random.choices((5, 4, 3, 2, 1), weights=(60 * self.quality, 30, 8, 2, 1))[0]

    def percent(self) -> Decimal:
        return Decimal(self.random.randrange(7800, 9900)) / 100

    def _aim(self, leaf: Criterion) -> Decimal:
        return leaf.max_points * Decimal(str(round(self.quality, 3)))

    def _typed(self, maximum: Decimal) -> Decimal:
        steps = int(maximum / HALF)
        reached = min(steps, round(steps * self.random.triangular(0.6, 1.15, self.quality)))
        return HALF * reached if steps else maximum

    def _extra(self, leaf: Criterion) -> InventedScore:
        """Bonus and penalty are rare; a rule is answered so that it gives none."""
        given = HALF if self.random.random() < 0.2 and leaf.max_points >= HALF else Decimal(0)
        if scoring.is_direct(leaf.rule):
            return InventedScore({}, given)
        return min((self._declared(leaf) for _ in range(6)), key=lambda s: s.points)

    def _declared(self, leaf: Criterion) -> InventedScore:
        """Figures a rule accepts, with the points it gives for them."""
        for _ in range(50):
            figures = self._figures(leaf)
            try:
                points = scoring.evaluate(leaf.rule, leaf.max_points, figures)
            except scoring.RuleProblem:
                continue
            if points is not None:
                return InventedScore(figures, points)
        raise ValueError(f"no figures found for {leaf}")

    def _figures(self, leaf: Criterion) -> InventedFigures:
        fields = scoring.fields(leaf.rule)
        if [f.key for f in fields] == ["numerator", "denominator"]:
            whole = self.random.randrange(20, 400)
            share = min(1.0, self.random.triangular(0.65, 1.1, self.quality))
            return {"numerator": str(round(whole * share)), "denominator": str(whole)}
        return {
            field.key: self.random.choice(field.choices)[0] if field.choices else str(self.random.randrange(0, 120))
            for field in fields
        }
