"""Self-assessments, scores and documents: looked at by administrators, written by the units alone."""

from django.contrib import admin

from units.administration.admin import ReadOnlyAdmin, RelatedFilter

from .models import (
    Document,
    DocumentOpening,
    Evidence,
    OfficePart,
    RoundPaper,
    RoundPaperOpening,
    SelfAssessment,
    SelfScore,
    Transition,
)


@admin.register(SelfAssessment)
class SelfAssessmentAdmin(ReadOnlyAdmin):
    list_display = ["unit", "round_group", "state", "submitted_at", "submitted_by", "receipt_number"]
    list_filter = [("round_group", RelatedFilter), "state"]
    list_select_related = ["unit", "round_group__round", "round_group__group", "submitted_by"]
    search_fields = ["unit__name", "receipt_number"]


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    list_display = ["assessment", "verb", "from_state", "to_state", "actor", "at", "reason"]
    list_filter = ["verb"]
    list_select_related = ["assessment__unit", "assessment__round_group__round", "actor"]


@admin.register(SelfScore)
class SelfScoreAdmin(ReadOnlyAdmin):
    list_display = ["unit", "criterion", "points", "na_claimed", "updated_by", "updated_at"]
    list_filter = [("assessment__round_group", RelatedFilter), "na_claimed"]
    list_select_related = ["assessment__unit", "criterion", "updated_by"]
    search_fields = ["assessment__unit__name", "criterion__code"]

    @admin.display(description="đơn vị", ordering="assessment__unit__name_key")
    def unit(self, obj: SelfScore) -> str:
        return obj.assessment.unit.name


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The document's data; the file itself is opened on the unit's page, where rights are checked."""

    list_display = ["number", "abstract", "unit", "original_name", "size", "scan_state", "uploaded_by", "uploaded_at"]
    list_filter = ["scan_state"]
    list_select_related = ["unit", "uploaded_by"]
    search_fields = ["number", "abstract", "unit__name", "digest"]
    exclude = ["file"]


@admin.register(DocumentOpening)
class DocumentOpeningAdmin(ReadOnlyAdmin):
    """Who opened which file, when and from where."""

    list_display = ["document", "unit", "opened_by", "at", "saved", "address"]
    list_filter = ["saved"]
    list_select_related = ["document__unit", "opened_by"]
    search_fields = ["document__number", "opened_by__username", "opened_by__full_name"]
    date_hierarchy = "at"

    @admin.display(description="đơn vị", ordering="document__unit__name_key")
    def unit(self, obj: DocumentOpening) -> str:
        return obj.document.unit.name


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["document", "score_unit", "criterion", "page", "section", "removed_at"]
    list_select_related = ["document", "score__assessment__unit", "score__criterion"]
    search_fields = ["document__number", "score__assessment__unit__name"]

    @admin.display(description="đơn vị")
    def score_unit(self, obj: Evidence) -> str:
        return obj.score.assessment.unit.name

    @admin.display(description="tiêu chí")
    def criterion(self, obj: Evidence) -> str:
        return str(obj.score.criterion)


@admin.register(RoundPaper)
class RoundPaperAdmin(ReadOnlyAdmin):
    list_display = ["number", "abstract", "kind", "round", "audience", "posted_by", "posted_at", "withdrawn_at"]
    list_filter = [("round", RelatedFilter), "kind", "audience"]
    list_select_related = ["round", "posted_by"]
    search_fields = ["number", "abstract"]


@admin.register(RoundPaperOpening)
class RoundPaperOpeningAdmin(ReadOnlyAdmin):
    list_display = ["paper", "opened_by", "at"]
    list_select_related = ["paper", "opened_by"]
    search_fields = ["paper__number", "paper__abstract", "opened_by__full_name"]


@admin.register(OfficePart)
class OfficePartAdmin(ReadOnlyAdmin):
    list_display = ["assessment", "criterion", "person", "office", "given_by", "given_at"]
    list_select_related = [
        "assessment__unit", "assessment__round_group__round", "assessment__round_group__group", "criterion", "person",
        "given_by",
    ]  # fmt: skip
    search_fields = ["assessment__unit__name", "criterion__name", "person__full_name", "office"]
