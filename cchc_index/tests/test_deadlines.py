"""A deadline is an instant. A bare day is refused with the repair at every way a deadline comes in: nobody can say
whether its beginning or its end is meant."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from appraisal.council.meetings.forms import MeetingForm
from appraisal.models import Council
from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.tests.read_pages import words
from criteria.models import Extension, Round, Stage
from criteria.tests.factories import open_stage, small_round
from units.models import Role, Unit
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db
BARE = ("20/01/2032", "2032-01-20", "20.1.2032", "ngày 20 tháng 1 năm 2032")
WHOLE = "20/01/2032 17:00"
REPAIR = "ghi cả ngày và giờ"


@pytest.fixture(autouse=True)
def unit() -> Unit:
    return UnitFactory.create(group=small_round(year=2031).group, code="SNV")


def _manager() -> Client:
    client = Client()
    client.force_login(person(Role.INDEX_MANAGER))
    return client


def _round() -> Round:
    return Round.objects.get()


def by_command(typed: str) -> str:
    try:
        call_command("set_stage", year=2031, stage="round1", closes=typed)
    except CommandRefused as refused:
        return "\n".join(refused.lines)
    return ""


def on_the_stages_page(typed: str) -> str:
    answer = _manager().post(reverse("calendar:stage", args=["round1"]), {"opens_at": "", "closes_at": typed})
    return words(answer.content)


def in_the_calendar(typed: str) -> str:
    answer = _manager().post(reverse("preparing:calendar", args=[2031]), {"round1-closes_at": typed})
    return words(answer.content)


def as_an_extension(typed: str) -> str:
    stage = open_stage(_round(), "self_assessment")
    given = {"stage": stage.pk, "unit": Unit.objects.get().pk, "closes_at": typed, "reason": "mất điện"}
    return words(_manager().post(reverse("calendar:extension"), given).content)


def as_an_extension_in_the_administration(typed: str) -> str:
    stage = open_stage(_round(), "self_assessment")
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    day, _, hour = (typed, "", "") if typed in BARE else typed.rpartition(" ")
    given = {"stage": stage.pk, "unit": Unit.objects.get().pk, "reason": "mất điện"}
    answer = client.post("/quan-tri/criteria/extension/add/", {**given, "closes_at_0": day, "closes_at_1": hour})
    return words(answer.content)


def as_the_end_of_a_written_consent(typed: str) -> str:
    decided = Council.objects.create(round=_round(), number="1/QĐ-UBND", dated=clock.today(), issuer="UBND Thành phố")
    form = MeetingForm({"closes": typed}, council=decided)
    form.is_valid()
    return words(str(form.errors.get("closes", "")).encode())


WAYS: dict[str, Callable[[str], str]] = {
    "command": by_command,
    "page of a stage": on_the_stages_page,
    "calendar of the year": in_the_calendar,
    "extension": as_an_extension,
    "extension in the administration": as_an_extension_in_the_administration,
    "written consent": as_the_end_of_a_written_consent,
}


def _deadlines() -> list[str]:
    moments = [*Stage.objects.filter(name="round1").values_list("closes_at", flat=True)]
    moments += Extension.objects.values_list("closes_at", flat=True)
    return [f"{clock.hanoi(moment):%d/%m/%Y %H:%M}" for moment in moments if moment is not None]


@pytest.mark.parametrize("typed", BARE)
@pytest.mark.parametrize("way", WAYS)
def test_a_bare_day_is_refused_with_the_repair(way: str, typed: str) -> None:
    assert REPAIR in WAYS[way](typed).lower()
    assert _deadlines() == []


@pytest.mark.parametrize("way", WAYS)
def test_a_day_with_its_hour_is_taken(way: str) -> None:
    assert REPAIR not in WAYS[way](WHOLE).lower()
    assert _deadlines() == ([] if way == "written consent" else [WHOLE])
