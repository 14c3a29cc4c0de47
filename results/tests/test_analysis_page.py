"""The page of the analysis: who reads it, what it says, what it costs, and what if."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import RoundGroup
from results.analysis import tables
from results.tests import factories as blocks
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
READERS = {Role.INDEX_MANAGER, Role.OBSERVER}


@pytest.fixture
def block() -> RoundGroup:
    cache.clear()
    block = blocks.block("SNV", "STC", "STP")
    points = {"SNV": ("60", "20"), "STC": ("50", "34"), "STP": ("40", "30")}
    blocks.give(block, {unit: {"1": own, "2": asked} for unit, (own, asked) in points.items()})
    block.refresh_from_db()
    return block


@pytest.fixture
def reader(client: Client, block: RoundGroup) -> Client:
    client.force_login(person(Role.OBSERVER))
    return client


def address(block: RoundGroup, asked: str = "") -> str:
    return reverse("results:analysis", args=[block.round.year, block.group.code]) + asked


def html(client: Client, block: RoundGroup, asked: str = "") -> str:
    answer = client.get(address(block, asked))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("role", sorted(Role))
def test_only_who_sees_the_preview_reads_it(client: Client, block: RoundGroup, role: Role) -> None:
    client.force_login(person(role, UnitFactory.create(group=block.group)))
    assert client.get(address(block)).status_code == (200 if role in READERS else 403)


def test_the_public_is_sent_to_sign_in(client: Client, block: RoundGroup) -> None:
    answer = client.get(address(block))
    assert (answer.status_code, "/tai-khoan/" in answer["Location"]) == (302, True)


def test_another_block_or_year_is_not_found(reader: Client, block: RoundGroup) -> None:
    for args in ((block.round.year, "khong"), (1999, block.group.code)):
        assert reader.get(reverse("results:analysis", args=args)).status_code == 404


def test_it_shows_all_four_and_says_how(reader: Client, block: RoundGroup) -> None:
    page = html(reader, block)
    assert "2.000 lần xếp hạng mô phỏng" in page
    assert "Số gieo 1" in page
    assert "Khối này chưa có" not in page
    assert '<td class="num heat-up-2">35,16</td>' in page  # SNV: 60/65 − 20/35
    assert '<td class="num heat-down-2">−20,22</td>' in page  # STC: 50/65 − 34/35


def test_a_second_look_costs_no_analysis_and_no_unit_costs_a_query(reader: Client, block: RoundGroup) -> None:
    html(reader, block)
    with CaptureQueriesContext(
        connection,
    ) as again:
        html(reader, block)
    for number in range(6):
        UnitFactory.create(group=block.group, code=f"X{number}")
    cache.clear()
    with CaptureQueriesContext(connection) as cold:
        html(reader, block)
    UnitFactory.create_batch(6, group=block.group)
    cache.clear()
    with CaptureQueriesContext(connection) as more:
        html(reader, block)
    assert len(cold) == len(more)
    assert len(again) < len(cold)
    assert not any("selfscore" in query["sql"] for query in again)


def test_what_changes_is_read_anew(reader: Client, block: RoundGroup) -> None:
    html(reader, block)
    blocks.give(block, {"SNV": {"2": "35"}})
    assert "35,16" not in html(reader, block)


def test_what_if_shows_before_and_after_and_saves_nothing(reader: Client, block: RoundGroup) -> None:
    before = RoundGroup.objects.values().get(pk=block.pk)
    page = html(reader, block, "?unit=STP&criterion=1&points=65")
    assert "3 đơn vị đổi hạng." in page  # STP 70 → 95, before STC 84 and SNV 80
    assert "95,00" in page
    assert RoundGroup.objects.values().get(pk=block.pk) == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?unit=STP&criterion=1&points=66", "Điểm của tiêu chí này từ 0 đến 65."),
        ("?unit=STP&criterion=1&points=-1", "Điểm của tiêu chí này từ 0 đến 65."),
        ("?unit=STP&points=1", "Chọn tiêu chí."),
        ("?criterion=1&points=1", "Chọn đơn vị."),
        ("?unit=STP&criterion=1", "Nhập điểm giả định."),
        ("?unit=STP&criterion=1&points=abc", "Điểm giả định: "),
        ("?dropped=9", "Tiêu chí này không có trong khối"),
        ("?na=x", "Cách tính này không có trong khối"),
    ],
)
def test_bad_input_is_said_at_its_field(reader: Client, block: RoundGroup, asked: str, said: str) -> None:
    page = html(reader, block, asked)
    assert said in page
    assert "đơn vị đổi hạng." not in page


def test_units_stand_by_the_alphabet_where_no_rank_orders_them(block: RoundGroup) -> None:
    for code, name in (("SNV", "Đông"), ("STC", "Ân"), ("STP", "Dương")):
        Unit.objects.filter(code=code).update(name=name)
    told = {"rank_ranges": [{"unit": u.code, "name": u.name} for u in Unit.objects.order_by("code")]}
    assert [name for _code, name in tables.by_alphabet(told)] == ["Ân", "Dương", "Đông"]
