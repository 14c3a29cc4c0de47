"""The analysis report of the survey and its data: true of the numbers, and a function of what is told alone."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import vn_percent
from criteria.models import RoundGroup, Stage
from results import tasks
from results.models import Job
from results.surveyreport import actions, paper, spreadsheets, words
from results.surveyreport.findings import GroupFinding, SurveyFindings
from results.surveyreport.queries import SurveyMaterial, survey_material
from surveys.analysis.exports import rows_zip
from surveys.analysis.queries import rows_of
from surveys.models import Ballot, GroupPeople, Survey, SurveyScore, Tally
from surveys.scores.actions import rebuild_tallies, refresh_scores
from surveys.scores.adjusting import adjusted
from surveys.tests.factories import asked_group, surveyed_round
from surveys.tests.test_suppression import fill
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def block() -> RoundGroup:
    """Two units, three groups; each unit has one part that few answered, which gives no points."""
    block = surveyed_round()
    for code, weight in (("dan", 3), ("hdnd", 2), ("cong-chuc", 1)):
        asked_group(block, code=code, weight=Decimal(weight))
    Survey.objects.filter(round_group=block).update(least_n=5, small_cell=5)
    fill(block, "dan", {"SNV": 12, "STC": 2}, 1)
    fill(block, "hdnd", {"SNV": 3, "STC": 11}, 2)
    fill(block, "cong-chuc", {"SNV": 9, "STC": 10}, 3)
    return block


def everything(block: RoundGroup) -> dict[str, bytes]:
    """Every byte that the report and its data give away."""
    told = survey_material(block)
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    return {"markup": paper.report_markup(told).encode(), "xlsx": spreadsheets.report_xlsx(told.findings), **data}


def said_otherwise(block: RoundGroup) -> None:
    """The few say something else; whatever is told of the others stays."""
    for group in block.survey.respondent_groups.order_by("pk"):
        for unit in ("SNV", "STC"):
            ballots = list(Ballot.objects.filter(respondent_group=group, unit__code=unit))
            if len(ballots) < 5:
                for ballot in ballots:
                    ballot.answers = bytes(5 - answer for answer in bytes(ballot.answers))
                    ballot.save()
        rebuild_tallies(group)


def test_what_the_few_say_changes_no_byte(block: RoundGroup) -> None:
    """Stronger than solving equations: nothing given away depends on an answer that is not told."""
    before, counts = everything(block), list(Tally.objects.order_by("pk").values_list("counts", flat=True))
    said_otherwise(block)
    assert list(Tally.objects.order_by("pk").values_list("counts", flat=True)) != counts
    assert everything(block) == before


def test_negative_control_with_the_rule_off_it_changes_them(
    block: RoundGroup, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.analysis.queries.FEWEST_ROWS", 1)
    settings.SURVEY_SMALL_CELL = 0
    Survey.objects.filter(round_group=block).update(least_n=None, small_cell=None)
    before = everything(block)
    said_otherwise(block)
    after = everything(block)
    assert {"markup", "xlsx", "phieu.csv", "phieu.dta"} <= {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("rule", [5, None])
def test_what_the_few_say_moves_points_only_with_the_rule_off(block: RoundGroup, rule: int | None) -> None:
    """Rankings, open data and the interface for other systems tell what follows from the points."""
    Survey.objects.filter(round_group=block).update(least_n=rule, small_cell=rule)
    refresh_scores(block)
    before = list(SurveyScore.objects.order_by("unit", "criterion").values_list("points", "ballots", "method"))
    assert before
    said_otherwise(block)
    refresh_scores(block)
    after = list(SurveyScore.objects.order_by("unit", "criterion").values_list("points", "ballots", "method"))
    assert (after == before) is (rule is not None)


def test_nor_where_the_plan_names_people(block: RoundGroup) -> None:
    for group in block.survey.respondent_groups.order_by("pk"):
        for unit in block.group.units.all():
            GroupPeople.objects.create(respondent_group=group, unit=unit, people=1000 * group.position)
    test_what_the_few_say_changes_no_byte(block)


def test_points_by_people_stand_in_the_report_where_the_plan_names_people(block: RoundGroup) -> None:
    fill(block, "dan", {"STC": 9}, 4, prefix="x")
    fill(block, "hdnd", {"SNV": 8}, 5, prefix="x")
    plain = survey_material(block)
    assert plain.findings.by_people == []
    assert "Theo cơ cấu" not in paper.report_markup(plain)
    for group in block.survey.respondent_groups.order_by("pk"):
        for unit in block.group.units.all():
            GroupPeople.objects.create(respondent_group=group, unit=unit, people=1000 * group.position)
    told = survey_material(block)
    assert told.mark != plain.mark
    assert len(told.findings.by_people) == 4  # two units × two criteria
    made = adjusted(block)
    markup = paper.report_markup(told)
    assert "Điểm này có ở 4 ô (đơn vị, tiêu chí)" in markup
    assert "tham khảo; điểm chính thức không đổi" in markup
    sheet = load_workbook(io.BytesIO(spreadsheets.report_xlsx(told.findings)))["Theo cơ cấu"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {Decimal(str(row[4])) for row in rows} == {one.formula.points for one in made.values()}
    name, official, other, units = told.findings.compared[0]
    leaf = block.criteria_set.criteria.get(code="1.3")
    assert (name, units) == (f"1.3 {leaf.name}", 2)
    points = [one.formula.points for (_, criterion), one in made.items() if criterion == leaf.pk]
    assert other == Fraction(sum(points)) / 2 / Fraction(leaf.max_points)
    assert official == dict(told.findings.criteria)[name]


def test_a_part_beside_a_small_one_gives_no_rows_either(block: RoundGroup) -> None:
    """By the installation's threshold alone small parts enter the points, and a second part is kept beside each."""
    Survey.objects.filter(round_group=block).update(least_n=None, small_cell=None)
    pairs = {(unit, group) for unit, group, _ in rows_of(block).rows}
    assert pairs == {("SNV", "dan"), ("STC", "hdnd")}
    assert rows_of(block).kept_back == 4


