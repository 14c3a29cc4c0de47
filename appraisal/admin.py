"""Reasons and assignments are catalogues; standings and entries are written only by the council's pages.

So nobody appraises their own unit here either: there is nothing to write.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from appraisal.models import Appraisal, AppraisalEntry, Assignment, Reason, Release
from units.administration.admin import LoggedAdmin, ReadOnlyAdmin, RelatedFilter


@admin.register(Reason)
class ReasonAdmin(LoggedAdmin):
    list_display = ["code", "text", "active"]
    list_filter = ["active"]
    search_fields = ["code", "text"]


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """The branch and the units must belong to the block."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        block, branch = data.get("round_group"), data.get("branch")
        if block is None:
            return data
        if branch is not None and branch.criteria_set_id != block.criteria_set_id:
            self.add_error("branch", "Lĩnh vực hoặc tiêu chí này không thuộc bộ tiêu chí của khối.")
        foreign = [unit.name for unit in data.get("units") or [] if unit.group_id != block.group_id]
        if foreign:
            self.add_error("units", f"Không thuộc khối: {', '.join(foreign[:5])}.")
        return data


@admin.register(Assignment)
class AssignmentAdmin(LoggedAdmin):
    form = AssignmentForm
    list_display = ["member", "round_group", "branch", "unit_count"]
    list_filter = [("round_group", RelatedFilter)]
    list_select_related = ["member", "round_group__round", "round_group__group", "branch"]
    autocomplete_fields = ["round_group", "member", "branch", "units"]
    search_fields = ["member__full_name", "member__username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        return super().get_queryset(request).prefetch_related("units")

    @admin.display(description="đơn vị")
    def unit_count(self, obj: Assignment) -> str:
        count = len(obj.units.all())
        return f"{count} đơn vị" if count else "mọi đơn vị của khối"


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ["round_group", "stage", "released_at", "released_by"]
    list_select_related = ["round_group__round", "round_group__group", "released_by"]


@admin.register(Appraisal)
class AppraisalAdmin(ReadOnlyAdmin):
    list_display = ["unit", "criterion", "stage", "action", "points", "not_applicable", "updated_at"]
    list_filter = [("round_group", RelatedFilter), "stage", "action"]
    list_select_related = ["unit", "criterion"]
    search_fields = ["unit__name", "criterion__code"]


@admin.register(AppraisalEntry)
class AppraisalEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "unit", "criterion", "stage", "action", "points", "actor", "comment"]
    list_filter = [("appraisal__round_group", RelatedFilter), "stage", "action"]
    list_select_related = ["appraisal__unit", "appraisal__criterion", "actor"]
    search_fields = ["appraisal__unit__name", "appraisal__criterion__code", "comment"]
    ordering = ["-at", "-id"]
    exclude = ["documents"]

    @admin.display(description="đơn vị")
    def unit(self, obj: AppraisalEntry) -> str:
        return obj.appraisal.unit.name

    @admin.display(description="tiêu chí")
    def criterion(self, obj: AppraisalEntry) -> str:
        return str(obj.appraisal.criterion)
