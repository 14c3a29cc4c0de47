"""Every form of a page and of the administration, as their classes stand."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

APPS = ("units", "criteria", "selfassess", "surveys", "appraisal", "results", "cchc_index")


def forms_of_pages() -> Iterator[type[forms.BaseForm]]:
    for app in APPS:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*forms*.py")):
            if "tests" not in path.parts:
                importlib.import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.split(".")[0] in APPS:
            yield form


def fields_of_administration(request: HttpRequest) -> Iterator[tuple[type[Model], str, forms.Field]]:
    """The fields by which the person of the request may change records, those of rows below them too."""
    for model, its_admin in admin.site._registry.items():
        if its_admin.has_change_permission(request):
            rows = its_admin.get_inline_instances(request)
            for form in (its_admin.get_form(request), *(each.get_formset(request).form for each in rows)):
                yield from ((model, name, field) for name, field in form.base_fields.items())
