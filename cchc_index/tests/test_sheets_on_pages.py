"""What the pages around a sheet keep: the choice about hidden rows, the failed rows, exports that come back."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from cchc_index.lib.sheets.book import read_cells
from cchc_index.lib.tests.present import first_sheet
from cchc_index.lib.tests.read_pages import words
from criteria.models import RoundGroup
from surveys.models import Ballot, ImportBatch
from surveys.tests.factories import asked_group, surveyed_round
from units.models import Role, Unit, UnitGroup
from units.tests.factories import UnitFactory, UserFactory, person

from .sheet_ways import WAYS
from .sheet_writers import Sheet, xlsx

pytestmark = pytest.mark.django_db
HEADINGS: list[object] = ["Mã phiếu", "Mã đơn vị", "1.3", "1.4"]
UNITS = "/quan-tri/units/unit/"


@pytest.fixture
def block() -> RoundGroup:
    found = surveyed_round()
    asked_group(found, code="dan")
    return found


@pytest.fixture
def operator(block: RoundGroup) -> Client:
    client = Client()
    client.force_login(person(Role.SURVEY_OPERATOR))
    return client


def upload(client: Client, block: RoundGroup, *sheets: Sheet, **given: str) -> str:
    group = block.survey.respondent_groups.get()
    posted = {"target": f"phieu-{group.pk}", "file": SimpleUploadedFile("phieu.xlsx", xlsx(sheets)), **given}
    return words(client.post(reverse("surveys:upload"), posted, follow=True).content)


@pytest.mark.parametrize(
    ("given", "stored", "said"),
    [
        ({}, {"P1", "P3"}, "Không tính 1 dòng đang ẩn: dòng 3."),
        ({"take_hidden": "on"}, {"P1", "P2", "P3"}, "Vẫn tính 1 dòng đang ẩn: dòng 3."),
    ],
)
def test_hidden_ballots_count_as_the_operator_said_when_uploading(
    operator: Client, block: RoundGroup, given: dict[str, str], stored: set[str], said: str
) -> None:
    rows = [HEADINGS, *[[f"P{n}", "SNV", 1, 2] for n in (1, 2, 3)]]
    assert said in upload(operator, block, Sheet(rows, hidden_rows=[2]), **given)
    operator.post(reverse("surveys:commit", args=[ImportBatch.objects.get().pk]))
    assert set(Ballot.objects.values_list("code", flat=True)) == stored


def test_failed_rows_of_every_sheet_come_back_with_the_sheets_name(operator: Client, block: RoundGroup) -> None:
    sheets = Sheet([HEADINGS, ["P1", "SNV", 1, 2]], "Đợt 1"), Sheet([HEADINGS, ["P2", "SNV", 9, 2]], "Đợt 2")
    assert "Đợt 2: 2" in upload(operator, block, *sheets)
    answer = operator.get(reverse("surveys:failed", args=[ImportBatch.objects.get().pk]))
    rows = read_cells(io.BytesIO(answer.content), name="loi.xlsx")
    assert [row[1:4] for row in rows] == [["Dòng", "Mã phiếu", "Mã đơn vị"], ["Đợt 2: 2", "P2", "SNV"]]


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(UserFactory.create(username="goc", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("format_", ["0", "1"])
def test_no_character_breaks_an_export_and_it_comes_back_unchanged(root: Client, format_: str) -> None:
    UnitFactory.create(name="Sở Đo _x0041_ lường", doubt="=1+1", source="theo _x000B_ cũ")
    answer = root.post(f"{UNITS}export/", {"format": format_, "resource": "0"})
    name = "a.csv" if format_ == "1" else "a.xlsx"
    again = root.post(
        f"{UNITS}import/",
        {"import_file": SimpleUploadedFile(name, answer.content), "format": format_, "resource": "0"},
    )
    assert again.context["result"].totals["skip"] == 1, words(again.content)


def test_a_vertical_tab_in_one_remark_leaves_the_export_of_all_units_whole(root: Client) -> None:
    UnitFactory.create(code="A", doubt="trước\x0bsau")
    UnitFactory.create(code="B")
    answer = root.post(f"{UNITS}export/", {"format": "0", "resource": "0"})
    rows = read_cells(io.BytesIO(answer.content), name="a.xlsx")
    assert {row[1] for row in rows} == {"Mã", "A", "B"}
    assert "trước sau" in {cell for row in rows for cell in row}


def test_unit_of_another_spelling_is_a_slip(root: Client) -> None:
    unit = UnitFactory.create(code="A-1")
    book = Workbook()
    for row in (["Mã khối", "Mã", "Tên đơn vị"], [unit.group.code, "а–1", "Sở khác"]):
        first_sheet(book).append(row)
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("a.xlsx", out.getvalue())
    page = root.post(f"{UNITS}import/", {"import_file": file, "format": "0", "resource": "0"})
    assert "Dòng 2, cột B (Mã): mã “а–1” chỉ khác “A-1” đã có" in words(page.content)
    assert Unit.objects.count() == 1


@pytest.mark.parametrize("typed", ["1,234", "1.234"])
def test_a_count_typed_into_the_administration_that_may_mean_two_is_asked_about(root: Client, typed: str) -> None:
    posted = {"code": "so", "name": "Sở", "position": typed}
    asked = f"“{typed}” có thể hiểu hai cách; gõ 1234 nếu là số nguyên"
    assert asked in words(root.post("/quan-tri/units/unitgroup/add/", posted).content)
    assert not UnitGroup.objects.exists()
    root.post("/quan-tri/units/unitgroup/add/", posted | {"position": "1 234"})
    assert UnitGroup.objects.get().position == 1234


@pytest.mark.parametrize("typed", ["1,234", "1.234"])
def test_a_count_in_a_sheet_of_the_administration_that_may_mean_two_is_asked_about(tmp_path: Path, typed: str) -> None:
    way = WAYS["administration of criteria"](tmp_path)
    rows = way.rows()
    rows[way.first][way.headings.index("Thứ tự")] = typed
    outcome = way.take(xlsx([Sheet(rows)]), ".xlsx", False)
    assert outcome.stored == {}
    assert "Dòng 2, cột G (Thứ tự)" in outcome.said
    assert "có thể hiểu hai cách" in outcome.said
