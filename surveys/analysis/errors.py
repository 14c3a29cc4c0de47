"""How far the survey's points would have been elsewhere had it asked other people: their standard error."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from criteria.models import Criterion, RoundGroup
from surveys import tally
from surveys.models import Ballot, Question, RespondentGroup, SatisfactionFigure
from surveys.plan.queries import Worth, worth_of
from surveys.queries import IN


def sampling_errors(block: RoundGroup) -> dict[str, float]:
    """Unit code → standard error of the unit's survey points, from the valid ballots. A finished figure has none, nor
    has a unit without ballots. Three queries for each respondent group, six for the block."""
    variances: dict[str, float] = {}
    maxima = dict(Criterion.objects.filter(criteria_set_id=block.criteria_set_id).values_list("pk", "max_points"))
    worth = worth_of(block)
    asked = [_Asked(group, worth) for group in _groups(block)]
    weights = _weights(block, asked)
    for group in asked:
        codes = group.codes.tolist()
        factor = np.array(
            [[float(maxima[q]) * group.weight / weights[unit, q] for q in group.criteria] for unit in codes]
        ).reshape(len(codes), len(group.criteria))
        for unit, variance in zip(
            codes, tally.variances(group.index, group.answers, group.shares, factor), strict=True
        ):
            variances[unit] = variances.get(unit, 0.0) + float(variance)
    return {unit: variance**0.5 for unit, variance in variances.items()}


def _groups(block: RoundGroup) -> Iterator[RespondentGroup]:
    groups = RespondentGroup.objects.filter(survey__round_group=block).select_related("questionnaire")
    yield from groups.filter(questionnaire__isnull=False).order_by("position", "code")


class _Asked:
    """The valid ballots of one respondent group."""

    def __init__(self, group: RespondentGroup, worth: dict[tuple[int, int], Worth]):
        self.weight = float(group.weight)
        questions = Question.objects.filter(questionnaire__respondent_group=group).order_by("position")
        self.criteria = list(questions.values_list("criterion_id", flat=True))
        rows = Ballot.objects.filter(IN, respondent_group=group, invalid_reason="").order_by("pk")
        ballots = list(rows.values_list("unit__code", "answers"))
        self.codes, self.index = np.unique(np.array([unit for unit, _ in ballots], dtype=str), return_inverse=True)
        answers = np.frombuffer(b"".join(bytes(answers) for _, answers in ballots), dtype=np.uint8)
        self.answers = answers.reshape(len(ballots), len(self.criteria))
        self.shares = np.full((len(self.criteria), tally.LEVELS), np.nan)
        for question, criterion in enumerate(self.criteria):
            for value, (_, share) in worth[group.pk, criterion].items():
                self.shares[question, value] = np.nan if share is None else float(share)

    def answered(self) -> Iterator[tuple[str, int]]:
        """The units and criteria that somebody answered."""
        for number, unit in enumerate(self.codes.tolist()):
            some = self._counted(number).sum(axis=0).tolist()
            yield from ((unit, criterion) for criterion, times in zip(self.criteria, some, strict=True) if times)

    def _counted(self, unit: int) -> NDArray[np.bool_]:
        """Which answers of a unit's ballots enter the mean."""
        answers = self.answers[self.index == unit]
        shares = self.shares[np.arange(len(self.criteria)), answers]
        return np.asarray((answers != tally.BLANK) & ~np.isnan(shares))


def _weights(block: RoundGroup, asked: list[_Asked]) -> dict[tuple[str, int], float]:
    """(unit, criterion) → the weights that share it: of the groups that answered, and of a figure beside them."""
    weights = {(unit, q): 1.0 for group in asked for unit in group.codes.tolist() for q in group.criteria}
    sums: dict[tuple[str, int], float] = {}
    for group in asked:
        for cell in group.answered():
            sums[cell] = sums.get(cell, 0.0) + group.weight
    figures = SatisfactionFigure.objects.filter(round_group=block).order_by("pk")
    beside = RespondentGroup.objects.filter(survey__round_group=block, mode=RespondentGroup.Mode.FIGURES)
    weight = float(sum(beside.order_by("pk").values_list("weight", flat=True))) or 1.0
    for unit, criterion in figures.values_list("unit__code", "criterion"):
        if (unit, criterion) in sums:
            sums[unit, criterion] += weight
    return weights | sums
