"""The analysis table against values computed by hand, and who may take it."""

import csv
import io

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.tests.present import first_sheet
from criteria.models import RoundGroup
from surveys.analysis.tables import NONE, TOO_FEW, distribution
from surveys.batches import actions as batches
from surveys.models import AnswerOption
from surveys.tests.factories import AnswerScaleFactory, asked_group, ballot_rows, csv_file, surveyed_round
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

PEOPLE, OFFICIALS = 1, 2
SNV, STC = 10, 11
LEAF = 100
UNEVEN: list[tuple[int, int, int, str, float | None]] = [
    (PEOPLE, LEAF, 1, "Rất tốt", 1.0),
    (PEOPLE, LEAF, 2, "Tốt", 0.6),
    (PEOPLE, LEAF, 3, "Trung bình", 0.2),
    (PEOPLE, LEAF, 4, "Kém", 0.0),
]
YES_NO: list[tuple[int, int, int, str, float | None]] = [
    (OFFICIALS, LEAF, 1, "Có", 1.0),
    (OFFICIALS, LEAF, 2, "Không", 0.0),
]


def missing(value: object) -> bool:
    return bool(pd.isna(value))


class TestNumbers:
    def test_mean_shares_and_coverage_are_those_computed_by_hand(self) -> None:
        answers = [(PEOPLE, SNV, LEAF, 1, 2), (PEOPLE, SNV, LEAF, 2, 1), (PEOPLE, SNV, LEAF, 4, 5)]
        line = distribution([(PEOPLE, SNV, LEAF, 20)], answers, UNEVEN, small=5).iloc[0]
        assert line["n"] == 8
        assert line["coverage"] == 40.0  # 8 of 20
        assert line["mean"] == 32.5  # (2 × 1 + 1 × 0.6 + 5 × 0) / 8
        shares = [line[answer] for answer in ((1, "Rất tốt"), (2, "Tốt"), (3, "Trung bình"), (4, "Kém"))]
        assert shares == [25.0, 12.5, 0.0, 62.5]
        assert line["note"] == ""

    def test_few_answers_tell_their_number_and_nothing_else(self) -> None:
        answers = [(PEOPLE, SNV, LEAF, 1, 4), (PEOPLE, STC, LEAF, 1, 5)]
        cells = [(PEOPLE, SNV, LEAF, 10), (PEOPLE, STC, LEAF, 10)]
        few, enough = (row for _, row in distribution(cells, answers, UNEVEN, small=5).iterrows())
        assert (few["n"], few["coverage"], few["note"]) == (4, 40.0, TOO_FEW)
        assert all(missing(few[column]) for column in ["mean", (1, "Rất tốt"), (4, "Kém")])
        assert (enough["n"], enough["mean"], enough["note"]) == (5, 100.0, "")

    def test_what_nobody_answered_has_a_line_without_numbers(self) -> None:
        line = distribution([(PEOPLE, SNV, LEAF, None)], [], UNEVEN, small=5).iloc[0]
        assert (line["n"], line["note"]) == (0, NONE)
        assert missing(line["mean"])
        assert missing(line["coverage"])  # no plan, nothing to cover

    def test_without_a_smallest_number_shares_show_wherever_somebody_answered(self) -> None:
        cells = [(PEOPLE, SNV, LEAF, 0), (PEOPLE, STC, LEAF, 4)]
        table = distribution(cells, [(PEOPLE, SNV, LEAF, 2, 1)], UNEVEN, small=0)
        assert table["mean"].iloc[0] == 60.0
        assert missing(table["coverage"].iloc[0])  # a plan of no ballots is no plan
        assert missing(table["mean"].iloc[1])
        assert table["note"].tolist() == ["", NONE]

    def test_two_scales_stand_side_by_side(self) -> None:
        answers = [(PEOPLE, SNV, LEAF, 1, 6), (OFFICIALS, SNV, LEAF, 1, 3), (OFFICIALS, SNV, LEAF, 2, 3)]
        cells = [(PEOPLE, SNV, LEAF, 6), (OFFICIALS, SNV, LEAF, 6)]
        people, officials = (row for _, row in distribution(cells, answers, UNEVEN + YES_NO, small=5).iterrows())
        assert (people["mean"], people[1, "Rất tốt"], people[3, "Trung bình"]) == (100.0, 100.0, 0.0)
        assert missing(people[1, "Có"])
        assert (officials["mean"], officials[1, "Có"], officials[2, "Không"]) == (50.0, 50.0, 50.0)
        assert missing(officials[1, "Rất tốt"])

    def test_a_survey_without_questions_is_an_empty_table(self) -> None:
        assert distribution([], [], [], small=5).empty


@pytest.fixture
def block(db: None) -> RoundGroup:
    block = surveyed_round()
    group = asked_group(block, code="dai-bieu", name="Đại biểu HĐND", position=1, planned_ballots=10)
    rows = ballot_rows(*[(f"P{n}", "SNV", 1 + n % 2, None) for n in range(6)], ("P9", "STC", 1, 2))
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents=group.code, source=csv_file(rows))
    return block


