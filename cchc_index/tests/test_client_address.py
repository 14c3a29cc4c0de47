"""The client's address behind proxies of ours; what a client writes itself is never believed."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from cchc_index.middleware import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "10.0.0.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_of_the_client(settings: Settings, proxies: int, forwarded: str, seen: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    client_address(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen
