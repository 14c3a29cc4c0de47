"""A rule that two people corrected: drafts are counted anew, what was submitted or decided stays and is listed."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council
from criteria.actions import freeze
from criteria.editing import actions
from criteria.editing.actions import CriterionWords
from criteria.editing.touching import touched
from criteria.models import Correction, Criterion
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db

BEFORE, AFTER = "≥ 90 %: 2; < 90 %: 1", "≥ 80 %: 2; < 80 %: 1"


@pytest.fixture
def year() -> Council:
    """All units declare 85 of 100: 1 point by the rule before, 2 by the rule after. The second has not submitted, the
    first is decided."""
    case = council()
    rule = actions.rule_of(BEFORE, case.leaf.max_points)
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=rule)
    case.leaf.refresh_from_db()
    figures = {"numerator": "85", "denominator": "100"}
    SelfScore.objects.filter(criterion=case.leaf).update(points=Decimal(1), figures=figures)
    draft = {"state": SelfAssessment.State.DRAFT, "submitted_at": None, "submitted_by": None}
    SelfAssessment.objects.filter(unit=case.second).update(**draft)
    freeze(case.round_group.pk)
    case.round_group.refresh_from_db()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    return case


def proposed(case: Council, rule: str = AFTER) -> Correction:
    return actions.propose_correction(
        actor=case.manager,
        block=case.round_group,
        criterion_id=case.leaf.pk,
        words=CriterionWords(case.leaf.name, rule, "", ""),
        reason="Theo văn bản 12/SNV",
    )


def confirmed(case: Council) -> Correction:
    correction = proposed(case)
    return actions.confirm_correction(
        actor=person(Role.INDEX_MANAGER), block=case.round_group, correction_id=correction.pk
    )


def own(case: Council) -> dict[str, Decimal | None]:
    rows = SelfScore.objects.filter(criterion=case.leaf).values_list("assessment__unit__code", "points")
    return dict(rows)


def page(user: User, correction: Correction) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("editing:correction", args=[2031, "so", correction.pk])).text


def test_only_what_nobody_submitted_is_counted_anew(year: Council) -> None:
    standing = year.standing()
    confirmed(year)
    assert own(year) == {"DV1": Decimal(1), "DV2": Decimal(2), "NHA": Decimal(1)}
    assert year.standing().points == standing.points
    entry = LogEntry.objects.filter(verb="selfassess.score").latest("number")
    assert (entry.before or {})["points"] != (entry.after or {})["points"]


def test_a_proposal_moves_nothing_and_lists_whom_it_would_touch(year: Council) -> None:
    correction = proposed(year)
    assert set(own(year).values()) == {Decimal(1)}
    cells = touched(correction)
    assert {cell.unit.code: (cell.own, cell.by_rule, cell.council, cell.waits) for cell in cells} == {
        "DV1": (Decimal(1), Decimal(2), Decimal(1), "Hội đồng xem xét lại"),
        "DV2": (Decimal(1), Decimal(2), None, "tính lại theo quy tắc mới"),
        "NHA": (Decimal(1), Decimal(2), None, "Hội đồng xem khi thẩm định"),
    }
    shown = page(year.manager, correction)
    assert "Hội đồng xem xét lại" in shown
    assert "anh-huong.xlsx" in shown


def test_a_rule_that_gives_the_same_touches_nobody(year: Council) -> None:
    correction = proposed(year, "≥ 95 %: 2; < 95 %: 1")
    assert touched(correction) == []
    assert "Chưa đơn vị nào có điểm thay đổi" in page(year.manager, correction)


def test_the_list_goes_as_a_workbook(year: Council) -> None:
    correction, client = proposed(year), Client()
    address = reverse("editing:touched", args=[2031, "so", correction.pk])
    client.force_login(year.member)
    assert client.get(address).status_code == 403
    client.force_login(year.manager)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 4
    assert rows[1][3:10] == ("DV1", year.first.name, "đã nộp", 1, 2, 2, 1)


def test_the_council_finds_what_it_decided_by_the_old_rule(year: Council) -> None:
    client = Client()
    client.force_login(year.member)
    listed = reverse("appraisal:criterion", args=["so", year.leaf.code])
    assert "điểm tối đa đã sửa" not in client.get(listed).text
    confirmed(year)
    shown = client.get(f"{listed}?loc=quy-tac").text
    assert "Quy tắc, điểm tối đa đã sửa sau khi thẩm định" in shown
    assert f"dong-{year.first.pk}" in shown
    assert f"dong-{year.second.pk}" not in shown
    decisions.adjust(
        actor=year.member,
        **year.cell(),
        points=Decimal(2),
        reason_id=year.reason.pk,
        comment="Theo quy tắc mới.",
        seen_version=1,
    )
    assert "quy tắc chấm đã được đính chính" not in client.get(listed).text, "judged again"


def test_counting_is_asked_for_again_after_a_cut(year: Council) -> None:
    correction = confirmed(year)
    SelfScore.objects.filter(criterion=year.leaf, assessment__unit=year.second).update(points=Decimal(1))
    for moved in (1, 0):
        counted = actions.recount_correction(actor=year.manager, block=year.round_group, correction_id=correction.pk)
        assert counted == moved
    assert own(year)["DV2"] == Decimal(2)
