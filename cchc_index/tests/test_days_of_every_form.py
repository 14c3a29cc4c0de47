"""A day is read by one rule wherever one is typed: on every page, in the administration, by every command."""

import pytest
from django import forms
from django.core.management import call_command
from django.forms.models import ModelFormMetaclass
from django.test import Client, RequestFactory
from django.urls import reverse

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.moments import DayField, MomentField, SplitMomentField
from cchc_index.lib.tests.read_pages import words
from cchc_index.tests.page_forms import fields_of_administration, forms_of_pages
from criteria.models import Round, Stage
from criteria.tests.factories import small_round
from units.models import Role
from units.tests.factories import UserFactory, person

SLIPS = ("5/3/0020", "05/03/1020", "0020-03-05", "5/3/9999")
YEAR = "nằm ngoài khoảng từ 1945 đến 2199; kiểm tra lại năm"


def _plain(field: forms.Field) -> bool:
    """A field of Django's own for days or instants."""
    theirs = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField)
    return isinstance(field, theirs) and not isinstance(field, DayField | MomentField | SplitMomentField)


def test_every_form_of_a_page_reads_days_by_the_one_rule() -> None:
    fields = [(form, field) for form in forms_of_pages() for field in getattr(form, "base_fields", {}).values()]
    assert sum(isinstance(field, DayField) for _, field in fields) > 10
    assert [form for form, field in fields if _plain(field) and not isinstance(form, ModelFormMetaclass)] == []


@pytest.mark.django_db
def test_every_form_of_the_administration_reads_days_by_the_one_rule() -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory.create(is_staff=True, is_superuser=True)
    seen, plain = 0, []
    for model, name, field in fields_of_administration(request):
        seen += isinstance(field, DayField)
        plain += [(model, name)] if _plain(field) else []
    assert seen > 3
    assert plain == []


@pytest.mark.parametrize("typed", SLIPS)
def test_a_year_that_nobody_means_is_named(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match=YEAR):
        DayField().clean(typed)
    with pytest.raises(forms.ValidationError, match=YEAR):
        MomentField().clean(f"{typed} 17:00")
    with pytest.raises(forms.ValidationError, match=YEAR):
        SplitMomentField().clean([typed, "17:00"])


@pytest.mark.django_db
@pytest.mark.parametrize("typed", SLIPS)
def test_a_page_the_administration_and_a_command_refuse_it(typed: str) -> None:
    round_ = small_round(year=2031).round
    manager, root = Client(), Client()
    manager.force_login(person(Role.INDEX_MANAGER))
    root.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    given = {"assessed_from": typed, "assessed_to": "31/12/2031"}
    assert YEAR in words(manager.post(reverse("preparing:facts", args=[2031]), given).content)
    group = round_.groups.get().group_id
    unit = {"group": group, "code": "X", "name": "Sở X", "valid_from": typed}
    assert YEAR in words(root.post("/quan-tri/units/unit/add/", unit).content)
    with pytest.raises(CommandRefused, match=YEAR):
        call_command("set_stage", year=2031, stage="round1", closes=f"{typed} 17:00")
    assert Round.objects.get().assessed_from == round_.assessed_from
    assert Stage.objects.get(round=round_, name="round1").closes_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("year", [20, 1020, 3024])
def test_the_year_itself_is_one_that_somebody_may_mean(year: int) -> None:
    root = Client()
    root.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    given = {"year": year, "assessed_from": "01/01/2031", "assessed_to": "31/12/2031"}
    said = words(root.post("/quan-tri/criteria/round/add/", given).content)
    assert f"Năm chỉ số “{year}” không đúng" in said
    assert not Round.objects.exists()
