"""The pages: what leaks, what is kept when a form is refused, how much they ask of the database."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.models import Appraisal, AppraisalEntry
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import (
    Council,
    assign,
    attach,
    council,
    document,
    fresh,
    release_stage,
    stage_of,
    submitted,
)
from appraisal.tests.pages import (
    WORDS,
    adjust_form,
    adjusted_and_released,
    cell_page,
    sign_in,
    unit_page,
)
from cchc_index.lib.tests.present import present
from cchc_index.lib.tests.read_pages import words
from criteria.models import Criterion
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
    open_stage,
)
from selfassess.models import Document, SelfScore
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def test_recognising_by_form_goes_on_to_the_next_cell(case: Council) -> None:
    answer = sign_in(case.member).post(cell_page(case), {"verb": "recognise", "seen_version": "0"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(cell_page(case, leaf=case.other_leaf))
    assert case.standing().points == Decimal("1.5")


def test_the_page_after_a_decision_is_not_the_one_fetched_ahead(case: Council) -> None:
    client = sign_in(case.member)
    page = client.get(cell_page(case))
    assert page["Speculation-Rules"] == '"/static/js/next.speculationrules"'
    ahead = present(re.search(r'<a href="([^"]+)" data-key="j" rel="next"', page.text))[1].replace("&amp;", "&")
    answer = client.post(cell_page(case), {"verb": "recognise", "seen_version": "0"})
    assert answer["Location"] == f"{ahead}&vua-ghi=1"
    assert 'rel="next"' not in client.get(answer["Location"]).text


def test_at_a_units_end_one_goes_on_to_what_waits_elsewhere_then_to_what_was_passed_over(case: Council) -> None:
    client, recognise = sign_in(case.member), {"verb": "recognise", "seen_version": "0"}
    last = cell_page(case, leaf=case.other_leaf)
    page = client.get(last).text
    assert "còn 2 · 2/2" in page
    assert f"Việc tiếp theo: {case.second} ›" in page
    onward = client.post(last, recognise)["Location"]
    assert onward.startswith(cell_page(case, case.second))
    client.post(onward, recognise)
    back = client.post(cell_page(case, case.second, case.other_leaf), recognise)["Location"]
    assert back.startswith(cell_page(case)), "passed over at the first unit"
    done = client.post(back, recognise)["Location"]
    assert done.startswith(cell_page(case, leaf=case.other_leaf)), "the rest of the list"
    assert "Việc tiếp theo" not in client.get(done).text
    assert "còn" not in present(re.search(r'data-key="u">([^<]*)</a>', client.get(done).text))[1]


def test_going_on_along_the_criterion(case: Council) -> None:
    address = f"{cell_page(case)}?theo=tieu-chi&loc=cho"
    answer = sign_in(case.member).post(address, {"verb": "recognise", "seen_version": "0"})
    assert answer["Location"].startswith(cell_page(case, case.second))
    assert "loc=cho" in answer["Location"]


def test_a_refused_adjustment_keeps_the_typed_text(case: Council) -> None:
    client = sign_in(case.member)
    for wrong, said in (
        ({"points": "9"}, "từ 0 đến 2"),
        ({"points": "1.234"}, "hai cách"),
        ({"points": "abc"}, "không phải số"),
        ({"points": "1,5"}, "bằng điểm tự đánh giá của đơn vị"),
        ({"reason": ""}, "Chọn lý do"),
    ):
        answer = client.post(cell_page(case), adjust_form(reason=case.reason.pk) | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert WORDS in answer.text
        assert wrong.get("points", "1") in answer.text
    assert not Appraisal.objects.exists()


def test_the_decimal_comma_is_taken(case: Council) -> None:
    sign_in(case.member).post(cell_page(case), adjust_form(points="0,75", reason=case.reason.pk))
    assert case.standing().points == Decimal("0.75")


def test_a_conflict_shows_both_values_and_the_next_press_knows(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    decisions.recognise(actor=other, **case.cell(), seen_version=0)
    client = sign_in(case.member)
    answer = client.post(cell_page(case), adjust_form(reason=case.reason.pk))
    assert answer.status_code == 409
    assert str(other) in answer.text
    assert "1,50 điểm" in answer.text
    assert WORDS in answer.text
    assert 'name="seen_version" value="1"' in answer.text
    assert case.standing().points == Decimal("1.5")
    assert client.post(cell_page(case), adjust_form(reason=case.reason.pk, seen_version="1")).status_code == 302
    assert case.standing().points == Decimal(1)


def test_zero_not_applicable_and_unscored_look_different(case: Council) -> None:
    unit = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unit, {"1.1": None})
    rows = sign_in(case.member).get(unit_page(unit)).text
    assert "không áp dụng" in rows
    assert "chưa chấm" in rows
    assert "0,00" not in rows
    assert "0,00" in sign_in(case.member).get(unit_page(case.first)).text


def test_a_score_changed_after_its_recognition_waits_again(case: Council) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(points=Decimal(2))
    client = sign_in(case.member)
    assert "đơn vị đã sửa điểm" in client.get(unit_page(case.first) + "?loc=cho").text
    client.post(cell_page(case), {"verb": "recognise", "seen_version": "1"})
    assert case.standing().points == Decimal(2)
    assert "đơn vị đã sửa điểm" not in client.get(unit_page(case.first)).text


def test_the_filters_stand_in_the_address(case: Council) -> None:
    client = sign_in(case.member)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    page = client.get(unit_page(case.first) + "?loc=cho").text
    assert case.leaf.name not in page
    assert case.other_leaf.name in page
    assert "Không có dòng nào" in client.get(unit_page(case.first) + "?loc=lech").text
    assert case.leaf.name in client.get(unit_page(case.first) + "?loc=khong-tai-lieu").text


def test_an_objection_left_alone_in_round_two_keeps_round_one(case: Council) -> None:
    standing = adjusted_and_released(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    open_stage(case.round_group.round, "round2")
    officer = sign_in(case.officer)
    assert "không đồng ý, chờ lần 2" in officer.get(reverse("appraisal:replies")).text
    release_stage(case.manager, case.round_group, "round2")
    assert "giữ kết quả lần 1" in officer.get(reverse("appraisal:replies")).text
    assert "chờ lần 2" not in sign_in(case.member).get(unit_page(case.first)).text


def asked(user: User, address: str) -> int:
    client = sign_in(fresh(user))
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_pages_ask_as_many_questions_of_many_rows_as_of_few(case: Council) -> None:
    standing = adjusted_and_released(case)
    open_stage(case.round_group.round, "round2")
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    pages = [
        (case.member, reverse("appraisal:home")),
        (case.manager, reverse("appraisal:home")),
        (case.member, unit_page(case.first)),
        (case.member, reverse("appraisal:criterion", args=["so", case.leaf.code])),
        (case.member, cell_page(case)),
        (case.officer, reverse("appraisal:replies")),
        (case.officer, reverse("appraisal:reply", args=[standing.pk])),
    ]
    few = [asked(*page) for page in pages]
    enlarge(case, standing)
    assert [asked(*page) for page in pages] == few
    assert max(few) <= 32


def enlarge(case: Council, standing: Appraisal) -> None:
    """More units, leaves, documents, adjusted cells and replies."""
    leaves = [
        CriterionFactory.create(criteria_set=case.round_group.criteria_set, code=f"1.{n}", parent=case.leaf.parent)
        for n in range(4, 8)
    ]
    for n in range(3):
        unit = UnitFactory.create(group=case.round_group.group)
        submitted(case.round_group, unit, {"1.1": "2", "1.2": "1"})
        paper = document(case.first, case.officer, f"{n}/BC")
        attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
        reply: dict[str, Any] = {"actor": case.head, "appraisal_id": standing.pk, "document_ids": [paper.pk]}
        replies.reply(**reply, agree=False, comment=f"Lần {n}.")
    for leaf in leaves:
        decisions.adjust(
            actor=case.member,
            **case.cell(leaf=leaf),
            points=Decimal("0.5"),
            reason_id=case.reason.pk,
            comment=WORDS,
            seen_version=0,
        )
    first = stage_of(case.round_group, "round1")
    AppraisalEntry.objects.filter(appraisal__criterion__in=leaves).update(stage=first)


PROPORTIONAL = {"kind": "proportional", "numerator": "Đúng hạn", "denominator": "Tổng số", "threshold": "50"}


def test_declared_figures_stand_beside_what_the_rule_makes_of_them(case: Council) -> None:
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=PROPORTIONAL)
    own = SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf)
    own.update(figures={"numerator": "60", "denominator": "80"})
    page = sign_in(case.member).get(cell_page(case)).text
    assert "75,00%" in page
    assert "khớp" in page
    own.update(points=Decimal("1.75"))
    page = sign_in(case.member).get(cell_page(case)).text
    assert "<b>1,50</b>" in page
    assert "khác điểm tự đánh giá" in page


def test_figures_that_the_rule_refuses_leave_the_page_standing(case: Council) -> None:
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=PROPORTIONAL)
    own = SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf)
    own.update(figures={"numerator": "60", "denominator": "0"})
    page = sign_in(case.member).get(cell_page(case)).text
    assert "Điểm theo quy tắc" not in page


def test_last_year_stands_beside_the_score_of_the_same_unit_only(case: Council) -> None:
    new = case.round_group.criteria_set
    old_set = CriteriaSetFactory.create(decision=DecisionFactory.create(number="01/QĐ-CU"), group=case.first.group)
    old = RoundGroupFactory.create(round=RoundFactory.create(year=2030), criteria_set=old_set)
    before = CriterionFactory.create(criteria_set=old_set, code="7.1", max_points=Decimal(2))
    Criterion.objects.filter(criteria_set=new, code="1.1").update(previous=before)
    submitted(old, case.first, {"7.1": "1.25"})
    assign(case.member, old)
    open_stage(old.round, "round1")
    cell: dict[str, Any] = {"round_group_id": old.pk, "unit_id": case.first.pk, "criterion_id": before.pk}
    words: dict[str, Any] = {"reason_id": case.reason.pk, "comment": "Thiếu hai tháng."}
    decisions.adjust(actor=case.member, **cell, **words, points=Decimal("0.75"), seen_version=0)
    client = sign_in(case.member)
    page = client.get(cell_page(case) + "?nam=2031").text
    assert "Năm 2030" in page
    assert "(tiêu chí 7.1)" in page
    assert "<b>1,25</b>" in page
    assert "chưa thông báo" in page
    assert "Thiếu hai tháng" not in page
    release_stage(case.manager, old)
    page = client.get(cell_page(case) + "?nam=2031").text
    assert "điểm thẩm định <b>0,75</b>" in page
    assert "Thiếu hai tháng" in page
    assert "không có kết quả của tiêu chí này" in client.get(cell_page(case, case.second) + "?nam=2031").text


def test_council_sees_the_warnings_names_the_twin_and_filters_by_them(case: Council) -> None:
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), document(case.first, case.officer))
    other = document(case.second, case.officer, "13/BC-THU")
    attach(SelfScore.objects.get(assessment__unit=case.second, criterion=case.leaf), other, page=9)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert f"Cùng tệp này {case.second.name} cũng đã nộp trong kỳ." in page
    listed = client.get(reverse("appraisal:criterion", args=["so", case.leaf.code]) + "?loc=canh-bao").text
    assert "Có cảnh báo (2)" in listed
    assert "1 cảnh báo" in listed


def test_infected_evidence_is_not_shown_to_the_council(case: Council) -> None:
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    Document.objects.update(scan_state=Document.Scan.INFECTED)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert "có mã độc nên đã bị chặn" in page
    assert "<iframe" not in page
    refused = client.get(reverse("appraisal:document", args=[paper.pk]))
    assert refused.status_code == 403
    assert "mã độc" in refused.text


def test_more_declared_than_there_is_shows_its_ratio_and_stands_out(case: Council) -> None:
    """Under a rule that takes a share of the maximum, which is never more than the maximum."""
    Criterion.objects.filter(pk=case.leaf.pk).update(
        rule={
            "kind": "formula",
            "fields": [{"key": "dung_han", "label": "Đúng hạn"}, {"key": "phai_gui", "label": "Phải gửi"}],
            "expression": "diem_toi_da * dung_han / phai_gui",
        }
    )
    score = SelfScore.objects.filter(criterion=case.leaf, assessment__unit=case.first)
    score.update(figures={"dung_han": "16", "phai_gui": "11"}, points=case.leaf.max_points)
    member = sign_in(case.member)
    block = case.round_group
    listed = reverse("appraisal:criterion", args=[block.group.code, case.leaf.code])
    for address in (listed, cell_page(case)):
        said = words(member.get(address).content)
        assert "145,45% trên 100%" in said
    score.update(figures={"dung_han": "11", "phai_gui": "11"})
    assert "trên 100%" not in words(member.get(listed).content)
