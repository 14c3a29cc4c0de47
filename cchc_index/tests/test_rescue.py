"""A connection to the database breaks while a page is made: who reads gets the page, who sends gets the form back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.middleware import INTERRUPTED, PERMISSIONS
from criteria.queries import round_in_view
from criteria.tests.factories import small_round
from selfassess.lifecycle import views
from units.models import Role
from units.tests.factories import person


def breaking(once: bool, then: Callable[..., Any]) -> Callable[..., Any]:
    """`then`, but before the first call, or before each, the server ends the connection of who asks."""
    broken: list[int] = []

    def ask(*given: Any, **more: Any) -> Any:
        if not (once and broken):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                broken.append(cursor.fetchone()[0])
            other = connection.get_new_connection(connection.get_connection_params())
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", broken[-1:])
            other.close()
        return then(*given, **more)

    return ask


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no connection that could break")
def test_a_broken_connection_is_no_error_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(person(Role.INDEX_MANAGER))
    client.raise_request_exception = False
    small_round()
    there = reverse("selfassess:home")
    monkeypatch.setattr(views, "round_in_view", breaking(True, round_in_view))
    assert client.get(there).status_code == 200
    monkeypatch.setattr(views, "round_in_view", breaking(False, round_in_view))
    assert client.get(there).status_code == 500, "a page is made again once, not for ever"
    connection.close()  # as the end of each request does behind a server
    monkeypatch.setattr(views, "_number", breaking(True, views._number))
    page = {"Origin": "http://testserver", "Accept": "text/html"}
    answer = client.post(reverse("selfassess:open"), {"unit": "đã gõ", "round_group": "1"}, headers=page)
    assert answer.status_code == 503
    assert INTERRUPTED in answer.text
    assert 'name="unit" value="đã gõ"' in answer.text
    assert client.post(reverse("selfassess:open"), {"unit": "1", "round_group": "1"}).status_code == 404


@pytest.mark.django_db
def test_headers_and_the_place_to_report_holes(client: Client, settings: Settings) -> None:
    page = client.get("/", follow=True)
    assert page["Permissions-Policy"] == PERMISSIONS
    assert "camera=()" in PERMISSIONS
    there = "/.well-known/security.txt"
    assert client.get(there).status_code == 404
    settings.SECURITY_CONTACT = "mailto:an-toan@hanoi.gov.vn"
    answer = client.get(there)
    assert answer["Content-Type"].startswith("text/plain")
    assert "Contact: mailto:an-toan@hanoi.gov.vn\nExpires: " in answer.text