def test_rows_hold_neither_code_nor_order(block: RoundGroup) -> None:
    rows = rows_of(block)
    assert rows.rows == sorted(rows.rows)
    assert len(rows.rows) == 12 + 11 + 10
    assert not any(
        ballot.code.encode() in data for ballot in Ballot.objects.all() for data in everything(block).values()
    )


@pytest.mark.parametrize(("least_n", "given"), [(None, 3), (10, 3), (11, 2), (12, 1), (13, 0)])
def test_rows_need_ten_ballots_or_what_the_plan_sets(block: RoundGroup, least_n: int | None, given: int) -> None:
    """Nine ballots are told in every cell, but give no rows; who is left out is counted in the codebook."""
    Survey.objects.filter(round_group=block).update(least_n=least_n or 5)
    rows = rows_of(block)
    assert len({(unit, group) for unit, group, _ in rows.rows}) == given
    assert ("SNV", "cong-chuc") not in {(unit, group) for unit, group, _ in rows.rows}
    assert rows.kept_back == 6 - given
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        assert f"chưa đủ {rows.fewest} phiếu: {6 - given}" in archive.read("bang-ma.csv").decode()


def test_stata_reads_rows_and_labels_back(block: RoundGroup) -> None:
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        data, plain = archive.read("phieu.dta"), archive.read("phieu.csv")
        syntax, script = archive.read("phieu.sps").decode(), archive.read("phieu.R").decode()
        codes = pd.read_csv(io.BytesIO(archive.read("bang-ma.csv")))
    with pd.read_stata(io.BytesIO(data), iterator=True, convert_categoricals=False) as reader:
        assert reader.variable_labels()["tc_1_3"].startswith("1.3 ")
        assert reader.value_labels()["tc_1_3"] == {1: "Rất tốt", 2: "Tốt", 3: "Trung bình", 4: "Kém"}
        table = reader.read()
    again = pd.read_csv(io.BytesIO(plain), encoding="utf-8-sig")
    told = Tally.objects.get(unit__code="SNV", respondent_group__code="dan", criterion__code="1.3")
    for one in (table, again):
        own = one[(one["unit"] == "SNV") & (one["grp"] == "dan")]
        counted = {str(int(value)): int(n) for value, n in own["tc_1_3"].value_counts().items()}
        assert counted == told.counts
    assert "VALUE LABELS tc_1_3 1 'Rất tốt' 2 'Tốt'" in syntax
    assert 'factor(phieu$tc_1_3, levels = c(1, 2, 3, 4), labels = c("1. Rất tốt"' in script
    assert list(codes["Cột"].dropna()) == ["unit", "grp", "tc_1_3", "tc_1_4"]


