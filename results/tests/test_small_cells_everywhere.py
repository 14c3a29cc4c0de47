"""The attack on small cells by everything that each role is led to: what the few say changes no byte of it."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from cchc_index.lib import clock
from cchc_index.lib.canonical import canonical_json
from criteria.models import RoundGroup
from results.computation.queries import group_inputs
from results.publication.queries import preview_bundle
from results.tests.test_surveyreport import block, said_otherwise
from surveys.models import Survey
from surveys.scores.actions import refresh_scores
from units.models import Role
from units.tests.factories import person

__all__ = ["block"]
pytestmark = pytest.mark.django_db

ROLES = (Role.OBSERVER, Role.INDEX_MANAGER)
"""Who reads most of those who hold no ballots."""
STARTS = (
    "/dieu-tra/diem/{0}/",
    "/dieu-tra/",
    "/dieu-tra/chat-luong/{0}/",
    "/dieu-tra/tien-do/{0}/",
    "/dieu-hanh/",
    "/xep-hang/",
    "/du-lieu/",
    "/api/v1/openapi.json",
)
MOST = 40
_LINK = re.compile(r'href="(/[^"#]*)"')
_NEVER_THE_SAME = re.compile(rb'(csrfmiddlewaretoken" value="|nonce="|&quot;X-CSRFToken&quot;: &quot;)[^"&]+')
_AWAY = ("/static/", "/quan-tri/", "/tai-khoan/", "/huong-dan/")


def reached(client: Client, block: RoundGroup) -> Iterator[tuple[str, bytes]]:
    """Every address that links lead to, with what it answers."""
    waiting = [start.format(block.pk) for start in STARTS]
    seen = set(waiting)
    for address in waiting:  # which grows
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        if body[:2] == b"PK":  # a workbook also says when it was made
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"".join(book.read(name) for name in book.namelist() if not name.startswith("docProps"))
        yield address, _NEVER_THE_SAME.sub(b"", body) if answer.status_code == 200 else b""
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            links = [link.replace("&amp;", "&") for link in _LINK.findall(body.decode())]
            fresh = [link for link in dict.fromkeys(links) if link not in seen and not link.startswith(_AWAY)]
            seen.update(fresh)
            waiting += fresh[: MOST - len(waiting)]


def everything(block: RoundGroup, people: dict[str, Client]) -> dict[str, bytes]:
    told = {f"{name} {address}": body for name, client in people.items() for address, body in reached(client, block)}
    inside = {"preview": canonical_json(preview_bundle(block.round)), "inputs": canonical_json(group_inputs(block))}
    return told | {name: str(text).encode() for name, text in inside.items()}


@pytest.mark.parametrize("rule", [True, False])
def test_what_the_few_say_changes_no_byte_that_anybody_reads(block: RoundGroup, rule: bool, settings: Any) -> None:
    if not rule:  # the control: the same walk finds the few everywhere
        Survey.objects.filter(round_group=block).update(least_n=None, small_cell=None)
        settings.SURVEY_SMALL_CELL = 0
    refresh_scores(block)
    people = {"nobody": Client()}
    for role in ROLES:
        people[str(role)] = Client()
        people[str(role)].force_login(person(role, block.group.units.get(code="SNV")))
    with clock.at(clock.now()):  # papers say when they were made
        before = everything(block, people)
        said_otherwise(block)
        refresh_scores(block)
        after = everything(block, people)
    moved = sorted(name for name, body in before.items() if after[name] != body)
    if rule:
        assert before.keys() == after.keys()
        assert moved == []
    else:
        assert any("/dieu-tra/diem/" in name for name in moved)
        assert "inputs" in moved
    assert sum("/dieu-tra/diem/" in name for name in before) >= 4  # points and units, of two roles
