"""What the database leaves out of the ballots that are in already is none that the spelling of a code would bring."""

import random

import pytest
from django.db import connection, transaction

from criteria.models import RoundGroup
from surveys.ballots import identity, queries
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch, RespondentGroup, RoughCode
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round

pytestmark = pytest.mark.django_db

CODES = [
    "P1",
    "p 2",
    "P-3",
    "0004",
    "5",
    "6.0",
    " 7,00",
    "8 .0",
    "00",
    "Ｑ１０",
    "q–11",
    "Đ12",
    "ß13",
    "K\t14",
    "x15.0",
    "1 6",
    "1700",
    "17",
]
OTHERS = [
    "p1",
    "P 1",
    "P2",
    "p–3",
    "4",
    "005",
    "6",
    "7",
    "8",
    "0.0",
    "q10",
    "Q-11",
    "đ12",
    "SS13",
    "k14",
    "X15.0",
    "16",
    "P1 7",
    "170",
    "1700.0",
]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    group = asked_group(block, code="dan")
    batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(("first", "SNV", 1, 1)))
    )
    batch, unit = ImportBatch.objects.get(), block.group.units.get(code="SNV")
    Ballot.objects.bulk_create(
        Ballot(batch=batch, respondent_group=group, unit=unit, code=code, answers=b"\x01\x01") for code in CODES
    )
    return block


@pytest.mark.parametrize("seed", range(8))
def test_few_codes_are_looked_for_as_all_are(block: RoundGroup, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = random.Random(seed).sample([*CODES, *OTHERS], 9)
    few = queries.known(block, asked)
    monkeypatch.setattr(queries, "FEW", -1)
    assert few == queries.known(block, asked)
    keys = {identity.key(code) for code in CODES}
    assert few.keys() == {identity.key(code) for code in asked} & keys
    assert few


def test_the_index_finds_them(block: RoundGroup) -> None:
    group = RespondentGroup.objects.get()
    few = Ballot.objects.filter(respondent_group__in=[group.pk]).annotate(rough=RoughCode("code"))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table of a few rows is read whole otherwise
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "ballot_by_rough_code" in few.filter(rough__in=["", "p1"]).order_by().explain()
