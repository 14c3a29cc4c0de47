"""Maxima of a frozen set that two people corrected: totals stay met, points above a new one are cut by nobody."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council
from cchc_index.lib.faults import Invalid, Refused
from criteria import ledger, queries
from criteria.actions import freeze
from criteria.editing import actions
from criteria.editing.actions import CriterionWords
from criteria.editing.touching import touched
from criteria.models import Correction, Criterion
from selfassess.models import SelfAssessment, SelfScore
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
SWAPPED = "1.1: 1\n1.2: 2"
"""Leaf 1.1 had 2 points, leaf 1.2 had 1: the annex had them the wrong way round."""


@pytest.fixture
def year() -> Council:
    """Every unit gave itself 1,5 at 1.1; the second has not submitted, the first is decided."""
    case = council()
    draft = {"state": SelfAssessment.State.DRAFT, "submitted_at": None, "submitted_by": None}
    SelfAssessment.objects.filter(unit=case.second).update(**draft)
    freeze(case.round_group.pk)
    case.round_group.refresh_from_db()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    return case


def proposed(case: Council, maxima: str = SWAPPED, rule: str = "") -> Correction:
    return actions.propose_correction(
        actor=case.manager,
        block=case.round_group,
        criterion_id=case.leaf.pk,
        words=CriterionWords(case.leaf.name, rule, "", "", maxima),
        reason="Phụ lục in hai dòng đổi chỗ, văn bản 12/SNV.",
    )


def confirmed(case: Council, seen_above: int = 3) -> Correction:
    return actions.confirm_correction(
        actor=person(Role.INDEX_MANAGER),
        block=case.round_group,
        correction_id=proposed(case).pk,
        seen_above=seen_above,
    )


def maxima(case: Council) -> dict[str, Decimal]:
    rows = Criterion.objects.filter(criteria_set=case.round_group.criteria_set_id)
    return dict(rows.values_list("code", "max_points"))


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_two_people_change_several_maxima_at_once(year: Council) -> None:
    before = maxima(year)
    proposed(year)
    assert maxima(year) == before, "one person changes nothing"
    Correction.objects.all().delete()
    Mail.objects.all().delete()

    confirmed(year)

    assert maxima(year) == {**before, "1.1": Decimal(1), "1.2": Decimal(2)}
    assert "Điểm tối đa mới: 1.1: 1; 1.2: 2." in Mail.objects.filter(recipient=year.head).latest("pk").body


def test_the_log_knows_the_new_maxima(year: Council) -> None:
    confirmed(year)
    assert list(ledger.check()) == []
    Criterion.objects.filter(pk=year.leaf.pk).update(max_points=Decimal("1.5"))
    assert any("đã bị sửa sau khi khóa" in line for line in ledger.check())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.1: 1", "điểm tối đa in là 4 nhưng tổng các tiêu chí thành phần là 3"),
        ("1.1: 1\n1: 3", "ổng điểm của bộ tiêu chí .* là 4, không bằng 5 như hiện nay"),
        ("1.1: 1; 1.3: 2", "iểm phần tự đánh giá là 2, không bằng 3"),
        ("1.2: 2; 1: 5", "Ghi cả điểm tối đa của tiêu chí 1.1"),
        ("1.1: 1\n1.1: 2", "ghi hai lần"),
        ("9.9: 1", "không có mã “9.9”"),
        ("1.1: 0", "lớn hơn 0"),
        ("1.1: nhiều", "“nhiều”"),
        ("một điểm rưỡi", "không đọc được"),
    ],
)
def test_what_cannot_be_is_refused_at_the_field(year: Council, typed: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        proposed(year, typed)
    assert set(refused.value.errors) == {"maxima"}
    assert not Correction.objects.exists()


def test_a_rule_has_to_fit_the_new_maximum(year: Council) -> None:
    rule = actions.rule_of("≥ 90 %: 2; < 90 %: 1", Decimal(2))
    Criterion.objects.filter(pk=year.leaf.pk).update(rule=rule)
    with pytest.raises(Invalid) as refused:
        proposed(year, rule="≥ 90 %: 2; < 90 %: 1")
    assert set(refused.value.errors) == {"rule"}
    assert proposed(year, rule="≥ 90 %: 1; < 90 %: 0,5").maxima == {"1.1": "1", "1.2": "2"}


def test_points_above_the_new_maximum_are_listed_and_asked_about(year: Council) -> None:
    correction = proposed(year)
    said = {cell.unit.code: (cell.own, cell.council, cell.waits) for cell in touched(correction)}
    above = "cao hơn điểm tối đa mới"
    assert said == {
        "DV1": (Decimal("1.5"), Decimal("1.5"), f"{above}, Hội đồng xem xét lại"),
        "DV2": (Decimal("1.5"), None, f"{above}, đơn vị nhập lại"),
        "NHA": (Decimal("1.5"), None, f"{above}, Hội đồng xem khi thẩm định"),
    }
    place = reverse("editing:correction", args=[2031, "so", correction.pk])
    other = sign_in(person(Role.INDEX_MANAGER))
    assert "Tôi đã xem 3 điểm đã cho cao hơn điểm tối đa mới" in " ".join(other.get(place).text.split())
    for unseen in ({}, {"seen_above": "2"}, {"seen_above": "x"}):
        refused = other.post(place, {"verb": "confirm", **unseen})
        assert (refused.status_code, Correction.objects.get().state) == (422, "open")
    assert other.post(place, {"verb": "confirm", "seen_above": "3"}).status_code == 302
    assert Correction.objects.get().state == "confirmed"


def test_no_point_is_cut(year: Council) -> None:
    standing = year.standing()
    confirmed(year)
    scores = SelfScore.objects.filter(criterion=year.leaf)
    assert set(scores.values_list("points", flat=True)) == {Decimal("1.5")}
    assert year.standing().points == standing.points


def test_a_set_that_changed_since_is_proposed_anew(year: Council) -> None:
    correction = proposed(year)
    Criterion.objects.filter(pk=year.other_leaf.pk).update(max_points=Decimal("1.25"))
    with pytest.raises(Refused, match="đã thay đổi từ khi có đề nghị"):
        actions.confirm_correction(
            actor=person(Role.INDEX_MANAGER), block=year.round_group, correction_id=correction.pk, seen_above=3
        )


def test_the_council_finds_every_criterion_whose_maximum_changed(year: Council) -> None:
    confirmed(year)
    year.round_group.refresh_from_db()
    assert set(queries.corrected_rules(year.round_group)) == {year.leaf.pk, year.other_leaf.pk}
