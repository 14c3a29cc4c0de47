"""Every column of every model of ours, and a foreign hand that changes it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import Error, connection, models, transaction

from cchc_index import ledger

OURS = ("units", "criteria", "selfassess", "appraisal", "surveys", "results")


def columns() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    """All but keys: a row under another key is a row deleted and one invented."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                if not field.primary_key:
                    yield model, field


def name_of(model: type[models.Model], field: "models.Field[Any, Any]") -> str:
    return f"{model._meta.label}.{field.name}"


def others(field: "models.Field[Any, Any]", value: Any) -> list[Any]:
    """Values that the column could hold instead of `value`, the likeliest forgery first."""
    if isinstance(field, models.ForeignKey):
        keys = field.related_model._default_manager.exclude(pk=value).values_list("pk", flat=True)
        return [*keys[:4], *([None] if field.null and value is not None else [])]
    if field.choices:
        return [choice for choice, _ in field.flatchoices if choice != value]
    if isinstance(field, models.BooleanField):
        return [not value]
    if isinstance(field, models.JSONField):
        return [json.dumps(changed) for changed in ([1], {"x": 1}) if changed != value]
    if isinstance(field, models.DateField):
        first = "2031-01-01 00:00:00+00:00" if isinstance(field, models.DateTimeField) else "2031-01-01"
        return [value - timedelta(days=1), value + timedelta(days=1)] if value else [first]
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField):
        return [value + 1, value - 1, 0] if value is not None else [1]
    if isinstance(field, models.UUIDField):
        return ["0" * 32 if connection.vendor == "sqlite" else "00000000-0000-0000-0000-000000000000"]
    if isinstance(field, models.GenericIPAddressField):
        return ["10.9.9.9"]
    return [("khác" + str(value or ""))[: field.max_length or 99], "x"]


def first_fault(table: str) -> str | None:
    """What `check_ledger` says first; the table's own app is asked before all others, which most often knows."""
    app = import_module(f"{table.partition('_')[0]}.ledger")
    return next(chain(app.check(), ledger.check()), None)


def is_found(model: type[models.Model], field: "models.Field[Any, Any]") -> bool | None:
    """Whether the check finds the column changed in some row of the model; None where there is no row, or where the
    database itself refuses every other value. Everything stands as before afterwards."""
    tried = False
    for row in model._default_manager.order_by("pk")[:6]:
        for other in others(field, getattr(row, field.attname))[:3]:
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        _write(model, field, row.pk, other)
                except Error:
                    continue
                try:
                    faults = first_fault(model._meta.db_table)
                except Exception:
                    faults = "stumbled"
                transaction.set_rollback(True)
            if faults is not None:
                return True
            tried = True
            break
    return False if tried else None


def _write(model: type[models.Model], field: "models.Field[Any, Any]", pk: Any, value: Any) -> None:
    with connection.cursor() as cursor:
        quoted = connection.ops.quote_name
        cursor.execute(
            f"UPDATE {quoted(model._meta.db_table)} SET {quoted(str(field.column))} = %s WHERE "
            f"{quoted(str(model._meta.pk.column))} = %s",
            [
                str(value) if isinstance(field, models.DecimalField) else value,
                model._meta.pk.get_db_prep_value(pk, connection),
            ],
        )
