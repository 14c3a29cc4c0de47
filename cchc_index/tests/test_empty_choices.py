"""The empty choice of every select is in words: Django's own is a row of dashes."""

from typing import cast

import pytest
from django import forms
from django.contrib import admin
from django.test import RequestFactory

from cchc_index.tests.page_forms import fields_of_administration, forms_of_pages
from units.tests.factories import UserFactory


def _empty(field: forms.Field) -> str:
    if isinstance(field, forms.ModelChoiceField):
        return str(field.empty_label or "")
    choices = cast("list[tuple[object, object]]", field.choices) if isinstance(field, forms.ChoiceField) else []
    return "".join(str(words) for value, words in choices if not value)


def _dashes(field: forms.Field) -> bool:
    return "---" in _empty(field)


def test_dashes_are_seen() -> None:
    assert _dashes(forms.ModelChoiceField(None))


def test_every_form_of_a_page_names_its_empty_choice() -> None:
    fields = [
        (form, name, field) for form in forms_of_pages() for name, field in getattr(form, "base_fields", {}).items()
    ]
    assert sum(bool(_empty(field)) for _, _, field in fields) > 10
    assert [(form, name) for form, name, field in fields if _dashes(field)] == []


@pytest.mark.django_db
def test_every_form_and_action_of_the_administration_names_its_empty_choice() -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory.create(is_staff=True, is_superuser=True)
    fields = list(fields_of_administration(request))
    assert sum(bool(_empty(field)) for _, _, field in fields) > 10
    assert [(model, name) for model, name, field in fields if _dashes(field)] == []
    offered = [(model, its.get_action_choices(request)) for model, its in admin.site._registry.items()]
    chosen = [(model, choices) for model, choices in offered if len(choices) > 1]
    assert chosen
    assert [model for model, choices in chosen if any("---" in str(words) for _, words in choices)] == []
