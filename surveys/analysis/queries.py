"""What the analysis table is made of. Six queries, whatever the number of ballots and units."""

from collections.abc import Iterator
from dataclasses import dataclass

from criteria.models import Criterion, RoundGroup
from criteria.queries import units_of
from surveys.models import Ballot, Question, RespondentGroup, Tally
from surveys.plan.queries import worth_of
from surveys.queries import IN
from surveys.scores.keeping import held_pairs, told_again
from surveys.scores.queries import ballot_counts, rule_of, untold_parts
from units.models import Unit

from .layout import BallotRows, Variable, variable_name

FEWEST_ROWS = 10
"""A row shows a whole pattern of answers, so it needs more company than a cell (docs/anonymity.md)."""


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


def rows_of(block: RoundGroup) -> BallotRows:
    """The valid ballots of every pair of group and unit of which all cells are told and that has ballots enough, sorted
    by what they say: neither code nor order of arrival stands in them. A pair that is held back or was told more than
    once gives none: rows are told once. Eleven queries and one for each group."""
    survey, kept = survey_of(block), {(group, unit) for group, unit, _ in untold_parts(block)}
    counts = {pair: n for pair, n in ballot_counts(block).items() if n and pair[1] in survey.units}
    fewest = max(*rule_of(block), FEWEST_ROWS)
    kept |= held_pairs(block) | told_again(block)
    given = {pair for pair, n in counts.items() if pair not in kept and n >= fewest}
    place = {criterion: at for at, criterion in enumerate(survey.criteria)}
    rows: list[tuple[str, str, list[int | None]]] = []
    positions = _positions(block)
    for group in survey.groups.values():
        asked = [place[criterion] for of, criterion in positions if of == group.pk]
        found = Ballot.objects.filter(IN, respondent_group=group, invalid_reason="").order_by()
        for unit, answers in found.values_list("unit", "answers"):
            if (group.pk, unit) in given:
                row: list[int | None] = [None] * len(place)
                for at, answer in zip(asked, bytes(answers), strict=True):
                    row[at] = answer or None
                rows.append((survey.units[unit].code, group.code, row))
    rows.sort(key=lambda row: (row[0], row[1], [answer or 0 for answer in row[2]]))
    return BallotRows(_variables(survey), rows, len((counts.keys() | kept) - given), fewest)


def _positions(block: RoundGroup) -> list[tuple[int, int]]:
    """(group, criterion) in the order in which a ballot holds its answers."""
    rows = Question.objects.filter(questionnaire__respondent_group__survey__round_group=block)
    told = rows.order_by("questionnaire", "position").values_list("questionnaire__respondent_group_id", "criterion_id")
    return list(told)


def _variables(survey: CountedSurvey) -> list[Variable]:
    answers: dict[int, dict[int, tuple[str, str]]] = {criterion: {} for criterion in survey.criteria}
    for _, criterion, value, label, share in survey.options:
        known = answers[criterion].setdefault(value, (label, "" if share is None else str(share)))
        if label not in known[0].split(" / "):
            answers[criterion][value] = (f"{known[0]} / {label}", f"{known[1]} / {'' if share is None else share}")
    return [
        Variable(variable_name(leaf.code), f"{leaf.code} {leaf.name}", answers[pk])
        for pk, leaf in survey.criteria.items()
    ]
