"""The form field of rows that are chosen by their keys."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .numbers import whole_number


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows chosen among those offered. A key that no column holds is one that was never offered: SQLite would fail."""

    def clean(self, value: Any) -> Any:
        keys: Iterable[Any] = value if isinstance(value, list | tuple) else ()
        for key in keys:
            if whole_number(str(key)) is None:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": str(key)[:40]})
        return super().clean(value)
