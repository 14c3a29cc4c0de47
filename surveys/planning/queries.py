"""The plan of a block with everything its pages and its annex show."""

from dataclasses import dataclass, field
from typing import Any

from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from surveys.assent.queries import Door, door
from surveys.models import (
    AnswerOption,
    AnswerScale,
    Ballot,
    BallotLink,
    GroupPeople,
    PaperBundle,
    PlannedBallots,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
    SurveyRequest,
)
from units.models import Unit, by_name


@dataclass(slots=True)
class PlannedGroup:
    """A respondent group with its questionnaire."""

    group: RespondentGroup
    sheet: Questionnaire | None
    questions: list[Question]
    units: list[PlannedBallots]
    """The units whose number differs from the group's."""
    people: list[GroupPeople]
    """How many people the group has at the units, as far as the plan says."""
    total: int | None
    """Ballots of all units together; None where the plan does not say."""


@dataclass(slots=True)
class PlanBook:
    """The plan of one block. `frozen`: ballots came in under it, or its year is published."""

    block: RoundGroup
    survey: Survey | None
    units: list[Unit]
    leaves: list[Criterion]
    groups: list[PlannedGroup] = field(default_factory=list)
    scales: list[tuple[AnswerScale, list[AnswerOption]]] = field(default_factory=list)
    frozen: bool = False

    @property
    def total(self) -> int:
        return sum(group.total or 0 for group in self.groups)

    @property
    def unasked(self) -> list[Criterion]:
        """Criteria of the survey that no questionnaire asks about."""
        asked = {question.criterion_id for group in self.groups for question in group.questions}
        return [leaf for leaf in self.leaves if leaf.pk not in asked]


def is_frozen(block: RoundGroup) -> bool:
    """Whether the plan changes by two people only: with its first ballot, link or bundle of paper, and once the year is
    published. At most four queries."""
    here = {"respondent_group__survey__round_group": block}
    return _is_asked(here) or door(block) is Door.TWO


def is_year_frozen(block: RoundGroup) -> bool:
    """As `is_frozen`, for what all blocks of the year share: the scales."""
    return _is_asked({"respondent_group__survey__round_group__round": block.round_id}) or door(block) is Door.TWO


def _is_asked(here: dict[str, Any]) -> bool:
    """Whether somebody answered the questions, holds a link to them, or types what stands on paper."""
    return any(rows.objects.filter(**here).exists() for rows in (Ballot, BallotLink, PaperBundle))


def plan_book(block: RoundGroup) -> PlanBook:
    """Thirteen queries at most, whatever the number of groups, questions and units."""
    units = list(criteria_queries.units_of(block))
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    sheets = Questionnaire.objects.filter(respondent_group__survey__round_group=block).select_related("scale")
    by_group = {sheet.respondent_group_id: sheet for sheet in sheets.order_by("pk")}
    questions: dict[int, list[Question]] = {}
    asked = Question.objects.filter(questionnaire__in=[sheet.pk for sheet in by_group.values()])
    for question in asked.select_related("criterion", "scale").order_by("questionnaire", "position"):
        questions.setdefault(question.questionnaire_id, []).append(question)
    own: dict[int, list[PlannedBallots]] = {}
    planned = PlannedBallots.objects.filter(respondent_group__survey__round_group=block, unit__in=units)
    for row in planned.select_related("unit").order_by("respondent_group", *by_name()):
        own.setdefault(row.respondent_group_id, []).append(row)
    people: dict[int, list[GroupPeople]] = {}
    counted = GroupPeople.objects.filter(respondent_group__survey__round_group=block, unit__in=units)
    for one in counted.select_related("unit").order_by("respondent_group", *by_name()):
        people.setdefault(one.respondent_group_id, []).append(one)
    rows = []
    for group in groups:
        sheet = by_group.get(group.pk)
        listed = own.get(group.pk, [])
        total = total_of(group, listed, len(units))
        asked_ = questions.get(sheet.pk, []) if sheet else []
        rows.append(PlannedGroup(group, sheet, asked_, listed, people.get(group.pk, []), total))
    return PlanBook(
        block=block,
        survey=Survey.objects.filter(round_group=block).first(),
        units=units,
        leaves=list(criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)),
        groups=rows,
        scales=scales_of(block),
        frozen=is_frozen(block),
    )


def total_of(group: RespondentGroup, own: list[PlannedBallots], units: int) -> int | None:
    """How many ballots the group is to bring; None where the plan does not say."""
    if group.planned_ballots is None and not own:
        return None
    return (group.planned_ballots or 0) * (units - len(own)) + sum(row.ballots for row in own)


def scales_of(block: RoundGroup) -> list[tuple[AnswerScale, list[AnswerOption]]]:
    """The scales of the block's year with their answers. Two queries."""
    answers: dict[int, list[AnswerOption]] = {}
    for option in AnswerOption.objects.filter(scale__round=block.round_id).order_by("value"):
        answers.setdefault(option.scale_id, []).append(option)
    scales = AnswerScale.objects.filter(round=block.round_id).order_by("code")
    return [(scale, answers.get(scale.pk, [])) for scale in scales]


def waiting_of(block: RoundGroup) -> list[SurveyRequest]:
    """The changes of the plan that wait for a second person. One query."""
    rows = SurveyRequest.objects.filter(round_group=block, kind=SurveyRequest.Kind.PLAN)
    return list(rows.filter(state=SurveyRequest.State.OPEN).select_related("proposed_by").order_by("pk"))


def earlier_plan(block: RoundGroup) -> RoundGroup | None:
    """The same block in the latest year before that has a plan. One query."""
    rows = RoundGroup.objects.filter(group=block.group_id, round__year__lt=block.round.year)
    planned = rows.filter(survey__respondent_groups__isnull=False).select_related("round", "group")
    return planned.order_by("-round__year").first()


def has_ballots(group: RespondentGroup) -> bool:
    """Whether somebody answered the group's questions, holds a link to them, or types what stands on paper."""
    return _is_asked({"respondent_group": group})
