"""What was published before this system: as printed, with its source, apart from what is computed here."""

import csv
import hashlib
import json
import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from results.public.reading import FILE, EarlierResult, earlier_blocks, earlier_results
from results.tests import bundles
from results.tests.published import publish

pytestmark = pytest.mark.django_db
HEADING = "Kết quả đã được công bố trước hệ thống này"
OFFICIAL_UNITS = settings.BASE_DIR / "fixtures" / "official" / "units.csv"


def section(page: str) -> str:
    return page[page.index('<section id="truoc-he-thong">') : page.index("</section>", page.index("truoc-he-thong"))]


def years_page(client: Client, group: str) -> str:
    return client.get(reverse("results:years"), {"khoi": group}).content.decode()


def cells(row: str) -> list[str]:
    texts = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.S)]
    return [unescape(" ".join(text.split())) for text in texts]


def shown(page: str) -> list[list[str]]:
    """The rows of the section as a reader sees them."""
    return [cells(row) for row in re.findall(r"<tr>.*?</tr>", section(page), re.S)][1:]


def as_shown(row: EarlierResult) -> list[str]:
    of = f" trong {row.units_in_group}" if row.units_in_group else ""
    told = f"{row.source} ({row.note})" if row.note else row.source
    return [row.unit, row.year, f"{row.rank}{of}", row.index or "chưa biết", told]


@pytest.mark.parametrize("group", ["so", "huyen"])
def test_every_row_shows_with_its_source_the_newest_year_first_by_rank(client: Client, group: str) -> None:
    page = years_page(client, group)
    assert shown(page) == [as_shown(row) for row in earlier_results(group)]
    order = [(-int(row[1]), int(row[2].split()[0])) for row in shown(page)]
    assert order == sorted(order)
    assert all(row.source for row in earlier_results(group))
    for row in earlier_results(group):
        assert not row.address or f'href="{row.address}"' in section(page)


def test_both_blocks_hold_the_whole_file() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == sum(len(earlier_results(group)) for group in earlier_blocks()) == 24


def test_numbers_stand_as_their_source_prints_them(client: Client) -> None:
    of_2023 = [row[3] for row in shown(years_page(client, "so")) if row[1] == "2023"]
    assert of_2023 == ["94", "93,89", "93", "63,9"]


def test_what_the_source_does_not_say_is_unknown(client: Client) -> None:
    (first,) = [row for row in shown(years_page(client, "so")) if row[1] == "2022"]
    assert first[2:4] == ["1", "chưa biết"]
    assert "2021" not in {row[1] for group in earlier_blocks() for row in shown(years_page(client, group))}


def test_a_year_published_here_stands_apart(client: Client) -> None:
    alone = shown(years_page(client, "so"))
    publish(bundles.small(3, year=2024, number="9/QĐ-UBND"))
    page = years_page(client, "so")
    assert "9-qd-ubnd" in page[: page.index("truoc-he-thong")]
    assert "9-qd-ubnd" not in section(page)
    assert shown(page) == alone
    assert "không áp dụng cho bảng dưới đây" in section(page)


def called(**codes: str) -> dict[str, Any]:
    """A small bundle in which the given codes are others, under a digest of its own (books are kept by digest)."""
    text = json.dumps(bundles.small(3))
    for code, other in codes.items():
        text = text.replace(f'"{code}"', f'"{other}"')
    return {**json.loads(text), "digest": hashlib.sha256(text.encode()).hexdigest()}


def test_a_block_without_earlier_results_has_no_section_and_keeps_its_place(client: Client) -> None:
    publish(called(so="xa"))
    page = years_page(client, "")
    assert HEADING not in page
    assert re.findall(r'href="\?khoi=(\w+)"', page)[0] == "xa"
    assert HEADING in years_page(client, "so")


def test_a_unit_sees_its_own_earlier_results_and_no_other(client: Client) -> None:
    publish(called(S01="SNV"))

    def page(code: str) -> str:
        address = reverse("results:publication-unit", args=[2031, "123-qd-ubnd", "so", code])
        return client.get(address).content.decode()

    assert shown(page("SNV")) == [as_shown(row) for row in earlier_results("so") if row.unit == "Sở Nội vụ"]
    assert [row[1] for row in shown(page("SNV"))] == ["2024", "2023", "2019"]
    assert HEADING not in page("S02")


def test_the_units_are_official_ones() -> None:
    with OFFICIAL_UNITS.open(encoding="utf-8", newline="") as file:
        official = {(row["group"], row["code"]): row["name"].lower() for row in csv.DictReader(file)}
    for group in earlier_blocks():
        for row in earlier_results(group):
            words = row.unit.lower().replace("ubnd", "ủy ban nhân dân")
            assert official[group, row.code].endswith(words), row


def test_the_page_reads_the_file_and_asks_the_database_nothing_for_it(client: Client) -> None:
    years_page(client, "so")
    costs = []
    for group in ("so", "huyen"):
        with CaptureQueriesContext(connection) as captured:
            years_page(client, group)
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 4
