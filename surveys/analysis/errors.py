"""How far the survey's points would have been elsewhere had it asked other people: their standard error."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from criteria.models import Criterion, RoundGroup
from surveys import tally
from surveys.models import Ballot, Question, RespondentGroup, SatisfactionFigure, Tally
from surveys.plan.queries import Worth, worth_of
from surveys.queries import IN
from surveys.scores.keeping import held_pairs
from surveys.scores.queries import part_of_levels, rule_of, tells_nothing_yet, untold_parts

_MOST = 0.5
"""The standard deviation of a share, which lies between 0 and 1, is no larger."""
Entering = dict[tuple[int, str, int], int]
"""Respondent group, unit code, criterion → answers that enter the points."""


def sampling_errors(block: RoundGroup) -> dict[str, float]:
    """Unit code → standard error of the unit's survey points, from the valid ballots. A finished figure has none, nor
    has a unit without ballots. What is not told, or stands as it was told before, is taken to be spread as the group's
    other ballots are: an error that follows the answers of few would tell something of them. Two queries for each
    respondent group, some twenty for the block."""
    worth, entering = worth_of(block), _entering(block)
    maxima = dict(Criterion.objects.filter(criteria_set_id=block.criteria_set_id).values_list("pk", "max_points"))
    weights = _weights(block, entering)
    variances: dict[str, float] = defaultdict(float)
    for group in _groups(block):
        asked = _Asked(group, worth, _closed_units(block, group, entering))
        factors = {
            (unit, leaf): float(maxima[leaf]) * asked.weight / weights[unit, leaf]
            for of, unit, leaf in entering
            if of == group.pk
        }
        for unit, variance in [*asked.counted(factors), *asked.supposed(factors, entering)]:
            variances[unit] += variance
    return {unit: variance**0.5 for unit, variance in variances.items()}


def _groups(block: RoundGroup) -> Iterator[RespondentGroup]:
    groups = RespondentGroup.objects.filter(survey__round_group=block).select_related("questionnaire")
    yield from groups.filter(questionnaire__isnull=False).order_by("position", "code")


def _entering(block: RoundGroup) -> Entering:
    """The parts that enter the points, as they stand told."""
    worth, (_, least_n) = worth_of(block), rule_of(block)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    entering = {}
    for group, unit, leaf, counts in rows.values_list("respondent_group", "unit__code", "criterion", "counts"):
        counted = part_of_levels(group, leaf, counts, worth).counted
        if counted >= max(least_n, 1):
            entering[group, unit, leaf] = counted
    return entering


def _closed_units(block: RoundGroup, group: RespondentGroup, entering: Entering) -> set[str]:
    """The units of which some answers of the group are not told, or are told as they were."""
    if tells_nothing_yet(block):
        return {unit for of, unit, _ in entering if of == group.pk}
    closed = {unit for of, unit, _ in untold_parts(block) if of == group.pk}
    closed |= {unit for of, unit in held_pairs(block) if of == group.pk}
    return set(block.group.units.filter(pk__in=closed).values_list("code", flat=True))


class _Asked:
    """The valid ballots of one respondent group, without those of the units that are `closed`."""

    def __init__(self, group: RespondentGroup, worth: dict[tuple[int, int], Worth], closed: set[str]):
        self.pk, self.weight, self.closed = group.pk, float(group.weight), closed
        questions = Question.objects.filter(questionnaire__respondent_group=group).order_by("position")
        self.criteria = list(questions.values_list("criterion_id", flat=True))
        rows = Ballot.objects.filter(IN, respondent_group=group, invalid_reason="").exclude(unit__code__in=closed)
        ballots = list(rows.order_by("pk").values_list("unit__code", "answers"))
        self.codes, self.index = np.unique(np.array([unit for unit, _ in ballots], dtype=str), return_inverse=True)
        answers = np.frombuffer(b"".join(bytes(answers) for _, answers in ballots), dtype=np.uint8)
        self.answers = answers.reshape(len(ballots), len(self.criteria))
        self.shares = np.full((len(self.criteria), tally.LEVELS), np.nan)
        for question, criterion in enumerate(self.criteria):
            for value, (_, share) in worth[group.pk, criterion].items():
                self.shares[question, value] = np.nan if share is None else float(share)

    def counted(self, factors: Mapping[tuple[str, int], float]) -> Iterator[tuple[str, float]]:
        """The variance of each unit whose ballots may be looked at. `factors`: the points that a whole share is worth
        where the answers enter."""
        codes = self.codes.tolist()
        table = [[factors.get((unit, leaf), 0.0) for leaf in self.criteria] for unit in codes]
        factor = np.array(table).reshape(len(codes), len(self.criteria))
        told = tally.variances(self.index, self.answers, self.shares, factor)
        yield from zip(codes, map(float, told), strict=True)

    def supposed(self, factors: Mapping[tuple[str, int], float], entering: Entering) -> Iterator[tuple[str, float]]:
        """The variance of each other unit, were its answers spread as those that may be looked at, and a person's
        answers all alike."""
        spread = dict(zip(self.criteria, map(float, self._spread()), strict=True))
        for unit in sorted(self.closed):
            mine = [leaf for leaf in self.criteria if (unit, leaf) in factors]
            errors = [factors[unit, leaf] * spread[leaf] / entering[self.pk, unit, leaf] ** 0.5 for leaf in mine]
            if errors:
                yield unit, sum(errors) ** 2

    def _spread(self) -> NDArray[np.float64]:
        """By question the standard deviation of a share within a unit; the largest there is without two ballots."""
        value = self.shares[np.arange(len(self.criteria)), self.answers]
        spread = np.full(len(self.criteria), _MOST)
        for question in range(len(self.criteria)):
            some = (self.answers[:, question] != tally.BLANK) & ~np.isnan(value[:, question])
            units, shares = self.index[some], value[some, question]
            counts = np.bincount(units, minlength=len(self.codes))
            means = np.bincount(units, weights=shares, minlength=len(self.codes)) / np.maximum(counts, 1)
            free = int(some.sum()) - int((counts > 0).sum())
            if free > 0:
                spread[question] = (float(((shares - means[units]) ** 2).sum()) / free) ** 0.5
        return spread


def _weights(block: RoundGroup, entering: Entering) -> dict[tuple[str, int], float]:
    """(unit, criterion) → the weights that share it: of the groups that enter, and of a figure beside them."""
    own = dict(RespondentGroup.objects.filter(survey__round_group=block).order_by("pk").values_list("pk", "weight"))
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for group, unit, leaf in entering:
        sums[unit, leaf] += float(own[group])
    figures = SatisfactionFigure.objects.filter(round_group=block).order_by("pk")
    beside = RespondentGroup.objects.filter(survey__round_group=block, mode=RespondentGroup.Mode.FIGURES)
    weight = float(sum(beside.order_by("pk").values_list("weight", flat=True))) or 1.0
    for unit, criterion in figures.values_list("unit__code", "criterion"):
        if (unit, criterion) in sums:
            sums[unit, criterion] += weight
    return sums
