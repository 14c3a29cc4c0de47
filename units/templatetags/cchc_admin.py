"""Filters of the import page: errors in words, never an exception's own."""

from collections.abc import Mapping

from django import template
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.db.models.options import Options
from import_export.results import Result

from cchc_index.lib.faults import ImportRefused

register = template.Library()


@register.filter
def sentences(error: Exception) -> list[str]:
    """The sentences of a row's error; what is not written for people becomes one that is."""
    if isinstance(error, ValidationError):
        return list(error.messages)
    if isinstance(error, ImportRefused):
        return [str(fault) for fault in error.faults]
    if isinstance(error, ValueError) and str(error):
        return [str(error)]
    return ["Dòng này không đọc được; kiểm tra từng ô theo đúng cột của tệp mẫu."]


@register.filter
def with_repair(problem: object) -> str:
    """A cell's problem, its repair behind a semicolon, as every fault of a sheet says it."""
    message, _, repair = str(problem).partition("; ")
    said = f"{message[:1].lower()}{message[1:].rstrip('.')}."
    return f"{said} Cách sửa: {repair.rstrip('.')}." if repair else said


@register.filter
def place_of(number: int, result: Result) -> str:
    """Where the row of a result stands in the file: `Dòng 5`."""
    places = getattr(result, "places", ())
    place = places[number - 1] if 0 < number <= len(places) else f"dòng {number + 1}"
    return place[0].upper() + place[1:]


@register.filter
def column_of(name: str, result: Result) -> str:
    """Where a field stands in the file: `cột E (Điểm tối đa)`; "" for one that the file has not."""
    columns: Mapping[str, str] = getattr(result, "columns", {})
    return columns.get(name, "")


@register.filter
def field_label(name: str, opts: "Options[Model]") -> str:
    """What people call a field."""
    try:
        return str(getattr(opts.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name
