"""What a reader of the results asks next: where, from whom, until when, under which terms."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from results import bundle as bundle_format
from results import charts
from results.models import Publication
from results.public import changes, reading, tables
from results.public.changes import SuccessionStep
from results.publication.queries import book_of
from units.models import Role, Succession, Unit
from units.tests.factories import UnitFactory, person

from . import bundles
from .published import publish

pytestmark = pytest.mark.django_db
HOME = "/xep-hang/2031/123-qd-ubnd/"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def of_communes(count: int) -> dict[str, Any]:
    codes = list(reading.tiles("xa"))[:count]
    units = [{"code": code, "name": f"UBND xã Nơi {n}"} for n, code in enumerate(codes)]
    return bundle_format.build(bundles.header(), [bundles.group("xa", "Xã, phường", units)])


@pytest.mark.parametrize(("block", "count"), [("xa", 126), ("huyen", 30)])
def test_every_unit_has_a_tile_of_its_own(block: str, count: int) -> None:
    places = reading.tiles(block)
    assert len(places) == len(set(places.values())) == count


def test_the_map_links_every_commune_by_name_rank_and_index(client: Client) -> None:
    publication = publish(of_communes(126))
    page = text_of(client, HOME)
    block = book_of(publication).blocks[0]
    picture = page[page.index('role="group"') : page.index("</svg>", page.index('role="group"'))]
    told = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', picture)
    assert len(told) == len(block.rows) == 126
    first = block.rows[0]
    assert told[0] == (
        f"{HOME}don-vi/xa/{first.unit}/",
        f"{first.name}: hạng 1, chỉ số {first.index}%".replace(".", ","),
    )


def test_a_block_whose_units_have_no_place_has_no_map(client: Client) -> None:
    publish()
    assert "Bản đồ ô" not in text_of(client, HOME)


def test_the_five_shades_follow_the_ranks() -> None:
    block = book_of(publish(of_communes(50))).blocks[0]
    maps = tables.ranking_maps(block, reading.tiles("xa"), lambda group, unit: unit)
    drawn = maps["map"]
    assert drawn.count("<a ") == maps["narrow_map"].count("<a ") == 50
    assert drawn.index(block.rows[0].unit) < drawn.index(block.rows[-1].unit)
    for row in (block.rows[0], block.rows[-1]):
        assert row.rank is not None
        ground = charts.SHADES[4 - (row.rank - 1) * 5 // 50][0]
        assert f'fill="{ground}"' in drawn[drawn.index(row.unit) :][:300]


def test_what_became_of_units_is_drawn_and_said(client: Client) -> None:
    publish(bundles.small(3, year=2030, number="7/QĐ-UBND"))
    publish(bundles.small(4))
    newest = Unit.objects.get(code="S04", group__code="so")
    for code, name in (("X1", "Sở Cũ Một"), ("X2", "Sở Cũ Hai")):
        old = UnitFactory.create(group=newest.group, code=code, name=name)
        Succession.objects.create(predecessor=old, successor=newest, kind="merge", on=date(2031, 3, 1))
    page = text_of(client, "/nhieu-nam/?khoi=so")
    assert "năm trước không xếp hạng đơn vị này (hợp nhất từ Sở Cũ Hai, Sở Cũ Một ngày 01/03/2031)" in page
    assert f"Sở Cũ Một → {newest.name}" in page[page.index("<desc", page.index("ke-thua")) :]
    assert f"01/03/2031: Sở Cũ Một → {newest.name} (hợp nhất)" in page


def test_a_unit_that_ended_has_no_heir() -> None:
    ended = SuccessionStep(date(2025, 7, 1), "giải thể", "Huyện A", "", "")
    assert (ended.words, ended.drawn) == ("Huyện A: giải thể", ("Huyện A", "giải thể"))
    assert changes.origins([ended]) == {}


def test_only_the_last_change_is_the_origin() -> None:
    steps = [
        SuccessionStep(date(2008, 8, 1), "đổi tên", "Sở A", "Sở B", "B"),
        SuccessionStep(date(2025, 3, 1), "hợp nhất", "Sở C", "Sở B", "B"),
    ]
    assert changes.origins(steps) == {"B": "hợp nhất từ Sở C ngày 01/03/2025"}


@pytest.mark.parametrize(("days", "told"), [(0, "Hạn gửi theo văn bản"), (30, "Hạn gửi: hết ngày 30/03/2032")])
def test_a_unit_page_says_how_and_until_when_to_object(
    client: Client, settings: Settings, days: int, told: str
) -> None:
    settings.OBJECTION_DAYS = days
    publish()
    # half past eleven at night in Hà Nội
    Publication.objects.update(published_at="2032-02-29T16:30:00Z")
    page = text_of(client, f"{HOME}don-vi/so/S01/")
    assert "gửi văn bản đến Sở Nội vụ" in page
    assert told in page


def test_a_units_own_people_find_its_statement_and_nobody_else(client: Client) -> None:
    publish()
    page, address = f"{HOME}don-vi/so/S01/", "/sao-ke/2031/so/S01/"
    assert address not in text_of(client, page)
    for code, theirs in (("S01", True), ("S02", False)):
        client.force_login(person(Role.UNIT_OFFICER, Unit.objects.get(code=code, group__code="so")))
        assert (address in text_of(client, page)) == theirs


def test_the_data_say_on_which_terms_they_may_be_used(client: Client) -> None:
    publish()
    page = text_of(client, "/du-lieu/?nam=2031")
    assert 'id="dung-lai"' in page
    assert "Nghị định 47/2020/NĐ-CP" in page


def test_the_method_holds_what_another_program_needs(client: Client) -> None:
    page = text_of(client, "/cach-tinh/")
    for words in ("làm tròn bốn chữ số", "competition", "dense", "rescale", "shrink", "full", "SHA-256"):
        assert words in page


def test_without_a_single_index_nothing_is_drawn() -> None:
    book = book_of(publish(of_communes(50)))
    blank = [replace(row, rank=None, index=None) for row in book.blocks[0].rows]
    block = replace(book.blocks[0], rows=blank)
    assert set(tables.ranking_maps(block, reading.tiles("xa"), lambda group, unit: unit).values()) == {""}
    assert not any(tables.ranking_dots(book, block).values())
    one = replace(block, rows=[*blank[1:], book.blocks[0].rows[0]])
    assert "chưa đủ điểm" in str(tables.ranking_dots(book, one)["chart"])
