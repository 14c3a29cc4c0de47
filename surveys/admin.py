"""The plan of the survey is a catalogue; ballots, figures and scores are records of work."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from criteria.models import RoundGroup
from units.administration.admin import JoinedRows, LoggedAdmin, ReadOnlyAdmin, RelatedFilter, record

from .models import (
    AnswerOption,
    AnswerScale,
    Ballot,
    ImportBatch,
    Question,
    Questionnaire,
    RespondentGroup,
    SatisfactionFigure,
    Survey,
    SurveyScore,
)
from .scores.actions import refresh_scores
from .scores.digests import refreshed
from .scores.queries import stored

CLOSED = (
    "Mẫu phiếu này đã có phiếu nhập vào nên không sửa được: câu trả lời của phiếu nằm theo thứ tự câu hỏi. "
    "Muốn sửa, hãy hủy các lần nhập phiếu của nhóm đối tượng này trước."
)


class SurveyPlanAdmin(LoggedAdmin):
    """A part of the survey's plan: weights and scales decide points, so a change recomputes them."""

    def _blocks(self, objects: Sequence[Any]) -> QuerySet[RoundGroup]:
        raise NotImplementedError

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        blocks = list(self._blocks(objects).distinct().order_by("pk"))
        before = {block.pk: stored(block) for block in blocks}
        changed = [block for block in blocks if refresh_scores(block)]
        for block in changed:  # the log last: its head stays locked until the end
            after = refreshed(before[block.pk], stored(block))
            record(request, "surveys.refresh", block, after=after)


class RespondentGroupRows(JoinedRows):
    model = RespondentGroup
    show_change_link = True


@admin.register(Survey)
class SurveyAdmin(SurveyPlanAdmin):
    list_display = ["round_group", "plan_number"]
    list_select_related = ["round_group__round", "round_group__group"]
    search_fields = ["plan_number", "round_group__group__name"]
    inlines = [RespondentGroupRows]

    def _blocks(self, objects: Sequence[Any]) -> QuerySet[RoundGroup]:
        return RoundGroup.objects.filter(survey__in=[obj.pk for obj in objects])


@admin.register(RespondentGroup)
class RespondentGroupAdmin(SurveyPlanAdmin):
    list_display = ["code", "name", "survey", "mode", "planned_ballots", "weight"]
    list_filter = [("survey__round_group", RelatedFilter), "mode"]
    list_select_related = ["survey__round_group__round", "survey__round_group__group"]
    search_fields = ["code", "name"]

    def _blocks(self, objects: Sequence[Any]) -> QuerySet[RoundGroup]:
        return RoundGroup.objects.filter(survey__in=[obj.survey_id for obj in objects])


class AnswerOptionRows(JoinedRows):
    model = AnswerOption


@admin.register(AnswerScale)
class AnswerScaleAdmin(SurveyPlanAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]
    inlines = [AnswerOptionRows]

    def _blocks(self, objects: Sequence[Any]) -> QuerySet[RoundGroup]:
        scales = [obj.pk for obj in objects]
        return RoundGroup.objects.filter(survey__respondent_groups__questionnaire__scale__in=scales)


class QuestionRows(JoinedRows):
    """Questions are changed only together with the questionnaire, while it has no ballots."""

    model = Question
    autocomplete_fields = ["criterion"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open_questionnaire(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open_questionnaire(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open_questionnaire(obj) and super().has_delete_permission(request, obj)


def _open_questionnaire(obj: Questionnaire | None) -> bool:
    return obj is None or not Ballot.objects.filter(respondent_group_id=obj.respondent_group_id).exists()


@admin.register(Questionnaire)
class QuestionnaireAdmin(LoggedAdmin):
    list_display = ["title", "respondent_group", "scale", "max_blank_share", "refuse_straight_line"]
    list_select_related = ["respondent_group", "scale"]
    autocomplete_fields = ["respondent_group", "scale"]
    search_fields = ["title"]
    inlines = [QuestionRows]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open_questionnaire(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open_questionnaire(obj) and super().has_delete_permission(request, obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _open_questionnaire(kwargs.get("obj")):
            messages.warning(request, CLOSED)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "state", "round_group", "respondent_group", "file_name", "created_by"]
    list_filter = ["kind", "state", ("round_group", RelatedFilter)]
    list_select_related = ["round_group__round", "round_group__group", "respondent_group", "created_by"]
    exclude = ["file"]


@admin.register(Ballot)
class BallotAdmin(ReadOnlyAdmin):
    """Codes and validity only. The answers say how officials rated their superiors, so nobody looks them up one by
    one."""

    list_display = ["code", "respondent_group", "unit", "invalid_reason"]
    list_filter = [("respondent_group__survey__round_group", RelatedFilter)]
    list_select_related = ["respondent_group", "unit"]
    search_fields = ["code"]
    exclude = ["answers"]
    ordering = ["respondent_group", "code"]


@admin.register(SatisfactionFigure)
class SatisfactionFigureAdmin(ReadOnlyAdmin):
    list_display = ["unit", "criterion", "points", "percent", "source_document"]
    list_filter = [("round_group", RelatedFilter)]
    list_select_related = ["unit", "criterion"]
    ordering = ["round_group", "unit", "criterion__position"]


@admin.register(SurveyScore)
class SurveyScoreAdmin(ReadOnlyAdmin):
    list_display = ["unit", "criterion", "points", "not_applicable", "ballots", "method"]
    list_filter = [("round_group", RelatedFilter), "method"]
    list_select_related = ["unit", "criterion"]
    ordering = ["round_group", "unit", "criterion__position"]
    search_fields = ["unit__name", "criterion__code"]
