"""What a first file of ballots makes where no plan stands: group, questionnaire, scale."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.text import slugify

from cchc_index.lib.text import clean, fold
from criteria.models import RoundGroup
from surveys.models import AnswerOption, AnswerScale, Question, Questionnaire, RespondentGroup, Survey
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


def copy_plan(source: RoundGroup, target: RoundGroup, criteria: Mapping[int, int]) -> int:
    """Give a block the respondent groups and questionnaires of an earlier year's; how many groups. `criteria` says
    what each criterion became: a question whose criterion became nothing stays behind. A block that has groups keeps
    them. The number of the plan is each year's own and is not copied."""
    groups = list(RespondentGroup.objects.filter(survey__round_group=source).order_by("position", "pk"))
    if not groups or RespondentGroup.objects.filter(survey__round_group=target).exists():
        return 0
    survey, _ = Survey.objects.get_or_create(round_group=target)
    for group in groups:
        sheet = Questionnaire.objects.filter(respondent_group=group).first()
        group.pk, group.survey = None, survey
        group._state.adding = True
        group.save()
        if sheet is not None:
            _copy_questionnaire(sheet, group, criteria)
    return len(groups)


def _copy_questionnaire(sheet: Questionnaire, group: RespondentGroup, criteria: Mapping[int, int]) -> None:
    asked = list(sheet.questions.order_by("position").values_list("criterion_id", flat=True))
    sheet.pk, sheet.respondent_group = None, group
    sheet._state.adding = True
    sheet.save()
    _ask(sheet, [criteria[criterion] for criterion in asked if criterion in criteria])


def follow_set(actor: User | None, block: RoundGroup, became: Mapping[int, int]) -> list[str]:
    """Ask about the criteria of the block's new set, where it was given another before any ballot came (ballots lock
    it); what became nothing is asked no more, and said so."""
    lost = 0
    for sheet in Questionnaire.objects.filter(respondent_group__survey__round_group=block).order_by("pk"):
        asked = list(sheet.questions.order_by("position").values_list("criterion_id", flat=True))
        standing = list(dict.fromkeys(became[criterion] for criterion in asked if criterion in became))
        lost += len(asked) - len(standing)
        sheet.questions.all().delete()
        _ask(sheet, standing)
    return [f"{lost} câu hỏi của các mẫu phiếu đã bỏ vì tiêu chí không còn trong bộ tiêu chí mới."] if lost else []


def _ask(sheet: Questionnaire, criteria: list[int]) -> None:
    Question.objects.bulk_create(
        Question(questionnaire=sheet, criterion_id=criterion, position=position)
        for position, criterion in enumerate(criteria)
    )


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
