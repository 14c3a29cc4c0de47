"""A request counts from its arrival, however long it waited; the hour of arrival is a proxy's of ours or nobody's."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal

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