def test_a_survey_without_a_row_to_tell_still_makes_its_files(block: RoundGroup) -> None:
    Survey.objects.filter(round_group=block).update(least_n=99, small_cell=99)
    with zipfile.ZipFile(io.BytesIO(rows_zip(block))) as archive:
        assert len(pd.read_stata(io.BytesIO(archive.read("phieu.dta")))) == 0


def test_shares_follow_from_the_points(block: RoundGroup) -> None:
    findings = survey_material(block).findings
    assert findings.units == []  # 2 is measured by a figure that nobody brought
    assert len(findings.lacking) == 2
    leaf = block.criteria_set.criteria.get(code="1.3")
    points = [Fraction(score.points or 0) for score in SurveyScore.objects.filter(criterion=leaf)]
    name, share = findings.criteria[0]
    assert (name, share) == (f"1.3 {leaf.name}", sum(points) / len(points) / Fraction(leaf.max_points))


ONE, TWO = ("Sở A", Fraction(9, 10)), ("Sở B", Fraction(1, 2))


def only(**fields: Any) -> SurveyFindings:
    whole: dict[str, Any] = {"units": [], "lacking": [], "criteria": [], "groups": [], "years": []}
    return SurveyFindings(**(whole | fields))


SENTENCES: list[tuple[Callable[[SurveyFindings], list[str]], dict[str, Any], str]] = [
    (words.overview, {}, "Chưa có đơn vị nào có đủ điểm ĐTXHH."),
    (words.overview, {"units": [ONE, TWO]}, "Tỷ lệ điểm đạt cao nhất: Sở A (90,00%); thấp nhất: Sở B (50,00%)."),
    (words.overview, {"units": [ONE, ("Sở C", Fraction(9, 10))]}, "Các đơn vị có cùng tỷ lệ điểm đạt: 90,00%."),
    (words.criteria, {"criteria": [*((f"{n}", Fraction(1)) for n in range(7)), TWO]}, "; 4 và 2 tiêu chí khác (100"),
    (words.groups, {"groups": [GroupFinding(f"{n}", 9, Fraction(n > 0), 0) for n in range(7)]}, "và 1 nhóm khác (100"),
    (words.overview, {"lacking": [f"Sở {n}" for n in range(9)]}, "Sở 4 và 4 đơn vị khác."),
    (words.overview, {"lacking": ["Sở D"]}, "Còn thiếu điểm của 1 đơn vị: Sở D."),
    (words.groups, {"groups": [GroupFinding("Dân", 9, Fraction(1, 2), 3)]}, "3 ô (đơn vị, tiêu chí, nhóm"),
    (words.years, {"years": [(2030, Fraction(1, 2), 2), (2031, Fraction(3, 5), 2)]}, "tăng 10,00 điểm phần trăm"),
    (words.years, {"years": [(2030, Fraction(3, 5), 2), (2031, Fraction(1, 2), 2)]}, "giảm 10,00 điểm phần trăm"),
    (words.years, {"years": [(2030, Fraction(1, 2), 2), (2031, Fraction(1, 2), 2)]}, "bằng năm 2030 (50,00%)"),
]


@pytest.mark.parametrize(("speak", "fields", "sentence"), SENTENCES)
def test_a_sentence_is_true_of_its_numbers(
    speak: Callable[[SurveyFindings], list[str]], fields: dict[str, Any], sentence: str
) -> None:
    assert sentence in " ".join(speak(only(**fields)))


@pytest.mark.parametrize("role", Role)
def test_who_may_take_it(role: Role, block: RoundGroup) -> None:
    client = Client()
    client.force_login(person(role, block.group.units.get(code="SNV")))
    reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER)
    for kind in ("pdf", "docx", "xlsx", "zip"):
        answer = client.post(reverse("results:survey-report", args=[block.pk, kind]))
        assert answer.status_code == (302 if reads else 403)
    assert client.post(reverse("results:survey-report", args=[block.pk, "exe"])).status_code == (404 if reads else 403)


