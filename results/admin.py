"""Computations, publications and jobs in the administrators' pages, for reading only."""

from django.contrib import admin

from units.administration.admin import ReadOnlyAdmin, RelatedFilter

from .models import Computation, Job, Publication, UnitResult


@admin.register(Computation)
class ComputationAdmin(ReadOnlyAdmin):
    list_display = ["round_group", "computed_at", "current", "inputs_version", "code_version"]
    list_filter = [("round_group", RelatedFilter), "current"]
    list_select_related = ["round_group__round", "round_group__group"]


@admin.register(UnitResult)
class UnitResultAdmin(ReadOnlyAdmin):
    list_display = ["unit", "rank", "index", "points", "max_points", "band"]
    list_filter = ["computation__current", ("computation__round_group", RelatedFilter)]
    list_select_related = ["unit"]
    search_fields = ["unit__name"]


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ["number", "round", "dated", "state", "proposed_by", "published_by", "published_at"]
    list_filter = ["round", "state"]
    list_select_related = ["round", "proposed_by", "published_by"]
    exclude = ["bundle"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "state", "progress", "attempts", "round_group", "unit", "message"]
    list_filter = ["kind", "state"]
    list_select_related = ["round_group__round", "round_group__group", "unit"]
    exclude = ["file"]