def enter(role: Role, unit: Unit | None = None) -> Client:
    client = Client()
    client.force_login(person(role, unit))
    return client


def table_of(client: Client, block: RoundGroup, kind: str) -> list[dict[str, object]]:
    response = client.get(reverse("surveys:analysis", args=[block.pk, kind]))
    assert response.status_code == 200
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    head, *rows = first_sheet(load_workbook(io.BytesIO(response.content))).iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


class TestFiles:
    def test_the_sheet_has_a_line_per_unit_criterion_and_group(self, block: RoundGroup) -> None:
        lines = table_of(enter(Role.SURVEY_OPERATOR), block, "xlsx")
        assert [(line["Mã đơn vị"], line["Mã tiêu chí"]) for line in lines] == [
            ("SNV", "1.3"), ("SNV", "1.4"), ("STC", "1.3"), ("STC", "1.4"),
        ]  # fmt: skip
        first = lines[0]
        assert (first["Nhóm đối tượng"], first["Hình thức"]) == ("Đại biểu HĐND", "trực tuyến")
        assert (first["Số phiếu kế hoạch"], first["Số phiếu trả lời"], first["Tiến độ thu phiếu (%)"]) == (10, 6, 60)
        assert first["Mức đạt trung bình (%)"] == 80  # three of 100 %, three of 60 %
        assert [first[f"{answer}, %"] for answer in ("Rất tốt (1)", "Tốt (2)", "Kém (4)")] == [50, 50, 0]
        assert [line["Ghi chú"] or "" for line in lines] == [
            "", "không có phiếu", "dưới 5 phiếu: không nêu phân bố", "dưới 5 phiếu: không nêu phân bố",
        ]  # fmt: skip
        assert lines[2]["Mức đạt trung bình (%)"] is None

    def test_csv_says_the_same(self, block: RoundGroup) -> None:
        first, nobody, few, _ = table_of(enter(Role.INDEX_MANAGER), block, "csv")
        assert (first["Số phiếu trả lời"], first["Mức đạt trung bình (%)"]) == ("6", "80.0")
        assert (nobody["Số phiếu trả lời"], nobody["Mức đạt trung bình (%)"]) == ("0", "")
        assert (few["Số phiếu trả lời"], few["Tốt (2), %"]) == ("1", "")

    def test_text_that_looks_like_a_formula_stays_text(self, db: None) -> None:
        block = surveyed_round()
        scale = AnswerScaleFactory.create(round=block.round, code="la", name="Lạ")
        AnswerOption.objects.create(scale=scale, value=1, label="=1+1", share=1)
        asked_group(block, "1.3", scale=scale, code="la", name="=HYPERLINK(A1)")
        response = enter(Role.SURVEY_OPERATOR).get(reverse("surveys:analysis", args=[block.pk, "xlsx"]))
        cells = [cell for row in first_sheet(load_workbook(io.BytesIO(response.content))).iter_rows() for cell in row]
        assert "'=HYPERLINK(A1)" in [cell.value for cell in cells]
        assert all(cell.data_type != "f" for cell in cells)

    def test_queries_do_not_grow_with_units(
        self, block: RoundGroup, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = enter(Role.SURVEY_OPERATOR)
        for n in range(20):
            UnitFactory.create(group=block.group, code=f"MOI{n}")
        with django_assert_num_queries(16):
            assert len(table_of(client, block, "csv")) == 44


class TestRights:
    @pytest.mark.parametrize("role", [Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER])
    def test_who_reads_the_survey_takes_it(self, block: RoundGroup, role: Role) -> None:
        assert enter(role).get(reverse("surveys:analysis", args=[block.pk, "csv"])).status_code == 200

    @pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.UNIT_OFFICER, Role.COUNCIL_MEMBER])
    def test_units_and_council_do_not(self, block: RoundGroup, role: Role) -> None:
        unit = Unit.objects.get(code="SNV") if role != Role.COUNCIL_MEMBER else None
        assert enter(role, unit).get(reverse("surveys:analysis", args=[block.pk, "csv"])).status_code == 403

    def test_nobody_without_an_account(self, block: RoundGroup) -> None:
        assert Client().get(reverse("surveys:analysis", args=[block.pk, "csv"])).status_code == 302

    def test_another_kind_of_file_does_not_exist(self, block: RoundGroup) -> None:
        assert enter(Role.OBSERVER).get(reverse("surveys:analysis", args=[block.pk, "pdf"])).status_code == 404

    def test_the_page_of_points_leads_there(self, block: RoundGroup) -> None:
        page = enter(Role.OBSERVER).get(reverse("surveys:scores", args=[block.pk])).content.decode()
        for kind in ("xlsx", "csv"):
            assert reverse("surveys:analysis", args=[block.pk, kind]) in page
