"""The plan as the log keeps it: the mark of what decides how the ballots and figures that are in became points."""

from typing import Any

from cchc_index.lib.canonical import digest
from criteria.models import RoundGroup
from surveys.models import (
    AnswerOption,
    GroupPeople,
    ImportBatch,
    PlannedBallots,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
)
from units.auditlog.digests import Facts, RowKind, marked, register_rows

_ANSWERED = (ImportBatch.Kind.BALLOTS, ImportBatch.Kind.ONLINE)


_SHEET = (
    "pk",
    "respondent_group_id",
    "title",
    "scale_id",
    "max_blank_share",
    "refuse_straight_line",
    "straight_line_from",
    "refuse_duplicates",
    "duplicates_from",
)


def plan_mark(row: Survey) -> str | None:
    """Digest of the survey's rules, of every group whose ballots are in with its questionnaire, questions and scales,
    and of the groups that stand for figures. None while nothing is in: until then the plan changes freely. Eight
    queries at most."""
    batches = ImportBatch.objects.filter(round_group=row.round_group_id, state=ImportBatch.State.COMMITTED)
    if not batches.exists():
        return None
    asked = set(batches.filter(kind__in=_ANSWERED).values_list("respondent_group", flat=True))
    groups = [
        group
        for group in RespondentGroup.objects.filter(survey=row).order_by("pk")
        if group.pk in asked or group.mode == RespondentGroup.Mode.FIGURES
    ]
    own = [row.plan_number, row.least_n, row.small_cell]
    return digest([own, [_group(group) for group in groups], *_sheets(sorted(asked - {None}))])


def _group(row: RespondentGroup) -> list[Any]:
    return [row.pk, row.code, row.name, row.position, row.mode, row.planned_ballots, row.weight]


def _sheets(groups: list[int]) -> list[Any]:
    """Numbers of ballots, questionnaires, questions and the answers of their scales."""
    planned = PlannedBallots.objects.filter(respondent_group__in=groups).order_by("respondent_group", "unit")
    people = GroupPeople.objects.filter(respondent_group__in=groups).order_by("respondent_group", "unit")
    sheets = list(Questionnaire.objects.filter(respondent_group__in=groups).order_by("pk"))
    asked = Question.objects.filter(questionnaire__in=sheets).order_by("questionnaire", "position")
    questions = list(asked.values_list("questionnaire", "position", "criterion", "scale"))
    scales = {sheet.scale_id for sheet in sheets} | {scale for *_, scale in questions if scale}
    return [
        [list(line) for line in planned.values_list("respondent_group", "unit", "ballots")],
        [list(line) for line in people.values_list("respondent_group", "unit", "people")],
        [[getattr(sheet, name) for name in _SHEET] for sheet in sheets],
        [list(line) for line in questions],
        _answers(scales),
    ]


def _answers(scales: set[int]) -> list[list[Any]]:
    columns = ("scale", "scale__round", "scale__code", "scale__name", "value", "label", "share")
    rows = AnswerOption.objects.filter(scale__in=scales).order_by("scale", "value")
    return [list(line) for line in rows.values_list(*columns)]


def marks_of(*blocks: RoundGroup) -> Facts:
    """The marks of these blocks' plans as they stand, for the verb that wrote them or let ballots in under them."""
    return marked(*Survey.objects.filter(round_group__in=blocks).order_by("pk"))


def register_marks() -> None:
    """Called where the app starts."""
    rows = Survey.objects.select_related("round_group__round", "round_group__group")
    register_rows(RowKind(Survey, plan_mark, lambda: rows.order_by("pk"), "kế hoạch điều tra"))
