"""What every admin page shares: the chained log, read-only records, guarded spreadsheets in and out."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, IntegerField, Model, Q, QuerySet
from django.forms import BaseModelForm, BaseModelFormSet, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import smart_split
from import_export.admin import ImportExportMixin
from import_export.results import Result, RowResult
from import_export.tmp_storages import MediaStorage

from cchc_index.lib.clients import address_of
from cchc_index.lib.decimals import CountField, NumberField
from cchc_index.lib.faults import Refused
from cchc_index.lib.moments import ASKED, DayField, SplitMomentField
from cchc_index.lib.sheets.book import MAX_BYTES
from cchc_index.lib.text import fold_pattern
from units.auditlog import actions
from units.auditlog.digests import marked

from . import queries, resources
from .digests import differences, facts, picked
from .forms import CatalogueConfirmForm, CatalogueUploadForm, DownloadForm, PermissionField


def record(request: HttpRequest, verb: str, obj: Model, before: Any = None, after: Any = None) -> None:
    """One entry of the chained log for something done in the admin."""
    actor: Any = request.user
    actions.record(actor=actor, verb=verb, obj=obj, before=before, after=after, address=address_of(request))


class RelatedFilter(admin.RelatedFieldListFilter):
    """A filter over related records whose names need more records: read with one query."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        choices = field.remote_field.model._default_manager.select_related()
        return [(row.pk, str(row)) for row in choices]


_MOMENT = f"{ASKED[0].upper()}{ASKED[1:]}."


UNCHOSEN, NOTHING = "– chọn –", "– không có –"
"""The empty choice of a select that must be chosen from, and of one that may stay empty."""


class _Joined:
    """Mixed into an admin: the choices of a select come with the related rows that their names need, in one query;
    numbers are typed and shown as on every page."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        if isinstance(db_field, DecimalField):
            kwargs.setdefault("form_class", NumberField)
        elif isinstance(db_field, IntegerField) and not db_field.choices:
            kwargs.setdefault("form_class", CountField)
            kwargs.setdefault("widget", AdminTextInputWidget(attrs={"inputmode": "numeric", "class": "vIntegerField"}))
        elif isinstance(db_field, DateTimeField):
            kwargs.setdefault("form_class", SplitMomentField)
            kwargs.setdefault("error_messages", {"required": _MOMENT, "invalid_date": _MOMENT, "invalid_time": _MOMENT})
        elif isinstance(db_field, DateField):
            kwargs.setdefault("form_class", DayField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What is chosen already is named as in the list of choices: see `cchc_index.adminsite.ChoicesInWords`."""
        rows = db_field.remote_field.model._default_manager.select_related()
        chosen = self.admin_site._registry.get(db_field.remote_field.model)  # type: ignore[attr-defined]
        read, words = getattr(chosen, "choice_rows", None), getattr(chosen, "choice_words", None)
        kwargs.setdefault("queryset", read(rows) if read else rows)
        kwargs.setdefault("empty_label", NOTHING if db_field.blank else UNCHOSEN)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if words and field is not None:
            field.label_from_instance = words
        return field

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        blank = [("", NOTHING if db_field.blank else UNCHOSEN)]
        shown = db_field.blank or not db_field.has_default()
        kwargs.setdefault("choices", db_field.get_choices(include_blank=shown, blank_choice=blank))
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[misc]


class Folding:
    """Mixed into an admin: its search makes no difference of case, accents and Đ, on either database.

    Each word must stand in one of the fields. Letters become classes of a regular expression, which both databases
    know; neither needs an extension or a column beside the text.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        fields = self.get_search_fields(request)  # type: ignore[attr-defined]
        for word in smart_split(search_term):
            anywhere = Q()
            for field in fields:
                anywhere |= Q(**{f"{field.lstrip('^=@')}__regex": fold_pattern(word.strip("'\""))})
            queryset = queryset.filter(anywhere)
        return queryset, any(lookup_spawns_duplicates(self.opts, field) for field in fields)  # type: ignore[attr-defined]


class PermissionsInWords:
    """Mixed into an admin of accounts or groups: rights have Vietnamese names, and only those that the pages of this
    site ask for are offered."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        if db_field.related_model is Permission:
            known = ContentType.objects.get_for_models(*self.admin_site._registry)  # type: ignore[attr-defined]
            kwargs["queryset"] = Permission.objects.select_related("content_type").filter(
                content_type__in=known.values()
            )
            kwargs["form_class"] = PermissionField
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


