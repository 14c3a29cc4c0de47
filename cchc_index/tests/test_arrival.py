"""A request counts from its arrival, however long it waited; the hour of arrival is a proxy's of ours or nobody's."""

import re
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.middleware import arrival
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from selfassess.models import SelfAssessment
from selfassess.tests.factories import SelfScoreFactory, small_assessment
from units.models import Role
from units.tests.factories import person

CLOSES = datetime(2032, 1, 9, 17, tzinfo=clock.HANOI)
HALF = timedelta(seconds=0.5)


def told(moment: datetime) -> str:
    """As nginx writes $msec."""
    return f"{moment.timestamp():.3f}"


@pytest.fixture
def assessment() -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment", opens=CLOSES - timedelta(days=30), closes=CLOSES)
    for leaf in Criterion.objects.filter(criteria_set=made.round_group.criteria_set, source="self"):
        SelfScoreFactory.create(assessment=made, criterion=leaf, points=Decimal(1), explanation="Có sổ theo dõi.")
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "header", "taken"),
    [
        (1, told(CLOSES - HALF), True),
        (1, "", False),
        (1, told(CLOSES), False),  # half open
        (0, told(CLOSES - HALF), False),  # a client without a proxy says it itself
        (1, told(CLOSES - timedelta(seconds=53)), False),  # older than a request waits
        (1, told(CLOSES + timedelta(days=1)), False),
        (1, "nan", False),
        (1, f"t={told(CLOSES - HALF)}", False),
    ],
)
def test_pressed_before_the_closing_and_handled_after_it(
    assessment: SelfAssessment, client: Client, settings: Settings, proxies: int, header: str, taken: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    client.force_login(person(Role.UNIT_HEAD, assessment.unit))
    with clock.at(CLOSES + timedelta(seconds=8)):
        answer = client.post(reverse("selfassess:submit", args=[assessment.pk]), headers={"X-Request-Start": header})
    assessment.refresh_from_db()
    assert (assessment.submitted_at == CLOSES - HALF) is taken
    assert (answer.status_code == 302) is taken
    if taken:
        receipt = client.get(answer["Location"]).text
        assert "16:59:59" in receipt, "the receipt bears the arrival"


def test_sixty_that_wait_for_a_thread_keep_their_own_arrivals(settings: Settings) -> None:
    """They wait for each other at one lock, as requests do for threads; each counts from when it came in."""
    settings.TRUSTED_PROXIES = 1
    lock, seen = threading.Lock(), {}
    begun = clock.now() - timedelta(seconds=30)

    def slow(request: HttpRequest) -> HttpResponse:
        with lock:
            seen[request.META["NUMBER"]] = clock.arrived()
        return HttpResponse()

    def send(number: int) -> None:
        header = told(begun + number * timedelta(milliseconds=50))
        arrival(slow)(RequestFactory().get("/", headers={"X-Request-Start": header}, NUMBER=number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(60)]
    with lock:
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    apart = {number: round((moment - begun).total_seconds(), 2) for number, moment in seen.items()}
    assert apart == {number: round(number * 0.05, 2) for number in range(60)}
    assert clock.arrived() - begun > timedelta(seconds=29), "nothing is left behind"


# --- too many at once ------------------------------------------------------------------------------

PAGE = {"Origin": "http://testserver", "Accept": "text/html"}


def press(client: Client, path: str, pressed: datetime, handled: datetime, **typed: str) -> Any:
    """A form of our own page, sent at one moment and reached at another."""
    with clock.at(handled):
        return client.post(path, typed, headers={"X-Request-Start": told(pressed), **PAGE})


def receipt_on(answer: Any) -> str:
    return str(re.findall(r'name="arrival_receipt" value="([^"]+)"', answer.text)[0])


@pytest.fixture
def crowd(assessment: SelfAssessment, settings: Settings) -> SelfAssessment:
    settings.TRUSTED_PROXIES, settings.QUEUE_SECONDS = 1, 10
    return assessment


@pytest.mark.django_db
def test_who_waited_too_long_gets_a_receipt_and_counts_from_the_arrival(crowd: SelfAssessment, client: Client) -> None:
    client.force_login(person(Role.UNIT_HEAD, crowd.unit))
    path = reverse("selfassess:submit", args=[crowd.pk])
    answer = press(client, path, CLOSES - HALF, CLOSES + timedelta(seconds=15))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "đến lúc 16:59:59" in answer.text
    crowd.refresh_from_db()
    assert crowd.submitted_at is None
    later = CLOSES + timedelta(minutes=3)
    again = press(client, path, later - timedelta(seconds=20), later, arrival_receipt=receipt_on(answer))
    assert again.status_code == 302, "whoever has waited is not sent away again"
    crowd.refresh_from_db()
    assert crowd.submitted_at == CLOSES - HALF


@pytest.mark.django_db
@pytest.mark.parametrize("forged", ["none", "changed", "typed", "another", "place", "old"])
def test_a_receipt_is_for_this_person_place_content_and_ten_minutes(
    crowd: SelfAssessment, client: Client, forged: str
) -> None:
    client.force_login(person(Role.UNIT_HEAD, crowd.unit))
    path = reverse("selfassess:submit", args=[crowd.pk])
    place = path if forged != "place" else reverse("selfassess:hand-over", args=[crowd.pk])
    receipt = receipt_on(press(client, place, CLOSES - HALF, CLOSES + timedelta(seconds=15)))
    typed = {"arrival_receipt": "" if forged == "none" else receipt + "x" * (forged == "changed")}
    if forged == "typed":
        typed["more"] = "khác"
    if forged == "another":
        client.force_login(person(Role.UNIT_HEAD, crowd.unit))
    later = CLOSES + timedelta(minutes=11 if forged == "old" else 3)
    press(client, path, later, later, **typed)
    crowd.refresh_from_db()
    assert crowd.submitted_at is None


@pytest.mark.django_db
def test_below_the_limit_nobody_is_sent_away(crowd: SelfAssessment, client: Client) -> None:
    client.force_login(person(Role.UNIT_HEAD, crowd.unit))
    path = reverse("selfassess:submit", args=[crowd.pk])
    assert press(client, path, CLOSES - HALF, CLOSES + timedelta(seconds=8)).status_code == 302
