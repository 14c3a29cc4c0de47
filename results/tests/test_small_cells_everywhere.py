"""The attack on small cells by all that anybody can open: every address and file of every role, two publications, the
signed tables, the letters, the log. What few people say changes nothing of it; with the rule off all of it follows."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from cchc_index.lib import clock
from cchc_index.lib.canonical import canonical_json
from results.computation.queries import group_inputs
from results.publication.queries import preview_bundle
from results.tests.few_readers import Looks, equations, look, told_apart
from results.tests.few_world import FEW, QUIET, Answers, Said, Site, clients, live, say, site
from surveys.tests.test_suppression import Unknown, determined

pytestmark = [pytest.mark.django_db, pytest.mark.long]

LOUD: Said = {("hdnd", "SNV"): ((4, 2), (2, 1), (2, 3)), ("dan", "STC"): ((1, 4), (3, 3))}
"""The same people say something else, each of them."""
LOOKED_AT = (
    *("/viec/", "/ranking", "/units/so/SNV", "/tai-ve/", "/xep-hang/2031/1-", "/dieu-hanh/phan-tich/", "letter "),
    *("/dieu-tra/diem/", "/dieu-tra/chat-luong/", "/dieu-tra/ke-hoach/", "/dieu-tra/tien-do/", "/dieu-tra/ban-giao/"),
    *("/phien-hop/", "/dieu-tra/lan-nhap/", "/quan-tri/units/logentry/", "/quan-tri/surveys/importbatch/"),
)
"""Parts of addresses that the walk must have come to."""
HOLD_FILES = ("survey_operator", "second operator")
"""Operators see what is in files until they are in."""
OF_FILES = "/dieu-tra/lan-nhap/"


@pytest.fixture(autouse=True)
def _one_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a year that is taken back takes its keys back on SQLite alone, and keys stand in addresses")
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr(clock, "now", lambda: now)


def shown(made: Site, said: Said, asking: Mapping[str, Client]) -> Looks:
    """What is shown of a year in which this was said; the year is taken back."""
    with transaction.atomic():
        live(made, said)
        told = look(asking) | {
            "inside preview": canonical_json(preview_bundle(made.block.round)),
            "inside inputs": canonical_json(group_inputs(made.block)),
        }
        transaction.set_rollback(True)
    return {place: text for place, text in told.items() if not (OF_FILES in place and place.startswith(HOLD_FILES))}


def test_what_the_few_say_changes_nothing_that_anybody_can_open() -> None:
    made = site(small=5, least_n=5)
    asking = {who: client for who, client in clients(made).items() if not who.startswith("second ")}
    before, after = shown(made, QUIET, asking), shown(made, LOUD, asking)
    assert told_apart(before, after) == []
    assert {place.partition(" /")[0] for place in before} >= asking.keys()
    assert [part for part in LOOKED_AT if not any(part in place for place in before)] == []


def test_with_the_rule_off_files_pages_and_programs_tell_them(settings: Any) -> None:
    """The control: the same walk."""
    settings.SURVEY_SMALL_CELL = 0
    made = site(small=None, least_n=None)
    asking = {who: client for who, client in clients(made).items() if who in ("nobody", "observer")}
    apart = told_apart(shown(made, QUIET, asking), shown(made, LOUD, asking))
    for part in ("pdf", "docx", "xlsx", "zip", "csv", "json", "/ranking", "/dieu-tra/diem/", "inside"):
        assert any(part in place for place in apart), (part, apart)


def otherwise(said: Answers, at: int, value: int) -> Answers:
    """The first person gives this answer to a question."""
    first = list(said[0])
    first[at] = value
    return [(first[0], first[1]), *said[1:]]


def test_with_the_rule_off_the_numbers_give_every_answer_away(settings: Any) -> None:
    """The generic solver: numbers as they stand on the pages, whatever they are."""
    settings.SURVEY_SMALL_CELL = 0
    made = site(small=None, least_n=None)
    live(made, QUIET, with_files=False)
    asking = {"observer": clients(made)["observer"]}
    places = [f"observer /dieu-tra/diem/{made.block.pk}/{made.unit(unit).pk}/" for unit in ("SNV", "STC")]
    before, moved = look(asking, only=places), {}
    for (n, (group, unit, _)), at, value in product(enumerate(FEW), range(2), range(1, 5)):
        if QUIET[group, unit][0][at] == value:
            continue
        with transaction.atomic():
            say(made, group, unit, otherwise(QUIET[group, unit], at, value))
            unknown: Unknown = (n, n, at, value)
            moved[unknown] = look(asking, only=places)
            transaction.set_rollback(True)
    assert determined(equations(before, moved), set(moved)) == set(moved)


def test_with_the_rule_on_the_same_numbers_give_none() -> None:
    made = site(small=5, least_n=5)
    live(made, QUIET, with_files=False)
    asking = {"observer": clients(made)["observer"]}
    places = [f"observer /dieu-tra/diem/{made.block.pk}/{made.unit(unit).pk}/" for unit in ("SNV", "STC")]
    before = look(asking, only=places)
    for group, unit, _ in FEW:
        say(made, group, unit, LOUD[group, unit])
    assert told_apart(before, look(asking, only=places)) == []