def _yes_or_no(field: "BooleanField[Any, Any]") -> Callable[[Model], str]:
    """A column of `field` in words: Django's picture is read out in English."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def words(obj: Model) -> str:
        return {True: "có", False: "không"}.get(getattr(obj, field.name), "–")

    return words


def in_words(model: type[Model], names: Iterable[Any]) -> list[Any]:
    """The columns of a page that is read: those of what is true or false say so in words."""
    yes_no = {field.name: field for field in model._meta.fields if isinstance(field, BooleanField)}
    return [_yes_or_no(yes_no[name]) if name in yes_no else name for name in names]


class ActionsInWords:
    """Mixed into an admin: before an action is chosen, the select says so."""

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> Any:
        return super().get_action_choices(request, default_choices or [("", UNCHOSEN)])  # type: ignore[misc]


class _InWords(ActionsInWords):
    """Mixed into an admin: what is true or false is said in words wherever it is only read."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._in_words(super().get_list_display(request))  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        parts = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return parts
        return [(title, {**part, "fields": self._in_words(part["fields"])}) for title, part in parts]

    def _in_words(self, names: Iterable[Any]) -> list[Any]:
        return in_words(self.opts.model, names)  # type: ignore[attr-defined]


class JoinedRows(_Joined, admin.TabularInline):  # type: ignore[type-arg]
    """Rows edited under their record."""

    extra = 0


