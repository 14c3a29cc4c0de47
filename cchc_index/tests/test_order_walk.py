"""A year in which nothing tells the units apart: whatever lists them, page or file, lists them by the Vietnamese
alphabet, though their codes run the other way. A new list is met because a link leads to it."""

import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import openpyxl
import pytest
from django.test import Client
from docx import Document as WordDocument

from appraisal.archive import actions as archive_actions
from appraisal.tests.factories import assign
from appraisal.tests.pages import content
from cchc_index.tests.ledger_year import STILL_OPEN
from cchc_index.tests.test_language_walk import pages_of
from criteria.models import RoundGroup
from criteria.tests.factories import open_stage
from results.publication import actions as publications
from results.tests.test_order_of_units import IN_ORDER, listed
from selfassess.archive import actions as archive
from surveys.batches import actions as batches
from surveys.planning import actions as planning
from surveys.tests.factories import asked_group, ballot_rows, csv_file, figure_rows, surveyed_round
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
NAMED = re.compile("|".join(IN_ORDER))
FILE = re.compile(r'href="(/[^"#]*\.(?:xlsx|csv|docx)(?:\?[^"#]*)?)"')
BY_CODE = re.compile(r"/(?:diem-tung-tieu-chi|chi-so-cchc)-\d+\.csv$")
"""Open data: a file for programs, whose lines stand by code as the signed bundle has them."""


def alike() -> RoundGroup:
    """Six units with the same points, figures, ballots and plan, published; codes run the other way than names."""
    block = surveyed_round(0)
    units = [UnitFactory.create(group=block.group, name=name, code=f"U{9 - n}") for n, name in enumerate(IN_ORDER)]
    manager, second = (person(Role.INDEX_MANAGER, full_name=f"Quản lý {n}") for n in "AB")
    for unit in units:  # people are listed by their own names, which run as those of their units do
        person(Role.UNIT_OFFICER, unit)
        person(Role.UNIT_HEAD, unit)
    assign(person(Role.COUNCIL_MEMBER), block)
    _scores(block, units, manager)
    _survey(block, units)
    for name in ("round1", "explanation", "round2"):
        open_stage(block.round, name)
    signed: dict[str, Any] = {"round_id": block.round_id, "number": "1/QĐ-THU", "dated": date(2032, 3, 1)}
    proposal = publications.propose(actor=manager, **signed, reason=STILL_OPEN)
    publications.approve(actor=second, publication_id=proposal.pk, reason=STILL_OPEN)
    return block


def _scores(block: RoundGroup, units: list[Unit], manager: User) -> None:
    leaves = block.criteria_set.criteria.filter(source="self")
    finished = {(unit.pk, leaf.pk): leaf.max_points / 2 for unit in reversed(units) for leaf in leaves}
    open_stage(block.round, "self_assessment")
    archive.import_scores(actor=manager, round_group=block, rows=finished)
    archive_actions.import_standings(actor=manager, round_group=block, rows=finished)


def _survey(block: RoundGroup, units: list[Unit]) -> None:
    group = asked_group(block, code="dan", name="Người dân", planned_ballots=9)
    facts = {**planning.facts_of(block, "group", group.pk), "units": {unit.code: 7 for unit in units}}
    operator = person(Role.SURVEY_OPERATOR)
    planning.save_part(actor=operator, round_group_id=block.pk, part="group", pk=group.pk, after=facts, reason="")
    codes = [unit.code for unit in reversed(units)]
    ballots = csv_file(ballot_rows(*((f"P{n}{code}", code, 1, 2) for code in codes for n in range(6))))
    batches.import_ballots(actor=operator, round_group_id=block.pk, respondents="dan", source=ballots)
    figures = csv_file(figure_rows(*((code, "2", "0.5", "Báo cáo SIPAS") for code in codes)), "sipas.csv")
    batches.import_figures(actor=operator, round_group_id=block.pk, source=figures)


def columns_of(name: str, data: bytes) -> Iterator[list[str]]:
    """The cells of each column of each table of a file, from top to bottom."""
    if name.endswith("csv"):
        rows = [line.split(",") for line in data.decode("utf-8-sig").splitlines()]
        yield from ([row[at] for row in rows if at < len(row)] for at in range(max(map(len, rows))))
    elif name.endswith("xlsx"):
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
            yield from ([str(cell or "") for cell in column] for column in sheet.iter_cols(values_only=True))
    else:
        word = WordDocument(io.BytesIO(data))
        for table in word.tables:
            yield from ([cell.text for cell in column.cells] for column in table.columns)
        yield [paragraph.text for paragraph in word.paragraphs]


def orders(texts: list[str]) -> list[list[str]]:
    """The units that lines name one after the other, and those that one line names."""
    lines = [NAMED.findall(text) for text in texts]
    first = [found[0] for found in lines if found]
    return [[name for name, _ in groupby(first)], *([name for name, _ in groupby(one)] for one in lines)]


def out_of_order(found: list[list[str]]) -> list[list[str]]:
    """Lists in which a unit stands before one that the alphabet has first; a list may begin again."""
    return [one for one in found if not _rounds(one)]


def _rounds(names: list[str]) -> bool:
    """Whether `names` is the alphabet's order once, or the same some times over (unit after unit, per criterion)."""
    again = [at for at, name in enumerate(names) if at and IN_ORDER.index(name) < IN_ORDER.index(names[at - 1])]
    parts = [names[start:end] for start, end in zip([0, *again], [*again, len(names)], strict=True)]
    return len(parts) == 1 or all(part == parts[0] and len(part) > 2 for part in parts)


def people(block: RoundGroup) -> dict[str, User | None]:
    roles = {role.value: User.objects.filter(memberships__role=role).first() for role in Role if role != Role.OBSERVER}
    return {"public": None, **roles, "observer": person(Role.OBSERVER)}


@pytest.mark.long
def test_every_page_and_every_file_lists_units_by_the_alphabet() -> None:
    faults, pages, files = {}, set(), set()
    for name, user in people(alike()).items():
        client = Client()
        if user is not None:
            client.force_login(user)
        linked = set()
        for address, page in pages_of(client, "/", "/tai-khoan/"):
            found = listed(page)
            pages |= {address.split("/")[1] for one in found if len(set(one)) > 2}
            if wrong := out_of_order([[name for name, _ in groupby(one)] for one in found]):
                faults[name, address] = wrong
            linked |= set(FILE.findall(page))
        for address in sorted(linked):
            for column in columns_of(address.partition("?")[0], content(client.get(address))):
                found = orders(column)
                files |= {address.rpartition(".")[2] for one in found if len(set(one)) > 2}
                if (wrong := out_of_order(found)) and not BY_CODE.search(address):
                    faults[name, address] = wrong
    assert faults == {}
    assert pages >= {"xep-hang", "dieu-hanh", "dieu-tra", "tham-dinh"}
    assert files == {"xlsx", "csv", "docx"}


@pytest.mark.parametrize(
    ("names", "good"),
    [
        (IN_ORDER, True),
        (IN_ORDER * 3, True),
        (IN_ORDER[2:5], True),
        (IN_ORDER[::-1], False),
        ([*IN_ORDER[1:], IN_ORDER[0]], False),
        (IN_ORDER[:2][::-1], False),
    ],
)
def test_another_order_is_seen(names: list[str], good: bool) -> None:
    assert (out_of_order([names]) == []) is good
