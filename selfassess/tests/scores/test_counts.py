"""`1,234` and `1.234` where things are counted: asked about on the unit's page, while it saves, and in its workbook."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from criteria.models import Criterion
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.workbooks import filled, large_assessment, template
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db
TOP, BOTTOM = "Số hồ sơ đúng hạn", "Tổng số hồ sơ"
SHARE: dict[str, object] = {"kind": "proportional", "numerator": TOP, "denominator": BOTTOM, "threshold": "70"}
COUNTED = {**SHARE, "unit": "hồ sơ"}
MEASURED = {**SHARE, "numerator": "Số vốn đã giải ngân", "denominator": "Tổng số vốn", "unit": "tỷ đồng"}
ASKED = "có thể hiểu hai cách; gõ 1234 nếu là số nguyên"
IN_A_WORKBOOK = "có thể hiểu hai cách. Cách sửa: gõ 1234 nếu là số nguyên"


class Unit:
    """A unit's officer before one criterion."""

    def __init__(self, rule: dict[str, object]) -> None:
        self.assessment: SelfAssessment = large_assessment(1, rules=(rule,))
        self.leaf = Criterion.objects.get(code="1.1")
        self.client = Client()
        self.client.force_login(person(Role.UNIT_OFFICER, self.assessment.unit))

    def address(self, name: str) -> str:
        return reverse(f"selfassess:{name}", args=[self.assessment.pk, self.leaf.pk])

    def typed(self, top: str) -> dict[str, str]:
        return {"version": "0", "figure_numerator": top, "figure_denominator": "2000"}

    def page(self, top: str) -> str:
        return self.client.post(self.address("criterion"), self.typed(top)).content.decode()

    def autosave(self, top: str) -> str:
        answer: dict[str, Any] = self.client.post(self.address("autosave"), self.typed(top)).json()
        return " ".join(answer["errors"].values())

    def workbook(self, top: str) -> str:
        content = filled(template(self.assessment), {"1.1": {"Số liệu 1": top, "Số liệu 2": 2000}})
        file = SimpleUploadedFile("mau.xlsx", content)
        address = reverse("selfassess:workbook-upload", args=[self.assessment.pk])
        return self.client.post(address, {"file": file}).content.decode()


WAYS: dict[str, Callable[[Unit, str], str]] = {"page": Unit.page, "autosave": Unit.autosave, "workbook": Unit.workbook}


@pytest.mark.parametrize("typed", ["1,234", "1.234"])
@pytest.mark.parametrize("rule", [COUNTED, SHARE], ids=["unit", "no unit"])
@pytest.mark.parametrize("way", WAYS)
def test_a_count_that_may_be_a_fraction_is_asked_about(way: str, rule: dict[str, object], typed: str) -> None:
    said = WAYS[way](Unit(rule), typed)
    assert f"“{typed}” {IN_A_WORKBOOK if way == 'workbook' else ASKED}" in said
    assert not SelfScore.objects.exclude(figures={}).exists()


@pytest.mark.parametrize(("typed", "stored"), [("1.234.567", "1234567"), ("1 234", "1234"), ("1234", "1234")])
def test_a_count_that_is_plain_is_taken(typed: str, stored: str) -> None:
    Unit(COUNTED).autosave(typed)
    assert SelfScore.objects.get().figures["numerator"] == stored


def test_a_count_is_whole_and_where_the_rule_names_no_unit_nobody_knows() -> None:
    assert "là số đếm mà có phần lẻ; gõ số nguyên" in Unit(COUNTED).page("12,5")
    SelfScore.objects.all().delete()


@pytest.mark.parametrize("rule", [SHARE, MEASURED], ids=["no unit", "measure"])
def test_a_fraction_is_taken_where_something_may_be_measured(rule: dict[str, object]) -> None:
    assert Unit(rule).autosave("12,5") == ""
    assert SelfScore.objects.get().figures["numerator"] == "12.5"


def test_of_a_measure_a_comma_is_the_decimal_sign() -> None:
    assert Unit(MEASURED).autosave("1,234") == ""
    assert SelfScore.objects.get().figures["numerator"] == "1.234"


def test_what_the_page_shows_of_a_figure_can_be_sent_back() -> None:
    """1,2340 was typed where 1,234 is asked about, and is shown so."""
    unit = Unit(SHARE)
    unit.autosave("1,2340")
    page = unit.client.get(unit.address("criterion")).content.decode()
    assert 'value="1,2340"' in page
    assert unit.client.post(unit.address("autosave"), {**unit.typed("1,2340"), "version": "1"}).json()["errors"] == {}


def test_a_share_shows_its_ratio_beside_the_points() -> None:
    """0,1% of the files in time gives no point: the page says of what."""
    unit = Unit(COUNTED)
    answer = unit.client.post(unit.address("autosave"), {**unit.typed("2"), "figure_denominator": "2000"}).json()
    said = "Tỷ lệ 0,1% → Điểm theo quy tắc: <b>0,00</b> / 1"
    shown = [answer["computed"], unit.client.get(unit.address("criterion")).content.decode()]
    assert [said in " ".join(text.split()) for text in shown] == [True, True]
    assert "Điểm theo quy tắc: nhập đủ số liệu" not in shown[1]
