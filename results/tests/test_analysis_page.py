"""The page of the analysis: who reads it, what it says, what it costs, and what if."""

import codecs
import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from criteria.actions import inputs_changed
from criteria.models import RoundGroup, Source, Stage
from results.analysis import queries, tables
from results.tests import factories as blocks
from surveys.tests.factories import SurveyFactory
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


def file(client: Client, block: RoundGroup, name: str) -> Any:
    stem, _, kind = name.rpartition(".")
    return client.get(reverse("results:analysis-file", args=[block.round.year, block.group.code, stem, kind]))


def test_the_numbers_go_out_as_workbook_json_and_tables(reader: Client, block: RoundGroup) -> None:
    told = json.loads(file(reader, block, "tat-ca.json").content)
    assert [one["gap"] for one in told["perception_gap"] if (one["unit"], one["area"]) == ("SNV", "")] == ["35.16"]
    book = load_workbook(io.BytesIO(file(reader, block, "tat-ca.xlsx").content))
    assert book.sheetnames[:2] == ["Thông tin", "Khoảng hạng"]
    sheet = book["Thẩm định và điều tra"]
    assert ("SNV", "", 35.16) in [(row[0], row[2] or "", row[6]) for row in sheet.values]
    text = file(reader, block, "chenh-lech.csv").content
    assert text.startswith(codecs.BOM_UTF8)
    assert ["SNV", "", "35.16"] in [
        [row[0], row[2], row[6]] for row in csv.reader(text.decode("utf-8-sig").split("\r\n")) if row
    ]
    for table in tables.file_tables(told):
        heads, *lines = csv.reader(file(reader, block, f"{table.key}.csv").content.decode("utf-8-sig").splitlines())
        assert (tuple(heads), len(lines)) == (table.heads, len(table.lines))
        assert book[table.title].max_row == len(table.lines) + 1


def test_a_name_that_looks_like_a_formula_stays_text(reader: Client, block: RoundGroup) -> None:
    Unit.objects.filter(code="SNV").update(name='=HYPERLINK("x")')
    cache.clear()
    assert "'=HYPERLINK" in file(reader, block, "khoang-hang.csv").content.decode()
    book = load_workbook(io.BytesIO(file(reader, block, "tat-ca.xlsx").content))
    assert {cell.data_type for row in book["Khoảng hạng"].iter_rows(min_row=2, max_col=2) for cell in row} == {"s"}


@pytest.mark.parametrize("name", ["tat-ca.csv", "tat-ca.pdf", "khac.csv", "khoang-hang.xlsx"])
def test_what_is_no_file_is_not_found(reader: Client, block: RoundGroup, name: str) -> None:
    assert file(reader, block, name).status_code == 404


@pytest.mark.parametrize("role", sorted(Role))
def test_files_have_the_readers_of_the_page(client: Client, block: RoundGroup, role: Role) -> None:
    client.force_login(person(role, UnitFactory.create(group=block.group)))
    assert file(client, block, "tat-ca.json").status_code == (200 if role in READERS else 403)


class TestSmallCells:
    """The survey's plan protects cells of few ballots."""

    @pytest.fixture
    def protected(self, block: RoundGroup) -> RoundGroup:
        SurveyFactory.create(round_group=block, least_n=5, small_cell=5)
        return block

    def closes(self, block: RoundGroup, hours: int) -> None:
        now = clock.now()
        Stage.objects.update_or_create(
            round=block.round,
            kind=Stage.Kind.SURVEY,
            defaults={"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(hours=hours)},
        )

    def test_nothing_is_told_while_ballots_come(self, reader: Client, protected: RoundGroup) -> None:
        self.closes(protected, 1)
        page = html(reader, protected)
        assert "sẽ hiển thị tại đây khi giai đoạn điều tra đóng" in page
        assert "35,16" not in page
        assert file(reader, protected, "tat-ca.json").status_code == 403
        with pytest.raises(CommandRefused, match="ô ít phiếu"):
            call_command("analyse_index", year=protected.round.year, group=protected.group.code)

    def test_it_is_told_once_the_phase_is_closed(self, reader: Client, protected: RoundGroup) -> None:
        self.closes(protected, -1)
        assert "35,16" in html(reader, protected)
        assert file(reader, protected, "tat-ca.json").status_code == 200

    def test_a_plan_without_a_threshold_hides_nothing(self, reader: Client, block: RoundGroup) -> None:
        self.closes(block, 1)
        assert "35,16" in html(reader, block)

    def test_a_cell_without_points_enters_no_gap(self, block: RoundGroup) -> None:
        """Too few ballots give no points; the gap rests on cells whose points everybody who reads it sees."""
        blocks.add_leaf(block.criteria_set, "3", 10, Source.SURVEY)
        inputs_changed(block.pk)
        block.refresh_from_db()
        told = queries.analysis(block, draws=10, seed=1)
        shown = {(one["unit"], one["area"]): one["survey"] for one in told["perception_gap"]}
        assert shown["SNV", ""] == "57.14"  # 20 of 35, the ten of 3 in neither
