"""What every admin page shares: the chained log, read-only records, guarded spreadsheets in and out."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseModelForm, BaseModelFormSet
from django.http import HttpRequest
from django.shortcuts import redirect

from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import exact_text

from . import actions

HIDDEN = ("password", "usable_password", "password1", "password2")
"""Form fields whose values never reach the log."""


def plain(value: object) -> Any:
    """A form's value as JSON: records by key, Decimals as exact text, moments in ISO form."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Decimal):
        return exact_text(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, QuerySet | list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _picked(values: Mapping[str, object], names: Iterable[str]) -> dict[str, Any]:
    return {name: plain(values.get(name)) for name in names if name not in HIDDEN}


def facts(obj: Model) -> dict[str, Any]:
    """Every stored field of a record as JSON, without secrets."""
    fields = obj._meta.concrete_fields
    return {f.name: plain(f.value_from_object(obj)) for f in fields if f.name not in HIDDEN}


def address(request: HttpRequest) -> str:
    """Where the request came from, for the log."""
    return str(request.META.get("REMOTE_ADDR", ""))


def record(request: HttpRequest, verb: str, obj: Model, before: Any = None, after: Any = None) -> None:
    """One entry of the chained log for something done in the admin."""
    actor: Any = request.user
    actions.record(actor=actor, verb=verb, obj=obj, before=before, after=after, address=address(request))


class RelatedFilter(admin.RelatedFieldListFilter):
    """A filter over related records whose names need more records: read with one query."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        found = field.remote_field.model._default_manager.select_related()
        return [(row.pk, str(row)) for row in found]


class _Joined:
    """Mixed into an admin: the choices of a select carry what their names need."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", db_field.remote_field.model._default_manager.select_related())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class JoinedRows(_Joined, admin.TabularInline):
    """Rows edited under their record."""

    extra = 0


class LoggedAdmin(_Joined, admin.ModelAdmin):
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
            record(request, "admin_delete", was, before=before)
        if not change:
            record(request, "admin_add", form.instance, after=facts(form.instance))
        elif form.changed_data:
            self._record_change(request, form)
        for formset in formsets:
            self._record_rows(request, formset)

    def after_change(self, request: HttpRequest, objects: Sequence[Any]) -> None:
        """What a change of these records (or of their inline rows) brings with it; nothing by default."""

    def _record_change(self, request: HttpRequest, form: BaseModelForm) -> None:
        before, after = (_picked(values, form.changed_data) for values in (form.initial, form.cleaned_data))
        record(request, "admin_change", form.instance, before, after)

    def _record_rows(self, request: HttpRequest, formset: BaseModelFormSet) -> None:
        for obj in formset.new_objects:
            record(request, "admin_add", obj, after=facts(obj))
        changed = {obj.pk for obj, _ in formset.changed_objects}
        for form in formset.initial_forms:
            if form.instance.pk in changed:
                self._record_change(request, form)

    @staticmethod
    def _as_it_was(obj: Any) -> tuple[Any, dict[str, Any]]:
        """A row about to be deleted with its facts: afterwards it has lost its key."""
        return copy.copy(obj), facts(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        was, before = self._as_it_was(obj)
        super().delete_model(request, obj)
        self.after_change(request, [was])
        record(request, "admin_delete", was, before=before)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        gone = [self._as_it_was(obj) for obj in queryset]
        super().delete_queryset(request, queryset)
        self.after_change(request, [was for was, _ in gone])
        for was, before in gone:
            record(request, "admin_delete", was, before=before)


class ReadOnlyAdmin(admin.ModelAdmin):
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
