"""What a first file of ballots makes where no plan stands: group, questionnaire, scale."""

from decimal import Decimal

from django.utils.text import slugify

from cchc_index.lib.text import clean, fold
from criteria.models import RoundGroup
from surveys.models import AnswerOption, AnswerScale, Question, Questionnaire, RespondentGroup, Survey
from surveys.places import Leaf

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


def ensure_questionnaire(group: RespondentGroup, plan: Plan, leaves: list[Leaf]) -> Questionnaire:
    """The group's questionnaire with its questions, made from the file's columns when there was none."""
    questionnaire = plan.questionnaire or Questionnaire.objects.create(
        respondent_group=group, title=f"Phiếu {group.name}"[:250], scale=default_scale()
    )
    if plan.asked is None:
        Question.objects.bulk_create(
            Question(questionnaire=questionnaire, criterion_id=leaf.id, position=position)
            for position, leaf in enumerate(leaves)
        )
    return questionnaire


def default_scale() -> AnswerScale:
    """The even five-level scale, created when absent."""
    scale, created = AnswerScale.objects.get_or_create(
        code=DEFAULT_SCALE, defaults={"name": "Năm mức: 0, 25, 50, 75, 100%"}
    )
    if created:
        AnswerOption.objects.bulk_create(
            AnswerOption(scale=scale, value=value, label=label, share=Decimal(share))
            for value, label, share in DEFAULT_OPTIONS
        )
    return scale