class LoggedAdmin(_Joined, _InWords, Folding, admin.ModelAdmin):  # type: ignore[type-arg]
    """A catalogue that people edit. Every change goes to the chained log, in the same transaction."""

    list_per_page = 100
    save_on_top = True

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:  # by what the change brings with it; the transaction is undone
            messages.error(request, f"Chưa lưu: {refused}")
            return redirect(request.get_full_path())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        deleted = [self._as_it_was(each.instance) for formset in formsets for each in formset.deleted_forms]
        super().save_related(request, form, formsets, change)
        # Blocks before the log, as every other verb locks them: the other way round they would deadlock.
        self.after_change(request, [form.instance])
        for was, before in deleted:
            record(request, "admin_delete", was, before=before, after=marked(was, gone=True) or None)
        if not change:
            record(request, "admin_add", form.instance, after={**facts(form.instance), **marked(form.instance)})
        elif form.changed_data:
            self._record_change(request, form)
        for formset in formsets:
            self._record_rows(request, formset)

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        """Called when these records or their inline rows have changed, in the same transaction; by default does
        nothing."""

    def _record_change(self, request: HttpRequest, form: "BaseModelForm[Any]") -> None:
        before, after = (picked(values, form.changed_data) for values in (form.initial, form.cleaned_data))
        record(request, "admin_change", form.instance, before, {**after, **marked(form.instance)})

    def _record_rows(self, request: HttpRequest, formset: "BaseModelFormSet[Any, Any]") -> None:
        for obj in formset.new_objects:
            record(request, "admin_add", obj, after={**facts(obj), **marked(obj)})
        changed = {obj.pk for obj, _ in formset.changed_objects}
        for form in formset.initial_forms:
            if form.instance.pk in changed:
                self._record_change(request, form)

    @staticmethod
    def _as_it_was(obj: Any) -> tuple[Any, dict[str, Any]]:
        """A copy of a row about to be deleted, with its values: deleting takes the key from the row itself."""
        return copy.copy(obj), facts(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        was, before = self._as_it_was(obj)
        super().delete_model(request, obj)
        self.after_change(request, [was])
        record(request, "admin_delete", was, before=before, after=marked(was, gone=True) or None)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> "tuple[list[Any], dict[str, int], set[str], list[Any]]":
        """What would go, kinds that may not, and what keeps it; Django would read every row that rests on the records,
        however many a year holds, and name each."""
        keys = [obj.pk for obj in objs]
        below = queries.dependents(self.model, keys)
        keeping = [each for each in below if each.protects]
        if keeping or len(keys) + sum(each.count for each in below) > queries.MOST:
            return [], {}, set(), [str(each) for each in keeping] or self._by_kind(keys, below)
        forbidden = {str(each.rows.model._meta.verbose_name) for each in below if not self._may_go(request, each.rows)}
        if not all(self.has_delete_permission(request, obj) for obj in objs):
            forbidden.add(str(self.opts.verbose_name))
        total = {str(each.rows.model._meta.verbose_name_plural): each.count for each in below}
        own = str(self.opts.verbose_name_plural)
        total[own] = total.get(own, 0) + len(keys)
        return [*map(str, objs), *map(str, below)], total, forbidden, []

    def _by_kind(self, keys: Sequence[Any], below: "Sequence[queries.Dependents]") -> list[str]:
        """The records and what would go with them, each kind once."""
        own = len(keys) + sum(each.count for each in below if each.rows.model is self.model)
        others = [str(each) for each in below if each.rows.model is not self.model]
        return [queries.counted(self.model, own), *others]

    def _may_go(self, request: HttpRequest, rows: "QuerySet[Any]") -> bool:
        its_admin = self.admin_site._registry.get(rows.model)
        return its_admin is None or all(its_admin.has_delete_permission(request, row) for row in rows)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        gone = [self._as_it_was(obj) for obj in queryset]
        super().delete_queryset(request, queryset)
        self.after_change(request, [was for was, _ in gone])
        for was, before in gone:
            record(request, "admin_delete", was, before=before, after=marked(was, gone=True) or None)


class SheetAdmin(ImportExportMixin, LoggedAdmin):
    """A catalogue with import and export. Who may add and change may import; who may view may export."""

    formats = resources.FORMATS
    import_form_class = CatalogueUploadForm
    confirm_form_class = CatalogueConfirmForm
    export_form_class = DownloadForm
    tmp_storage_class = MediaStorage
    skip_admin_log = False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_or_change_permission(request)

    def add_data_read_fail_error_to_form(self, form: Form, e: Exception) -> None:
        form.add_error("import_file", resources.read_problem(e))

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Without it a row that became invalid after the preview would be left out silently.
        given = {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}
        return {**given, "take_hidden": kwargs["form"].cleaned_data.get("take_hidden", False)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return initial | ({"take_hidden": import_form.cleaned_data["take_hidden"]} if import_form else {})

    def write_to_tmp_storage(self, import_file: "UploadedFile[Any]", input_format: Any) -> Any:
        """One byte more than allowed is enough to refuse: the rest is not kept."""
        storage = self.tmp_storage_class(read_mode="rb")
        storage.save(import_file.read(MAX_BYTES + 1))
        return storage

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            page: HttpResponse = super().export_action(request)
            return page
        except IncorrectLookupParameters:
            messages.error(request, "Bộ lọc trong địa chỉ không đọc được: đã bỏ bộ lọc, tệp sẽ gồm mọi dòng.")
            return redirect(self._url("export"))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                page: HttpResponse = super().process_import(request, **kwargs)
                return page
        except FileNotFoundError:
            messages.error(request, "Tệp này đã nhập xong hoặc đã bị xóa. Hãy tải tệp lên lại.")
            return redirect(self._url("import"))

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, "Chưa nhập gì: dữ liệu đã đổi từ lúc xem trước. Hãy tải tệp lên lại.")
            return redirect(self._url("import"))
        page: HttpResponse = super().process_result(result, request)
        return page

    def generate_log_entries(self, result: Result, request: HttpRequest) -> None:
        super().generate_log_entries(result, request)
        new = [row.instance for row in result if row.is_new()]
        changed = [(row.original, row.instance) for row in result if row.is_update()]
        if not new and not changed:
            return
        self.after_change(request, [*new, *(instance for _, instance in changed)])  # blocks before the log
        before, after = differences(changed)
        batch = {
            "file": request.POST.get("original_file_name", "")[:200],
            "new": {str(instance.pk): facts(instance) for instance in new},
            "changed": after,
            **marked(*new, *(instance for _, instance in changed)),
        }
        obj = ContentType.objects.get_for_model(self.model)
        record(request, "admin_import", obj, before={"changed": before}, after=batch)

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        new, changed, same = (
            result.totals[kind]
            for kind in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE, RowResult.IMPORT_TYPE_SKIP)
        )
        messages.success(request, f"Đã nhập: {new} mới, {changed} đổi, {same} giữ nguyên.")

    def _url(self, page: str) -> str:
        info = "_".join(self.get_model_info())
        return reverse(f"admin:{info}_{page}", current_app=self.admin_site.name)


class ReadOnlyAdmin(_InWords, Folding, admin.ModelAdmin):  # type: ignore[type-arg]
    """A record of work: looked at, never written here. The work's own pages and commands write it."""

    list_per_page = 100
    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
