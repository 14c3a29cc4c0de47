"""Looking at another year: the address names it for the public, the session for who has an account."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from criteria.tests.factories import RoundFactory
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _years() -> None:
    for year in (2031, 2032):
        RoundFactory.create(year=year)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("/cach-tinh/", "/cach-tinh/?nam=2031"),
        ("/xep-hang/", "/xep-hang/?nam=2031"),
        ("/xep-hang/2032/1-qd-ubnd/don-vi/so/S01/", "/xep-hang/?nam=2031"),  # that address is of its own year
        ("/khong-co/", "/xep-hang/?nam=2031"),
        ("https://example.org/", "/xep-hang/?nam=2031"),
    ],
)
def test_the_public_is_led_by_the_address_and_nothing_is_kept(client: Client, here: str, there: str) -> None:
    answer = client.get("/nam/", {"year": "2031", "next": here})
    assert (answer.status_code, answer["Location"]) == (302, there)
    assert not answer.cookies
    assert not Session.objects.exists()


def test_the_tabs_of_the_public_carry_the_year_that_is_looked_at(client: Client) -> None:
    assert 'href="/du-lieu/?nam=2031"' in client.get("/cach-tinh/?nam=2031").text
    assert 'href="/du-lieu/"' in client.get("/cach-tinh/?nam=2032").text
    assert 'href="/du-lieu/"' in client.get("/cach-tinh/").text


def test_the_session_of_a_person_keeps_the_year(client: Client) -> None:
    client.force_login(person(Role.INDEX_MANAGER))
    assert client.post("/nam/", {"year": "2031", "next": "/cach-tinh/"})["Location"] == "/cach-tinh/"
    page = client.get("/cach-tinh/").text
    assert '<option value="2031" selected>2031</option>' in page
    assert 'href="/du-lieu/"' in page


@pytest.mark.parametrize(("next_", "there"), [("http://testserver/cach-tinh/", "/"), ("/cach-tinh/", "/cach-tinh/")])
def test_nobody_is_led_from_https_to_http(client: Client, next_: str, there: str) -> None:
    client.force_login(person(Role.INDEX_MANAGER))
    assert client.post("/nam/", {"year": "2031", "next": next_}, secure=True)["Location"] == there
