"""The interface for programs answers what its own document says, and nothing that is not published."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from results.models import Publication
from results.tests import bundles
from results.tests.published import publish
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
ONE = f"{ROOT}/publications/2031/123-qd-ubnd"
FILES = "/tai-ve/2031/123-qd-ubnd"
KINDS: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "null": type(None)}


def asked(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200
    return json.loads(answer.content)


def fits(value: Any, shape: dict[str, Any], shapes: dict[str, Any]) -> bool:
    if "$ref" in shape:
        shape = shapes[shape["$ref"].rpartition("/")[2]]
    if shape["type"] == "object":
        fields = shape["properties"]
        return set(value) == set(shape["required"]) and all(fits(value[name], fields[name], shapes) for name in fields)
    if shape["type"] == "array":
        return isinstance(value, list) and all(fits(each, shape["items"], shapes) for each in value)
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    return type(value) in {KINDS[kind] for kind in kinds}


def test_every_path_answers_in_the_shape_that_the_document_says(client: Client) -> None:
    publish(bundles.grounded())
    document = asked(client, reverse("results:api"))
    shapes = document["components"]["schemas"]
    here = {"{year}": "2031", "{number}": "123-qd-ubnd", "{group}": "so", "{code}": "S01"}
    assert len(document["paths"]) == 6
    for path, verbs in document["paths"].items():
        assert set(verbs) == {"get"}
        for mark, value in here.items():
            path = path.replace(mark, value)
        told = asked(client, ROOT + path)
        shape = verbs["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert fits(told, shape, shapes)
        assert not fits({**told, "more": 1}, shape, shapes)


def test_the_answers_are_the_published_numbers(client: Client) -> None:
    bundle = json.loads(publish().bundle)
    group = bundle["groups"][0]
    assert asked(client, f"{ONE}/ranking?group=so")["results"] == group["results"]
    assert len(asked(client, f"{ONE}/ranking")["results"]) == sum(len(g["results"]) for g in bundle["groups"])
    unit = asked(client, f"{ONE}/units/so/S02")
    published = [{k: v for k, v in c.items() if k != "unit"} for c in group["cells"] if c["unit"] == "S02"]
    assert unit["cells"] == published
    assert [row["code"] for row in asked(client, f"{ONE}/criteria?group=so")["criteria"]] == [
        row["code"] for row in group["criteria"]
    ]


def test_who_asks_is_not_looked_up_and_the_bundle_is_read_once(client: Client) -> None:
    publish()
    client.get(f"{ONE}/ranking")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"{ONE}/ranking")
    assert len(captured) == 1
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" not in answer.get("Vary", "")
    assert client.get(f"{ONE}/ranking", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.head(f"{ONE}/ranking")["ETag"] == answer["ETag"]
    assert client.post(f"{ONE}/ranking").status_code == 405


@pytest.mark.parametrize("table", ["ranking", "criteria"])
def test_a_block_that_the_publication_does_not_hold_is_named_with_those_it_holds(client: Client, table: str) -> None:
    publish()
    answer = client.get(f"{ONE}/{table}?group=xa")
    assert answer.status_code == 404
    assert json.loads(answer.content) == {"detail": "Bản công bố không có khối “xa”; các khối: so, quan."}


@pytest.mark.parametrize(
    "address",
    [
        f"{ROOT}/openapi.json",
        f"{ROOT}/publications",
        f"{ONE}/ranking",
        f"{ONE}/units/so/S01",
        "/du-lieu/cong-bo.json",
        "/du-lieu/verify.py",
        "/tai-ve/2031/123-qd-ubnd/chi-so-cchc-2031.json",
        "/tai-ve/2031/123-qd-ubnd/diem-tung-tieu-chi-2031.csv",
        "/tai-ve/2031/123-qd-ubnd/quyet-dinh-da-ky.pdf",
    ],
)
def test_a_page_of_another_site_may_send_the_mark_of_what_it_has(client: Client, address: str) -> None:
    publish()
    asked_before = {"Origin": "https://example.org", "Access-Control-Request-Headers": "if-none-match"}
    answer = client.options(address, headers=asked_before)
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Headers"] == "If-None-Match, If-Modified-Since"
    assert client.post(address).status_code == 405


def test_a_program_that_asks_wrongly_reads_why() -> None:
    """A wrong verb, an unknown year and an address that is none: JSON with a sentence, and no page for people."""
    publish()
    strict = Client(enforce_csrf_checks=True)
    answers = [strict.delete(f"{ONE}/ranking"), strict.post("/du-lieu/cong-bo.json"), strict.get(f"{ONE}/khac")]
    answers += [strict.get(f"{ROOT}/publications/{year}/1-qd/ranking") for year in ("1999", "nam-nay")]
    answers += [strict.get(path) for path in ("/api/v2", f"{ROOT}/exchange/x", "/du-lieu/x.json", f"{FILES}/x.exe")]
    assert [answer.status_code for answer in answers] == [405, 405, *[404] * 7]
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert {answer["Access-Control-Allow-Origin"] for answer in answers} == {"*"}
    told = [json.loads(answer.content)["detail"] for answer in answers]
    assert told[0] == "Địa chỉ này chỉ để đọc: hãy gửi GET hoặc HEAD."
    assert answers[0]["Allow"] == "GET, HEAD, OPTIONS"
    assert told[3:] == [
        "Không có bản công bố này.",
        "Không có địa chỉ “/api/v1/publications/nam-nay/1-qd/ranking”. Các địa chỉ có ở /api/v1/openapi.json.",
        "Không có địa chỉ “/api/v2”. Các địa chỉ có ở /api/v1/openapi.json.",
        "Không có địa chỉ “/api/v1/exchange/x”. Các địa chỉ có ở /api/v1/exchange/openapi.json.",
        "Không có địa chỉ “/du-lieu/x.json”. Các địa chỉ có ở /du-lieu/cong-bo.json.",
        "Không có địa chỉ “/tai-ve/2031/123-qd-ubnd/x.exe”. Các địa chỉ có ở /du-lieu/cong-bo.json.",
    ]
    page = strict.get(f"{FILES}/x.exe", headers={"Accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("state", ["proposed", "withdrawn"])
def test_nothing_that_is_not_published_is_answered(client: Client, state: str) -> None:
    publish(state=state)
    assert asked(client, f"{ROOT}/publications") == {"publications": []}
    assert {client.get(f"{ONE}{path}").status_code for path in ("", "/ranking", "/criteria", "/units/so/S01")} == {404}


def test_what_was_taken_back_says_why(client: Client) -> None:
    publication = publish(bundles.small(2))
    assert client.get(f"{ONE}/units/so/LA").status_code == 404
    now, one, two = clock.now(), person(Role.INDEX_MANAGER), person(Role.INDEX_MANAGER)
    asked_for = {"recall_reason": "Sai số phiếu.", "recall_proposed_by": one, "recall_proposed_at": now}
    gone = {"state": "recalled", "recalled_by": two, "recalled_at": now, **asked_for}
    Publication.objects.filter(pk=publication.pk).update(**gone)
    answer = client.get(f"{ONE}/ranking")
    assert answer.status_code == 410
    assert "Sai số phiếu." in json.loads(answer.content)["detail"]
    assert answer["Cache-Control"] == "no-store"
    assert asked(client, f"{ROOT}/publications")["publications"][0]["state"] == "recalled"
