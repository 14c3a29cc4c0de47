"""What a first file of ballots makes where no plan stands: group, questionnaire, scale."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.text import slugify

from cchc_index.lib.text import clean, fold
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from surveys.models import (
    AnswerOption,
    AnswerScale,
    GroupPeople,
    PlannedBallots,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
)
from surveys.places import Leaf
from units.models import User

from .queries import DEFAULT_OPTIONS, DEFAULT_SCALE, Plan


def ensure_group(block: RoundGroup, plan: Plan) -> RespondentGroup:
    """The plan's group, created with its survey when a round without a plan has none of that name."""
    if plan.group:
        return plan.group
    survey, _ = Survey.objects.get_or_create(round_group=block)
    name = clean(plan.respondents)[:300]
    position = survey.respondent_groups.count() + 1
    code = slugify(fold(name))[:40] or f"nhom-{position}"
    return RespondentGroup.objects.create(survey=survey, code=code, name=name, position=position)


def ensure_questionnaire(block: RoundGroup, group: RespondentGroup, plan: Plan, leaves: list[Leaf]) -> Questionnaire:
    """The group's questionnaire with its questions, made from the file's columns when there was none."""
    questionnaire = plan.questionnaire or Questionnaire.objects.create(
        respondent_group=group, title=f"Phiếu {group.name}"[:250], scale=default_scale(block)
    )
    if plan.asked is None:
        Question.objects.bulk_create(
            Question(questionnaire=questionnaire, criterion_id=leaf.id, position=position)
            for position, leaf in enumerate(leaves)
        )
    return questionnaire


def copy_plan(source: RoundGroup, target: RoundGroup, criteria: Mapping[int, int]) -> int:
    """Give a block the plan of an earlier year's: respondent groups with their units' numbers and people,
    questionnaires, scales of its own, least n; how many groups. `criteria` says what each criterion became: a question
    whose criterion became nothing stays behind. A block that has groups keeps them. The number of the plan is each
    year's own and is not copied."""
    groups = list(RespondentGroup.objects.filter(survey__round_group=source).order_by("position", "pk"))
    if not groups or RespondentGroup.objects.filter(survey__round_group=target).exists():
        return 0
    earlier = Survey.objects.get(round_group=source)
    survey, _ = Survey.objects.get_or_create(round_group=target)
    survey.least_n, survey.small_cell = earlier.least_n, earlier.small_cell
    survey.save(update_fields=["least_n", "small_cell"])
    scales = _copy_scales(source, target)
    units = {unit.pk for unit in criteria_queries.units_of(target)}
    for group in groups:
        sheet = Questionnaire.objects.filter(respondent_group=group).first()
        planned = [row for row in group.planned.order_by("pk") if row.unit_id in units]
        people = [row for row in group.people.order_by("pk") if row.unit_id in units]
        group.pk, group.survey = None, survey
        group._state.adding = True
        group.save()
        PlannedBallots.objects.bulk_create(
            PlannedBallots(respondent_group=group, unit_id=row.unit_id, ballots=row.ballots) for row in planned
        )
        GroupPeople.objects.bulk_create(
            GroupPeople(respondent_group=group, unit_id=row.unit_id, people=row.people) for row in people
        )
        if sheet is not None:
            _copy_questionnaire(sheet, group, criteria, scales)
    return len(groups)


def _copy_scales(source: RoundGroup, target: RoundGroup) -> dict[int, int]:
    """The scales of the earlier year in the later one, by their codes: what becomes of each. One that nobody uses yet
    takes last year's answers, one in use keeps its own."""
    became = {}
    for scale in AnswerScale.objects.filter(round=source.round_id).order_by("pk"):
        own, made = AnswerScale.objects.get_or_create(
            round_id=target.round_id, code=scale.code, defaults={"name": scale.name}
        )
        became[scale.pk] = own.pk
        if own.pk == scale.pk or not (made or _is_unused(own)):
            continue
        AnswerOption.objects.filter(scale=own).delete()
        AnswerOption.objects.bulk_create(
            AnswerOption(scale=own, value=option.value, label=option.label, share=option.share)
            for option in scale.options.order_by("value")
        )
    return became


def _is_unused(scale: AnswerScale) -> bool:
    return not scale.questionnaires.exists() and not scale.questions.exists()


def _copy_questionnaire(
    sheet: Questionnaire, group: RespondentGroup, criteria: Mapping[int, int], scales: Mapping[int, int]
) -> None:
    asked = [
        (criteria[criterion], own and scales[own])
        for criterion, own in sheet.questions.order_by("position").values_list("criterion_id", "scale_id")
        if criterion in criteria
    ]
    sheet.pk, sheet.respondent_group, sheet.scale_id = None, group, scales[sheet.scale_id]
    sheet._state.adding = True
    sheet.save()
    _ask(sheet, asked)


def follow_set(actor: User | None, block: RoundGroup, became: Mapping[int, int]) -> list[str]:
    """Ask about the criteria of the block's new set, where it was given another before any ballot came (ballots lock
    it); what became nothing is asked no more, and said so."""
    lost = 0
    for sheet in Questionnaire.objects.filter(respondent_group__survey__round_group=block).order_by("pk"):
        asked = list(sheet.questions.order_by("position").values_list("criterion_id", "scale_id"))
        standing = {became[criterion]: scale for criterion, scale in reversed(asked) if criterion in became}
        lost += len(asked) - len(standing)
        sheet.questions.all().delete()
        _ask(sheet, list(reversed(standing.items())))
    return [f"{lost} câu hỏi của các mẫu phiếu đã bỏ vì tiêu chí không còn trong bộ tiêu chí mới."] if lost else []


def _ask(sheet: Questionnaire, asked: Sequence[tuple[int, int | None]]) -> None:
    """Questions about criteria in their order, each with its own scale or None."""
    Question.objects.bulk_create(
        Question(questionnaire=sheet, criterion_id=criterion, position=position, scale_id=scale)
        for position, (criterion, scale) in enumerate(asked)
    )


def default_scale(block: RoundGroup) -> AnswerScale:
    """The even five-level scale of the block's year, created when absent."""
    scale, created = AnswerScale.objects.get_or_create(
        round_id=block.round_id, code=DEFAULT_SCALE, defaults={"name": "Năm mức: 0, 25, 50, 75, 100%"}
    )
    if created:
        AnswerOption.objects.bulk_create(
            AnswerOption(scale=scale, value=value, label=label, share=Decimal(share))
            for value, label, share in DEFAULT_OPTIONS
        )
    return scale
