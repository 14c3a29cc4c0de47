"""One order of units on every page that lists them, but where who needs most stands first: the Vietnamese alphabet,
whatever their codes."""

import io
import re
from itertools import groupby

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from appraisal.models import Appraisal, AppraisalEntry
from appraisal.tests.factories import assign
from appraisal.tests.large_block import LargeBlock, large_block
from criteria.tests.factories import small_round
from selfassess.models import SelfScore
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
IN_ORDER = ["Phường Ba Đình", "Phường Ô Diên", "Phường Phú Thượng", "Xã An Khánh", "Xã Ba Vì", "Xã Đa Phúc"]
LINES = re.compile(r"<(tbody|select|ul|ol)\b.*?</\1>", re.DOTALL)
LINE = re.compile(r"<(tr|option|li)\b.*?(?=<\1\b|\Z)", re.DOTALL)


def block_against_the_codes() -> LargeBlock:
    """Codes run the other way than names."""
    block = large_block(len(IN_ORDER), 6)
    for unit, name in zip(block.units, reversed(IN_ORDER), strict=True):
        unit.name = name
        unit.save()
    return block


def pages(block: LargeBlock) -> dict[str, str]:
    group, year, leaf = block.round_group.group.code, block.round_group.round.year, block.leaves[0].code
    named = {
        "grid": reverse("appraisal:grid", args=[group, year]),
        "by criterion": reverse("appraisal:criterion", args=[group, leaf]),
        "extension": reverse("calendar:extension"),
        "self-assessments": reverse("selfassess:home"),
        "documents": reverse("selfassess:documents"),
        "people": reverse("people:add"),
    }
    return {name: f"{address}?nam={year}" for name, address in named.items()}


def listed(page: str) -> list[list[str]]:
    """The units that each list of the page names, one a line."""
    found = []
    for lines in LINES.finditer(page):
        named = (re.search("|".join(IN_ORDER), line[0]) for line in LINE.finditer(lines[0]))
        found.append([name[0] for name in named if name])
    return [names for names in found if len(names) > 1]


def test_every_list_of_units_is_in_the_order_of_the_alphabet() -> None:
    block = block_against_the_codes()
    client = Client()
    client.force_login(block.manager)
    seen = set()
    for name, address in pages(block).items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        for names in listed(answer.text):
            assert names == sorted(names, key=IN_ORDER.index), name
            seen.add(name)
    assert seen == pages(block).keys()


def test_units_that_nothing_tells_apart_stand_by_the_alphabet_in_the_report() -> None:
    block = block_against_the_codes()
    SelfScore.objects.filter(na_claimed=False).update(points=0)
    for rows in (Appraisal.objects, AppraisalEntry.objects):
        rows.filter(points__isnull=False).update(points=0)
    client = Client()
    client.force_login(block.manager)
    answer = client.get(reverse("appraisal:consistency", args=[block.round_group.group.code]), {"nam": 2097})
    assert IN_ORDER in listed(answer.text)
    for clash in answer.context["clashes"]:
        for _, judged in clash.rows:
            names = [one.unit.name for one in judged]
            assert names == sorted(names, key=IN_ORDER.index)


def test_what_is_recognised_together_and_who_holds_what_are_listed_alike() -> None:
    block = block_against_the_codes()
    client = Client()
    client.force_login(block.member)
    bulk = reverse("appraisal:bulk", args=[block.round_group.group.code])
    page = client.post(f"{bulk}?nam=2097", {"everything": "1", "next": "/"}).text
    found = [name for name, _ in groupby(name for names in listed(page) for name in names)]
    assert len(found) > 2
    assert found == sorted(found, key=IN_ORDER.index)
    assign(block.member, block.round_group, branch=block.leaves[0], units=block.units[:3])
    client.force_login(block.manager)
    group = [block.round_group.group.code]
    held = client.get(reverse("appraisal:assignments-block", args=group), {"nam": 2097}).text
    assert "; ".join(IN_ORDER[3:]) in " ".join(held.split())
    offered = client.get(reverse("appraisal:assignment-add", args=group), {"nam": 2097}).text
    assert re.findall("|".join(IN_ORDER), offered) == IN_ORDER


def test_the_state_of_a_year_is_exported_alike() -> None:
    """Where nobody needs more than another: nobody has begun."""
    block = small_round()
    for name in reversed(IN_ORDER):
        UnitFactory.create(group=block.group, name=name)
    client = Client()
    client.force_login(person(Role.INDEX_MANAGER))
    content = client.get(reverse("results:state-xlsx", args=[block.round.year])).content
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    assert [cell for row in rows for cell in row if cell in IN_ORDER] == IN_ORDER


def test_the_survey_lists_units_alike() -> None:
    block = block_against_the_codes()
    client = Client()
    client.force_login(person(Role.SURVEY_OPERATOR))
    page = client.get(reverse("surveys:scores", args=[block.round_group.pk])).text
    assert all(names == sorted(names, key=IN_ORDER.index) for names in listed(page))


def test_a_list_by_code_is_seen() -> None:
    page = "<ul><li>" + "</li><li>".join(reversed(IN_ORDER)) + "</li></ul>"
    assert listed(page) == [list(reversed(IN_ORDER))]
