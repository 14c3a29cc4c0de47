"""How much of a block is left is one number, whichever page says it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.tests.large_block import LargeBlock, large_block
from cchc_index.lib.tests.read_pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def block() -> LargeBlock:
    return large_block(7, 30)


def texts(block: LargeBlock) -> dict[str, str]:
    """What the manager reads on each page, without its tags."""
    client = Client()
    client.force_login(block.manager)
    group, year = block.round_group.group.code, block.round_group.round.year
    addresses = {
        "grid": reverse("appraisal:grid", args=[group, year]),
        "first page": reverse("appraisal:home"),
        "release": reverse("appraisal:release", args=[group, "round2"]),
        "progress": reverse("appraisal:progress", args=[group]),
    }
    pages = {name: client.get(address, {"nam": year}).content for name, address in addresses.items()}
    return {name: words(page) for name, page in pages.items()}


def test_every_page_says_the_same_number_of_cells_is_left(block: LargeBlock) -> None:
    said = {
        "grid": r"đã có kết quả, (\d+) chờ",
        "first page": r"(\d+) chờ thẩm định",
        "release": r"(\d+) chưa xong",
        "progress": r"(\d+) chờ thẩm định",
    }
    found = {name: re.search(said[name], text) for name, text in texts(block).items()}
    left = {name: int(match[1]) for name, match in found.items() if match}
    assert left.keys() == said.keys()
    assert set(left.values()) == {expected_left(block)}


def expected_left(block: LargeBlock) -> int:
    """By the rows: scored by nobody of the council, or contested by the unit."""
    cells = len(block.units) * len(block.leaves)
    decided = block.round_group.appraisals.count()
    disputed = block.round_group.appraisals.filter(entries__action="disagree").count()
    return cells - decided + disputed
