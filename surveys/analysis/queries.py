"""What the analysis table is made of. Six queries, whatever the number of ballots and units."""

from collections.abc import Iterator
from dataclasses import dataclass

from criteria.models import Criterion, RoundGroup
from criteria.queries import units_of
from surveys.models import Question, RespondentGroup, Tally
from surveys.plan.queries import worth_of
from units.models import Unit


@dataclass(frozen=True, slots=True)
class CountedSurvey:
    """A block's survey as counted: who was asked what, and the histogram of the answers."""

    groups: dict[int, RespondentGroup]
    units: dict[int, Unit]
    criteria: dict[int, Criterion]
    asked: list[tuple[int, int]]
    """(group, criterion) in the plan's order."""
    options: list[tuple[int, int, int, str, float | None]]
    """(group, criterion, answer value, label, share of the maximum or None outside the mean)."""
    answers: list[tuple[int, int, int, int, int]]
    """(group, unit, criterion, answer value, valid ballots)."""

    def cells(self) -> Iterator[tuple[int, int, int, int | None]]:
        """(group, unit, criterion, planned ballots) of everything asked, unit by unit."""
        for unit in self.units:
            for group, criterion in self.asked:
                yield group, unit, criterion, self.groups[group].planned_ballots


def survey_of(block: RoundGroup) -> CountedSurvey:
    """The survey of a block as it is counted now."""
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    questions = Question.objects.filter(questionnaire__respondent_group__survey__round_group=block)
    questions = questions.select_related("criterion", "questionnaire").order_by(
        "criterion__position", "questionnaire__respondent_group__position", "pk"
    )
    return CountedSurvey(
        groups={group.pk: group for group in groups},
        units={unit.pk: unit for unit in units_of(block)},
        criteria={question.criterion_id: question.criterion for question in questions},
        asked=[(question.questionnaire.respondent_group_id, question.criterion_id) for question in questions],
        options=_options(block),
        answers=list(_answers(block)),
    )


def _options(block: RoundGroup) -> list[tuple[int, int, int, str, float | None]]:
    return [
        (group, criterion, value, label, None if share is None else float(share))
        for (group, criterion), worth in worth_of(block).items()
        for value, (label, share) in worth.items()
    ]


def _answers(block: RoundGroup) -> Iterator[tuple[int, int, int, int, int]]:
    rows = Tally.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    for group, unit, criterion, counts in rows.values_list("respondent_group", "unit", "criterion", "counts"):
        for value, count in counts.items():
            yield group, unit, criterion, int(value), count
