"""A public page is drawn once and given from memory, until something is published or taken back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cchc_index.lib import clock
from results.models import Publication
from results.public import answer
from results.tests.published import publish
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db

HOME = "/xep-hang/2031/123-qd-ubnd/"
PAGES = [
    "/xep-hang/",
    HOME,
    f"{HOME}don-vi/so/S01/",
    f"{HOME}tieu-chi/so/1.1/",
    f"{HOME}linh-vuc/so/1/",
    f"{HOME}so-sanh/so/",
    "/nhieu-nam/",
    "/cach-tinh/",
    "/du-lieu/",
    "/du-lieu/cong-bo/",
    "/sitemap.xml",
]


@pytest.fixture
def _kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_PAGE_SECONDS = 60
    monkeypatch.setattr(answer, "memory", answer.PageMemory())
    monkeypatch.setattr(answer, "MARK_SECONDS", 3600.0)


def later() -> None:
    """The second has passed after which the database is asked again."""
    answer.memory.mark_until = 0.0


@pytest.mark.usefixtures("_kept")
@pytest.mark.parametrize("address", PAGES)
def test_the_second_reader_costs_no_query_and_reads_the_same(client: Client, address: str) -> None:
    publish()
    first = client.get(address)
    with CaptureQueriesContext(connection) as captured:
        second = Client().get(address)
    assert (first.status_code, len(captured)) == (200, 0)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert not first.cookies
    assert "Content-Security-Policy" in second
    assert client.get(address, headers={"If-None-Match": second["ETag"]}).status_code == 304


def test_a_public_page_gives_no_cookie_and_starts_no_session(client: Client) -> None:
    publish()
    assert [(address, client.get(address).cookies) for address in PAGES] == [(address, {}) for address in PAGES]


@pytest.mark.usefixtures("_kept")
def test_what_is_taken_back_is_gone_from_memory(client: Client) -> None:
    publication = publish()
    address = f"{HOME}don-vi/so/S01/"
    shown = client.get(address).text
    now, one, two = clock.now(), person(Role.INDEX_MANAGER), person(Role.INDEX_MANAGER)
    asked = {"recall_reason": "Sai số phiếu.", "recall_proposed_by": one, "recall_proposed_at": now}
    gone = {"state": "recalled", "recalled_by": two, "recalled_at": now, **asked}
    Publication.objects.filter(pk=publication.pk).update(**gone)
    assert client.get(address).text == shown
    later()
    assert "Sai số phiếu." in client.get(address).text


@pytest.mark.usefixtures("_kept")
def test_what_is_published_appears(client: Client) -> None:
    assert "123/QĐ-UBND" not in client.get("/du-lieu/cong-bo/").text
    publish()
    later()
    assert "123/QĐ-UBND" in client.get("/du-lieu/cong-bo/").text


@pytest.mark.usefixtures("_kept")
def test_who_has_an_account_gets_nothing_from_memory_and_leaves_nothing_there(client: Client) -> None:
    publish()
    manager = person(Role.INDEX_MANAGER)
    client.force_login(manager)
    own = client.get("/xep-hang/")
    assert str(manager) in own.text
    assert "ETag" not in own
    stranger = Client().get("/xep-hang/")
    assert str(manager) not in stranger.text
    assert client.get("/xep-hang/").text.count(str(manager)) == own.text.count(str(manager))


@pytest.mark.usefixtures("_kept")
def test_the_memory_has_an_end_and_holds_no_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setattr(answer, "MOST_PAGES", 3)
    for number in range(5):
        assert client.get(f"/xep-hang/?x={number}").status_code == 200
    assert list(answer.memory.pages) == [f"/xep-hang/?x={number}" for number in (2, 3, 4)]
    assert client.get(f"{HOME}don-vi/so/KHONG/").status_code == 404
    assert len(answer.memory.pages) == 3
