"""A public page is drawn once and given from memory, until something is published or taken back."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cchc_index.lib import clock
from results.models import Publication
from results.publication import answer
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
DATA = [
    "/du-lieu/cong-bo.json",
    "/du-lieu/bang-ma-cot.csv",
    "/api/v1/publications",
    "/api/v1/publications/2031/123-qd-ubnd/ranking",
    "/api/v1/publications/2031/123-qd-ubnd/units/so/S01",
    "/tai-ve/2031/123-qd-ubnd/chi-so-cchc-2031.json",
    "/tai-ve/2031/123-qd-ubnd/chi-so-cchc-2031.csv",
    "/tai-ve/2031/123-qd-ubnd/diem-tung-tieu-chi-2031.csv",
]


@pytest.fixture
def _kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_PAGE_SECONDS = 60
    monkeypatch.setattr(answer, "memory", answer.AnswerMemory())
    monkeypatch.setattr(answer, "MARK_SECONDS", 3600.0)
    settings.CACHE_URL = ""
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}
    settings.CACHES = {"default": own}


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
def test_a_page_that_names_its_host_is_not_given_under_another(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["one.example.vn", "other.example.vn"]
    publish()
    client.get("/sitemap.xml", headers={"Host": "one.example.vn"})
    page = client.get("/sitemap.xml", headers={"Host": "other.example.vn"}).text
    assert "http://other.example.vn/" in page
    assert "one.example.vn" not in page


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
@pytest.mark.parametrize("packed", ["", "gzip"])
@pytest.mark.parametrize("address", DATA)
def test_open_data_are_given_from_memory_packed_or_not(client: Client, address: str, packed: str) -> None:
    publish()
    headers = {"Accept-Encoding": packed}
    client.get(address, headers={"Accept-Encoding": "" if packed else "gzip"})
    first = client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        second = client.get(address, headers=headers)
    assert len(captured) == 0
    assert second.content == first.content
    assert second.get("Content-Encoding") == first.get("Content-Encoding")  # what is short is not packed
    assert packed or "Content-Encoding" not in second
    for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin", "Content-Type", "Vary"):
        assert second[name] == first[name]
    assert client.get(address, headers={**headers, "If-None-Match": second["ETag"]}).status_code == 304


def test_a_page_is_the_same_bytes_from_every_process(client: Client) -> None:
    publish()
    first = [client.get(address)["ETag"] for address in PAGES]
    assert [client.get(address)["ETag"] for address in PAGES] == first


@pytest.mark.usefixtures("_kept")
def test_one_address_is_packed_for_who_takes_that_only(client: Client) -> None:
    publish()
    address = DATA[5]
    for packed in ("gzip", "", "gzip", ""):
        assert client.get(address, headers={"Accept-Encoding": packed}).get("Content-Encoding", "") == packed


@pytest.mark.usefixtures("_kept")
def test_the_files_of_a_proposal_are_given_to_nobody_from_memory(client: Client) -> None:
    publish(state="proposed")
    client.force_login(person(Role.INDEX_MANAGER))
    address = DATA[5]
    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 404
    assert not answer.memory.answers


@pytest.mark.usefixtures("_kept")
def test_the_memory_has_an_end_and_holds_no_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    client.get("/xep-hang/?x=9")
    size = answer.memory.size
    monkeypatch.setattr(answer, "MOST_BYTES", 3 * size + 9)
    for number in range(5):
        assert client.get(f"/xep-hang/?x={number}").status_code == 200
    assert list(answer.memory.answers) == [f"page http://testserver/xep-hang/?x={number}" for number in (2, 3, 4)]
    assert answer.memory.size == 3 * size
    assert client.get(f"{HOME}don-vi/so/KHONG/").status_code == 404
    assert len(answer.memory.answers) == 3
    client.get(f"/xep-hang/?x={'9' * 3_000}")
    assert answer.memory.size <= 3 * size + 9


@pytest.mark.usefixtures("_kept")
def test_only_who_reads_is_answered_from_memory(client: Client) -> None:
    publish()
    assert client.get("/xep-hang/").status_code == 200
    assert client.head("/xep-hang/").status_code == 200
    assert {client.options("/xep-hang/").status_code, client.post("/xep-hang/").status_code} == {405}


def asked_by_another_process(address: str) -> int:
    """Queries of the first reader there: it has kept nothing yet."""
    answer.memory = answer.AnswerMemory()
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(address).status_code == 200
    return len(captured)


@pytest.mark.usefixtures("_kept")
def test_what_one_process_has_drawn_serves_another_that_shares_its_cache(client: Client, settings: Settings) -> None:
    publish()
    shown, data = client.get(HOME).content, client.get(DATA[5]).content
    apart = asked_by_another_process(HOME)
    settings.CACHE_URL = "redis://one-for-all"
    assert asked_by_another_process(HOME) == apart  # made before the cache was shared
    assert asked_by_another_process(HOME) == 1  # whether something was published or taken back
    assert (Client().get(HOME).content, Client().get(DATA[5]).content) == (shown, data)


@pytest.mark.usefixtures("_kept")
def test_the_shared_cache_fills_with_no_address_that_a_reader_makes_up(client: Client, settings: Settings) -> None:
    publish()
    settings.CACHE_URL = "redis://one-for-all"
    client.get(f"{HOME}?x=1")
    assert asked_by_another_process(f"{HOME}?x=1") > 1


@pytest.mark.usefixtures("_kept")
def test_an_old_answer_is_made_anew_for_one_reader_and_given_to_the_others(client: Client) -> None:
    publish()
    client.get(HOME)
    name, held = f"page http://testserver{HOME}", answer.memory.answers[f"page http://testserver{HOME}"]
    answer.memory.answers[name] = replace(held, until=0.0)
    assert answer.memory.get(name, held.mark) is None
    waiting = answer.memory.get(name, held.mark)
    assert waiting is not None
    assert waiting.content == held.content


@pytest.mark.usefixtures("_kept")
def test_an_empty_session_is_none(client: Client) -> None:
    publish()
    client.get(HOME)
    client.cookies["sessionid"] = ""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(HOME).status_code == 200
    assert len(captured) == 0
