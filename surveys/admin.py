"""The survey's rows as administrators look them up; people write them on the survey's own pages."""

from django.contrib import admin

from units.administration.admin import ReadOnlyAdmin, RelatedFilter

from .models import (
    AnswerScale,
    Ballot,
    ImportBatch,
    Questionnaire,
    RespondentGroup,
    SatisfactionFigure,
    Survey,
    SurveyRequest,
    SurveyScore,
    TableSignature,
)


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    """The plan is written on its own pages, where it is checked, frozen and changed by two people."""

    list_display = ["round_group", "plan_number", "least_n", "small_cell"]
    list_select_related = ["round_group__round", "round_group__group"]
    search_fields = ["plan_number", "round_group__group__name"]


@admin.register(RespondentGroup)
class RespondentGroupAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "survey", "mode", "planned_ballots", "weight"]
    list_filter = [("survey__round_group", RelatedFilter), "mode"]
    list_select_related = ["survey__round_group__round", "survey__round_group__group"]
    search_fields = ["code", "name"]


@admin.register(AnswerScale)
class AnswerScaleAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "round"]
    list_filter = [("round", RelatedFilter)]
    search_fields = ["code", "name"]


@admin.register(Questionnaire)
class QuestionnaireAdmin(ReadOnlyAdmin):
    list_display = ["title", "respondent_group", "scale", "max_blank_share", "refuse_straight_line"]
    list_select_related = ["respondent_group", "scale"]
    search_fields = ["title"]


@admin.register(SurveyRequest)
class SurveyRequestAdmin(ReadOnlyAdmin):
    list_display = ["proposed_at", "kind", "state", "round_group", "proposed_by", "decided_by"]
    list_filter = ["kind", "state", ("round_group", RelatedFilter)]
    list_select_related = ["round_group__round", "round_group__group", "proposed_by", "decided_by"]


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "state", "round_group", "respondent_group", "file_name", "created_by"]
    list_filter = ["kind", "state", ("round_group", RelatedFilter)]
    list_select_related = ["round_group__round", "round_group__group", "respondent_group", "created_by"]
    exclude = ["file", "file_digest", "rest", "checked_rows", "rows_digest", "counts", "faults", "mapping"]
    """Files, what they hold, and what gives it away: faults and mapping quote answers, counts hold the first rows."""


@admin.register(Ballot)
class BallotAdmin(ReadOnlyAdmin):
    """Codes and validity only. The answers say how officials rated their superiors, so nobody looks them up one by
    one."""

    list_display = ["code", "respondent_group", "unit", "is_counted"]
    list_filter = [("respondent_group__survey__round_group", RelatedFilter)]
    list_select_related = ["respondent_group", "unit"]
    search_fields = ["code"]
    fields = ["code", "respondent_group", "unit", "batch", "is_counted"]
    ordering = ["respondent_group", "code"]

    @admin.display(description="hợp lệ")
    def is_counted(self, obj: Ballot) -> str:
        """Whether, not why not: straight lines and blanks are something of what the ballot says."""
        return "không" if obj.invalid_reason else "có"


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


@admin.register(TableSignature)
class TableSignatureAdmin(ReadOnlyAdmin):
    list_display = ["signed_at", "state", "round_group", "signed_by", "decided_by", "digest"]
    list_filter = ["state", ("round_group", RelatedFilter)]
    list_select_related = ["round_group__round", "round_group__group", "signed_by", "decided_by"]
    exclude = ["table"]
