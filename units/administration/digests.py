"""What an administrator's change writes into the log: values of forms and records as JSON, without secrets."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from cchc_index.lib.numbers import exact_text

HIDDEN = ("password", "usable_password", "password1", "password2")
"""Form fields whose values never reach the log."""
DERIVED = ("name_key",)
"""Fields that follow from another one, which stands in the log itself."""


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


def picked(values: Mapping[str, object], names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields as JSON, without secrets."""
    return {name: plain(values.get(name)) for name in names if name not in HIDDEN}


def facts(obj: Model) -> dict[str, Any]:
    """Every stored field of a record as JSON, without secrets and without what follows from another field."""
    fields = obj._meta.concrete_fields
    return {f.name: plain(f.value_from_object(obj)) for f in fields if f.name not in (*HIDDEN, *DERIVED)}


def differences(changed: list[tuple[Model, Model]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new values of the fields that differ, by record."""
    before, after = {}, {}
    for original, instance in changed:
        old, new = facts(original), facts(instance)
        names = [name for name in new if new[name] != old[name]]
        before[str(instance.pk)] = {name: old[name] for name in names}
        after[str(instance.pk)] = {name: new[name] for name in names}
    return before, after