@pytest.mark.parametrize("ending", actions.ENDINGS)
def test_it_is_made_once_in_the_background_for_what_is_told(
    block: RoundGroup, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = person(Role.OBSERVER)
    job = actions.request_survey_report(actor=reader, round_group_id=block.pk, ending=ending)
    assert job.state == Job.State.QUEUED
    assert actions.request_survey_report(actor=reader, round_group_id=block.pk, ending=ending) == job
    tasks.report(job.pk)
    made, plain = [], actions._made

    def noted(told: SurveyMaterial, kind: str) -> bytes:
        made.append(kind)
        return plain(told, kind)

    monkeypatch.setattr(actions, "_made", noted)
    again = actions.request_survey_report(actor=reader, round_group_id=block.pk, ending=ending)
    tasks.report(again.pk)
    again.refresh_from_db()
    job.refresh_from_db()
    assert (again.state, again.digest, made) == (Job.State.DONE, job.digest, [])
    client = Client()
    client.force_login(reader)
    answer = client.get(reverse("results:job-file", args=[job.pk, ending]))
    assert answer.status_code == 200
    assert b"".join(answer)[:2] == (b"%P" if ending == "pdf" else b"PK")
    client.force_login(person(Role.COUNCIL_MEMBER))
    assert client.get(reverse("results:job-file", args=[job.pk, ending])).status_code == 404
    Survey.objects.filter(round_group=block).update(least_n=12, small_cell=12)
    tasks.report(actions.request_survey_report(actor=reader, round_group_id=block.pk, ending=ending).pk)
    assert made == [ending]


def test_asking_reads_nothing_of_what_is_told(block: RoundGroup) -> None:
    """The block is locked while somebody asks: files and corrections wait for it."""
    with CaptureQueriesContext(connection) as seen:
        actions.request_survey_report(actor=person(Role.OBSERVER), round_group_id=block.pk, ending="pdf")
    assert not any("surveys_tally" in query["sql"] or "surveyscore" in query["sql"] for query in seen)


def test_what_was_made_is_not_given_while_ballots_come_in_again(block: RoundGroup) -> None:
    reader, client = person(Role.OBSERVER), Client()
    job = actions.request_survey_report(actor=reader, round_group_id=block.pk, ending="xlsx")
    tasks.report(job.pk)
    hours = {"opens_at": clock.now() - timedelta(days=1), "closes_at": clock.now() + timedelta(days=1)}
    plain = {"name": "survey", "title": "Điều tra", "position": 1}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=plain | hours)
    client.force_login(reader)
    assert client.get(reverse("results:job-file", args=[job.pk, "xlsx"])).status_code == 403
    with pytest.raises(Refused, match="bảo vệ các ô ít phiếu"):
        actions.request_survey_report(actor=reader, round_group_id=block.pk, ending="xlsx")


@pytest.mark.parametrize("units", [1, 30, 31, 126])
def test_the_first_picture_stands_on_the_first_page_and_all_share_an_axis(block: RoundGroup, units: int) -> None:
    rows = [(f"Ủy ban nhân dân phường {n}", Fraction(700 + n, 1000)) for n in range(units)]
    told = SurveyMaterial(block, only(units=rows, criteria=[("1.3 Tiêu chí", Fraction(31, 100))]))
    pictures = [chart for section in paper.context_of(told)["sections"] for chart in section["charts"]]
    assert {chart.count("30%<") for chart in pictures} == {1}
    first = PdfReader(io.BytesIO(paper.report_pdf(told))).pages[0].extract_text()
    assert "phường 0" in first


def test_it_has_the_letterhead_of_a_report(block: RoundGroup) -> None:
    told = survey_material(block)
    first = PdfReader(io.BytesIO(paper.report_pdf(told))).pages[0].extract_text()
    head = first[: first.index("BÁO CÁO")]
    for line in (
        "VIỆN NGHIÊN CỨU\nPHÁT TRIỂN KINH TẾ -\nXÃ HỘI HÀ NỘI",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "/BC-VNC",
        "Hà Nội, ngày",
    ):
        assert line in head


def test_page_and_paper_say_the_same_mean(block: RoundGroup) -> None:
    told = survey_material(block)
    markup = paper.report_markup(told)
    for group in told.findings.groups:
        assert vn_percent(group.mean) in markup
