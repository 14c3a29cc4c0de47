"""Points as they would be if each respondent group counted by the people it stands for, beside the official ones and
never in their place. Pure.

The groups are the strata of a unit. Official points weigh them as the plan decides; here a group weighs as many people
as the plan says it has at the unit:

    points = maximum × Σ people × mean share ÷ Σ people

with the standard error of a stratified mean (the same as the official one's, by these weights). A group without people
at the unit counts nowhere. Nothing is made up: where the plan does not say the people of one group, where a group that
has people gave too few answers, or where a finished figure stands for groups of unknown size, there are no such points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from .tally import Formula, GroupAnswers, formula


@dataclass(frozen=True, slots=True)
class Stratum:
    """A respondent group that is asked about a leaf of a unit."""

    name: str
    people: int | None
    """How many people it stands for at the unit, 0 and more; None where the plan does not say."""
    answers: GroupAnswers | None
    """None: nobody answered. Its weight is the official one and is not used."""


def poststratified(
    maximum: Decimal,
    strata: Sequence[Stratum],
    figure: Fraction | None = None,
    figure_people: int | None = None,
    least_n: int = 1,
) -> Formula | None:
    """The points by people, term by term, of one leaf of one unit; None where they cannot be told (see the module).
    `figure`: a finished figure as a share of the maximum, which stands for `figure_people`."""
    if any(one.people is None for one in strata) or (figure is not None and figure_people is None):
        return None
    standing = [one for one in strata if one.people]
    weighed: list[tuple[str, GroupAnswers]] = []
    for one in standing:
        if one.answers is None or one.answers.answered < max(least_n, 1):
            return None
        weighed.append((one.name, replace(one.answers, weight=Decimal(one.people or 0))))
    if not weighed:
        return None
    return formula(maximum, weighed, figure if figure_people else None, Decimal(figure_people or 0), least_n)
