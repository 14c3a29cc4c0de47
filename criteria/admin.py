"""Decisions, criteria sets, rounds and stages in the administrators' pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from cchc_index.lib.days import is_plausible_year
from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Refused
from criteria.calendar.actions import default_stages, refuse_other_period
from units.administration.admin import JoinedRows, LoggedAdmin, ReadOnlyAdmin, RelatedFilter, SheetAdmin, in_words

from . import actions, bands, published, queries
from .annex.totals import contradictions
from .models import Correction, CriteriaSet, Criterion, Decision, Extension, Round, RoundGroup, Stage
from .resources import CriterionResource
from .scoring import validate


@admin.register(Decision)
class DecisionAdmin(LoggedAdmin):
    list_display = ["number", "issued_on", "title", "issuer"]
    search_fields = ["number", "title"]


class _ClosedWhenFrozen:
    """Mixed into an admin whose records belong to a criteria set: closed once the set is in use."""

    def _set_id(self, obj: Any) -> int | None:
        raise NotImplementedError

    def _is_frozen(self, request: HttpRequest, obj: Any) -> bool:
        """Asked once per request and set, however many rows an action picks."""
        if not hasattr(request, "_frozen_sets"):
            used = RoundGroup.objects.filter(frozen_at__isnull=False)
            request._frozen_sets = set(used.values_list("criteria_set_id", flat=True))  # type: ignore[attr-defined]
        return self._set_id(obj) in request._frozen_sets  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and self._is_frozen(request, obj):
            return False
        return bool(super().has_change_permission(request, obj))  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and self._is_frozen(request, obj):
            return False
        return bool(super().has_delete_permission(request, obj))  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None and self._is_frozen(request, obj):
            messages.warning(request, actions.FROZEN)
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return page

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        sets = {self._set_id(obj) for obj in objects}
        blocks = RoundGroup.objects.filter(criteria_set_id__in=sets).order_by("pk")
        for block_id in blocks.values_list("pk", flat=True):
            actions.inputs_changed(block_id)


class CriteriaSetForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_bands(self) -> list[bands.Band]:
        try:
            return bands.tidy(self.cleaned_data["bands"] or [])
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean(self) -> dict[str, Any] | None:
        actions.refuse_frozen(self.instance.pk)
        return super().clean()


@admin.register(CriteriaSet)
class CriteriaSetAdmin(_ClosedWhenFrozen, LoggedAdmin):
    form = CriteriaSetForm
    list_display = ["decision", "group", "na_policy", "ties", "note"]
    list_filter = ["group"]
    list_select_related = ["decision", "group"]
    search_fields = ["decision__number", "group__name"]
    readonly_fields = ["sheet"]

    def _set_id(self, obj: CriteriaSet) -> int | None:
        return obj.pk

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.download)
        return [path("<int:set_id>/xlsx/", page, name="criteria_criteriaset_sheet"), *super().get_urls()]

    @admin.display(description="bảng tính")
    def sheet(self, obj: CriteriaSet) -> str:
        """The file that `export_criteria` writes."""
        if obj.pk is None:
            return "–"
        address = reverse("admin:criteria_criteriaset_sheet", args=[obj.pk])
        return format_html('<a href="{}">Tải bộ tiêu chí, quy tắc viết thành chữ (.xlsx)</a>', address)

    def download(self, request: HttpRequest, set_id: int) -> HttpResponse:
        from .annex import writing  # inline: start-up cost

        chosen = self.get_object(request, str(set_id))
        if chosen is None:
            raise Http404
        if not self.has_view_permission(request, chosen):
            raise PermissionDenied
        return attached(writing.xlsx_bytes(queries.printed_tree(chosen.pk)), f"bo-tieu-chi-{chosen.pk}.xlsx")


class CriterionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses what a closed set, the tree or the scoring rule cannot take."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        chosen = data.get("criteria_set")
        actions.refuse_frozen(self.instance.criteria_set_id)
        if chosen is not None:
            actions.refuse_frozen(chosen.pk)
        parent = data.get("parent")
        if parent is not None and chosen is not None and parent.criteria_set_id != chosen.pk:
            self.add_error("parent", "Tiêu chí cấp trên phải thuộc cùng bộ tiêu chí.")
        if parent is not None and parent.pk == self.instance.pk:
            self.add_error("parent", "Tiêu chí không thể thuộc chính nó.")
        return data

    def clean_rule(self) -> dict[str, Any]:
        rule = self.cleaned_data["rule"] or {}
        maximum = self.cleaned_data.get("max_points")
        if rule and maximum is not None:
            faults = validate(rule, maximum)
            if faults:
                raise ValidationError(faults)
        return rule


@admin.register(Criterion)
class CriterionAdmin(_ClosedWhenFrozen, SheetAdmin):
    form = CriterionForm
    resource_classes = [CriterionResource]
    list_display = ["code", "name", "max_points", "source", "kind", "provenance", "criteria_set"]
    list_filter = [("criteria_set", RelatedFilter), "source", "kind", "provenance"]
    list_select_related = ["criteria_set__decision", "criteria_set__group"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["criteria_set", "parent", "previous"]
    fields = [
        "criteria_set", "parent", "code", "printed_code", "name", "position", "is_leaf", "source", "kind",
        "max_points", "printed_max", "rule", "guidance", "provenance", "previous",
    ]  # fmt: skip

    def choice_rows(self, rows: "QuerySet[Criterion]") -> "QuerySet[Criterion]":
        """With what `choice_words` needs; no query more."""
        year = "criteria_set__round_groups__round__year"
        named = rows.select_related("criteria_set__group").annotate(first_year=Min(year), last_year=Max(year))
        return named.order_by("criteria_set", "position")

    def choice_words(self, obj: Criterion) -> str:
        """The same code stands in every block and year: both are said."""
        first, last = getattr(obj, "first_year", None), getattr(obj, "last_year", None)
        years = "chưa thuộc kỳ nào" if first is None else f"năm {first}" if first == last else f"năm {first}–{last}"
        return f"{obj} – {obj.criteria_set.group}, {years}"

    def _set_id(self, obj: Criterion) -> int | None:
        return obj.criteria_set_id

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        """One row is changed at a time, so sums may stand open meanwhile; they are never left without a word."""
        super().after_change(request, objects)
        for set_id in sorted({obj.criteria_set_id for obj in objects}):
            for fault in contradictions(queries.tree(set_id)):
                messages.warning(request, str(fault))


class StageRows(JoinedRows):
    """Read here; hours and the list are changed where the order is checked and the council's work is looked at."""

    model = Stage
    fields = readonly_fields = in_words(
        Stage, ["title", "name", "kind", "opens_at", "closes_at", "two_opinions", "report_required"]
    )
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoundGroupRows(JoinedRows):
    """Blocks of the round; the set is chosen on the block's own page."""

    model = RoundGroup
    fields = ["group", "criteria_set", "frozen_at"]
    readonly_fields = ["group", "criteria_set", "frozen_at"]
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoundGroup]:
        return super().get_queryset(request).select_related("round", "group", "criteria_set__decision")


class RoundOfAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not is_plausible_year(year):
            raise ValidationError(f"Năm chỉ số “{year}” không đúng; gõ năm gồm bốn chữ số, ví dụ 2025.")
        return year

    def clean(self) -> dict[str, Any] | None:
        moved = {"year", "assessed_from", "assessed_to"} & {*self.changed_data}
        if self.instance.pk and moved:
            try:
                refuse_other_period(Round.objects.get(pk=self.instance.pk))
            except Refused as refused:
                raise ValidationError(str(refused)) from None
        return super().clean()


@admin.register(Round)
class RoundAdmin(LoggedAdmin):
    form = RoundOfAdminForm
    list_display = ["year", "assessed_from", "assessed_to", "plan_number", "illustrative"]
    inlines = [StageRows, RoundGroupRows]
    search_fields = ["year"]

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        for round_ in Round.objects.filter(pk__in=[obj.pk for obj in objects if obj.pk]).order_by("pk"):
            default_stages(round_)
        # The assessed period decides which units are measured.
        blocks = RoundGroup.objects.filter(round__in=[obj.pk for obj in objects if obj.pk]).order_by("pk")
        for block_id in blocks.values_list("pk", flat=True):
            actions.inputs_changed(block_id)


class RoundGroupForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        chosen, group = data.get("criteria_set"), data.get("group")
        if chosen is not None and group is not None and chosen.group_id != group.pk:
            self.add_error("criteria_set", "Bộ tiêu chí này ban hành cho khối khác.")
        current = RoundGroup.objects.select_for_update(of=("self",)).filter(pk=self.instance.pk).first()
        if current is not None and current.frozen_at:
            raise ValidationError(actions.FROZEN)
        for round_ in (current.round if current else None, data.get("round")):
            if round_ is not None:
                _refuse_published(round_)
        return data


def _refuse_published(round_: Round) -> None:
    """Raises ValidationError in a published year; its round stays locked until the end of the request."""
    Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
    try:
        published.refuse_published(round_.pk, round_.year, "thêm, đổi khối")
    except Refused as refused:
        raise ValidationError(str(refused)) from None


@admin.register(RoundGroup)
class RoundGroupAdmin(LoggedAdmin):
    form = RoundGroupForm
    list_display = ["round", "group", "criteria_set", "frozen_at"]
    list_filter = ["round", "group"]
    list_select_related = ["round", "group", "criteria_set__decision", "criteria_set__group"]
    search_fields = ["round__year", "group__name"]
    readonly_fields = ["frozen_at", "inputs_version"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is not None and obj.frozen_at) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is not None and obj.frozen_at) and super().has_delete_permission(request, obj)

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        for obj in objects:
            if obj.pk:
                actions.inputs_changed(obj.pk)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    list_display = ["criterion", "state", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at"]
    list_filter = ["state"]
    list_select_related = ["criterion", "proposed_by", "decided_by"]
    search_fields = ["criterion__code", "criterion__name", "reason"]


@admin.register(Stage)
class StageAdmin(ReadOnlyAdmin):
    list_display = ["title", "name", "round", "kind", "opens_at", "closes_at"]
    list_filter = ["round", "kind"]
    list_select_related = ["round"]
    search_fields = ["title", "name"]


@admin.register(Extension)
class ExtensionAdmin(LoggedAdmin):
    list_display = ["unit", "stage", "closes_at", "granted_by", "reason"]
    list_filter = [("stage", RelatedFilter)]
    list_select_related = ["unit", "stage__round", "granted_by"]
    autocomplete_fields = ["unit"]
    readonly_fields = ["granted_by", "granted_at"]
    search_fields = ["unit__name", "reason"]

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        obj.granted_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
