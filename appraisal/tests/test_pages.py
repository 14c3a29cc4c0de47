"""The pages: what leaks, what is kept when a form is refused, how much they ask of the database."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal import actions, rules
from appraisal.models import Appraisal, AppraisalEntry, Stage
from appraisal.tests.factories import Council, assign, attach, council, document, fresh, release_stage, submitted
from appraisal.tests.pages import (
    WORDS,
    adjust_form,
    adjusted_and_released,
    cell_page,
    content,
    sign_in,
    status,
    unit_page,
)
from criteria.models import Criterion, Phase
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
    open_phase,
)
from selfassess.models import Document, DocumentReading, Evidence, SelfScore
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client) -> Council:
    return council()


# --- nothing leaks before release -------------------------------------------------------------------


def test_the_unit_sees_nothing_before_the_release(case):
    standing = actions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    open_phase(case.round_group.round, Phase.Kind.EXPLANATION)
    client = sign_in(case.officer)
    page = client.get(reverse("appraisal:replies")).text
    assert "chưa được công bố" in page
    assert WORDS not in page
    address = reverse("appraisal:reply", args=[standing.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"answer": "agree"}).status_code == 404
    assert not rules.appraisals_visible_to(case.officer).exists()
    assert not rules.entries_visible_to(case.officer).exists()


def test_round_two_stays_hidden_until_it_is_released(case):
    standing = adjusted_and_released(case)
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
    actions.adjust(
        actor=case.member,
        **case.cell(),
        points=Decimal("0.25"),
        reason_id=case.reason.pk,
        comment="Bí mật lần hai.",
        seen_version=1,
    )
    client = sign_in(case.officer)
    pages = (reverse("appraisal:replies"), reverse("appraisal:reply", args=[standing.pk]))
    for page in pages:
        text = client.get(page).text
        assert "Bí mật lần hai" not in text
        assert "0,25" not in text
    release_stage(case.manager, case.round_group, Stage.ROUND2)
    assert all("0,25" in client.get(page).text for page in pages)


def test_a_manager_who_is_also_an_officer_replies_with_what_the_unit_may_know(case):
    from units.models import Membership

    Membership.objects.create(user=case.manager, role=Role.UNIT_OFFICER, unit=case.first)
    actions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    assert WORDS not in sign_in(case.manager).get(reverse("appraisal:replies")).text


def test_a_member_learns_at_home_no_more_than_the_unit(case):
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    actions.recognise(actor=other, **case.cell(case.home), seen_version=0)
    assert not rules.entries_visible_to(case.member).filter(appraisal__unit=case.home).exists()
    assert not rules.appraisals_visible_to(case.member).filter(unit=case.home).exists()


# --- deciding by form -------------------------------------------------------------------------------


def test_recognising_by_form_goes_on_to_the_next_cell(case):
    answer = sign_in(case.member).post(cell_page(case), {"viec": "cong-nhan", "seen_version": "0"})
    assert answer.status_code == 302
    assert answer.url.startswith(cell_page(case, leaf=case.other_leaf))
    assert case.standing().points == Decimal("1.5")


def test_the_page_after_a_decision_is_not_the_one_fetched_ahead(case):
    client = sign_in(case.member)
    page = client.get(cell_page(case))
    assert page["Speculation-Rules"] == '"/static/js/next.speculationrules"'
    ahead = re.search(r'<a href="([^"]+)" data-key="j" rel="next"', page.text)[1].replace("&amp;", "&")
    answer = client.post(cell_page(case), {"viec": "cong-nhan", "seen_version": "0"})
    assert answer.url == f"{ahead}&vua-ghi=1"
    assert 'rel="next"' not in client.get(answer.url).text
    assert "vua-ghi" not in client.post(answer.url, {"viec": "cong-nhan", "seen_version": "0"}).url


def test_going_on_along_the_criterion(case):
    address = f"{cell_page(case)}?theo=tieu-chi&loc=cho"
    answer = sign_in(case.member).post(address, {"viec": "cong-nhan", "seen_version": "0"})
    assert answer.url.startswith(cell_page(case, case.second))
    assert "loc=cho" in answer.url


def test_a_refused_adjustment_keeps_the_typed_text(case):
    client = sign_in(case.member)
    for wrong, said in (
        ({"points": "9"}, "từ 0 đến 2"),
        ({"points": "1.234"}, "hai cách"),
        ({"points": "abc"}, "không phải số"),
        ({"points": "1,5"}, "bằng điểm đơn vị tự chấm"),
        ({"reason": ""}, "Chọn lý do"),
    ):
        answer = client.post(cell_page(case), adjust_form(reason=case.reason.pk) | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert WORDS in answer.text
        assert wrong.get("points", "1") in answer.text
    assert not Appraisal.objects.exists()


def test_the_decimal_comma_is_taken(case):
    sign_in(case.member).post(cell_page(case), adjust_form(points="0,75", reason=case.reason.pk))
    assert case.standing().points == Decimal("0.75")


def test_a_conflict_shows_both_values_and_the_next_press_knows(case):
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    actions.recognise(actor=other, **case.cell(), seen_version=0)
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


def test_zero_not_applicable_and_unscored_look_different(case):
    unit = UnitFactory(group=case.round_group.group)
    submitted(case.round_group, unit, {"1.1": None})
    rows = sign_in(case.member).get(unit_page(unit)).text
    assert "không áp dụng" in rows
    assert "chưa chấm" in rows
    assert "0,00" not in rows
    assert "0,00" in sign_in(case.member).get(unit_page(case.first)).text


def test_a_score_changed_after_its_recognition_waits_again(case):
    actions.recognise(actor=case.member, **case.cell(), seen_version=0)
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(points=Decimal(2))
    client = sign_in(case.member)
    assert "đơn vị đã sửa điểm" in client.get(unit_page(case.first) + "?loc=cho").text
    client.post(cell_page(case), {"viec": "cong-nhan", "seen_version": "1"})
    assert case.standing().points == Decimal(2)
    assert "đơn vị đã sửa điểm" not in client.get(unit_page(case.first)).text


def test_the_filters_stand_in_the_address(case):
    client = sign_in(case.member)
    actions.recognise(actor=case.member, **case.cell(), seen_version=0)
    page = client.get(unit_page(case.first) + "?loc=cho").text
    assert case.leaf.name not in page
    assert case.other_leaf.name in page
    assert "Không có dòng nào" in client.get(unit_page(case.first) + "?loc=lech").text
    assert case.leaf.name in client.get(unit_page(case.first) + "?loc=khong-tai-lieu").text


def test_bulk_shows_first_and_writes_on_confirmation(case):
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    chosen = [f"{u.pk}:{leaf.pk}:0" for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    preview = client.post(address, {"o": chosen}).text
    assert "Công nhận 4 tiêu chí của 2 đơn vị" in preview
    assert "3,00" in preview
    assert "<b>4</b><span>không có tài liệu</span>" in preview
    assert not Appraisal.objects.exists()
    assert client.post(address, {"o": chosen, "xac-nhan": "1"}).status_code == 302
    assert Appraisal.objects.count() == 4
    again = client.post(address, {"o": chosen, "xac-nhan": "1"})
    assert again.status_code == 409
    assert "bị bỏ ra" in again.text


def test_bulk_leaves_objections_to_be_read_one_by_one(case):
    standing = adjusted_and_released(case)
    actions.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
    client = sign_in(case.member)
    assert f'value="{case.first.pk}:{case.leaf.pk}:2"' not in client.get(unit_page(case.first)).text
    preview = client.post(reverse("appraisal:bulk", args=["so"]), {"o": [f"{case.first.pk}:{case.leaf.pk}:2"]}).text
    assert "1 dòng không công nhận được" in preview


def test_an_objection_left_alone_in_round_two_keeps_round_one(case):
    standing = adjusted_and_released(case)
    actions.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
    officer = sign_in(case.officer)
    assert "không đồng ý, chờ lần 2" in officer.get(reverse("appraisal:replies")).text
    release_stage(case.manager, case.round_group, Stage.ROUND2)
    assert "giữ kết quả lần 1" in officer.get(reverse("appraisal:replies")).text
    assert "chờ lần 2" not in sign_in(case.member).get(unit_page(case.first)).text


def test_after_round_two_is_released_no_reply_is_asked_for_nor_taken(case):
    standing = adjusted_and_released(case)
    officer = sign_in(case.officer)
    assert "đang nhận giải trình" in officer.get(reverse("appraisal:replies")).text
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
    release_stage(case.manager, case.round_group, Stage.ROUND2)
    page = officer.get(reverse("appraisal:replies")).text
    assert "đã xong giải trình" in page
    assert "đang nhận giải trình" not in page
    late = officer.post(reverse("appraisal:reply", args=[standing.pk]), {"answer": "disagree", "comment": "Muộn."})
    assert late.status_code == 422
    assert standing.entries.count() == 1


def test_bulk_with_nothing_chosen_or_nonsense(case):
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    assert client.post(address, {"ve": "https://example.com/"}).url == "/tham-dinh/"
    for nonsense in ("x", "1:2", "1:2:x", "9999:1:0"):
        assert client.post(address, {"o": [nonsense]}).status_code == 404


# --- replies ----------------------------------------------------------------------------------------


def test_the_unit_replies_with_explanation_and_documents(case):
    standing = adjusted_and_released(case)
    paper = document(case.first, case.officer, "77/BC-DV1")
    client = sign_in(case.officer)
    address = reverse("appraisal:reply", args=[standing.pk])
    assert WORDS in client.get(address).text
    refused = client.post(address, {"answer": "disagree", "comment": " ", "documents": [paper.pk]})
    assert refused.status_code == 422
    assert "phải ghi giải trình" in refused.text
    sent = client.post(address, {"answer": "disagree", "comment": "Đã gửi đúng hạn.", "documents": [paper.pk]})
    assert sent.status_code == 302
    entry = AppraisalEntry.objects.get(stage=Stage.EXPLANATION)
    assert list(entry.documents.all()) == [paper]
    assert "không đồng ý, chờ lần 2" in client.get(reverse("appraisal:replies")).text
    seen = sign_in(case.member)
    assert "Đã gửi đúng hạn." in seen.get(cell_page(case)).text
    assert status(seen, reverse("appraisal:document", args=[paper.pk])) == 200


def test_a_reply_with_the_document_of_another_unit_is_refused(case):
    standing = adjusted_and_released(case)
    foreign = document(case.second, case.officer)
    address = reverse("appraisal:reply", args=[standing.pk])
    form = {"answer": "disagree", "comment": "Có.", "documents": [foreign.pk]}
    assert sign_in(case.officer).post(address, form).status_code == 422
    assert not AppraisalEntry.objects.filter(stage=Stage.EXPLANATION).exists()


def test_after_the_deadline_the_reply_is_refused_and_the_text_kept(case):
    standing = adjusted_and_released(case)
    phase = Phase.objects.get(kind=Phase.Kind.EXPLANATION)
    phase.closes_at = phase.opens_at.replace(year=phase.opens_at.year - 1)
    phase.opens_at = None
    phase.save()
    address = reverse("appraisal:reply", args=[standing.pk])
    answer = sign_in(case.officer).post(address, {"answer": "disagree", "comment": "Muộn."})
    assert answer.status_code == 422
    assert "đã hết hạn" in answer.text


# --- files ------------------------------------------------------------------------------------------


def test_evidence_is_served_privately_and_in_the_page(case):
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper, page=3)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert f"{reverse('appraisal:document', args=[paper.pk])}#page=3" in page
    answer = client.get(reverse("appraisal:document", args=[paper.pk]))
    assert content(answer).startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert [(r.document_id, r.saved) for r in DocumentReading.objects.filter(reader=case.member)] == [(paper.pk, False)]


def test_a_detached_document_is_no_longer_served(case):
    paper = document(case.first, case.officer)
    link = attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    Evidence.objects.filter(pk=link.pk).update(removed_at=link.document.uploaded_at)
    assert sign_in(case.member).get(reverse("appraisal:document", args=[paper.pk])).status_code == 404


def test_a_web_page_sent_as_evidence_is_only_downloaded(case):
    paper = document(case.first, case.officer)
    paper.content_type = "text/html"
    paper.save()
    answer = sign_in(case.officer).get(reverse("appraisal:document", args=[paper.pk]))
    content(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


# --- size -------------------------------------------------------------------------------------------


def asked(user: User, address: str) -> int:
    client = sign_in(fresh(user))
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_pages_ask_as_many_questions_of_many_rows_as_of_few(case):
    standing = adjusted_and_released(case)
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
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
        CriterionFactory(criteria_set=case.round_group.criteria_set, code=f"1.{n}", parent=case.leaf.parent)
        for n in range(4, 8)
    ]
    for n in range(3):
        unit = UnitFactory(group=case.round_group.group)
        submitted(case.round_group, unit, {"1.1": "2", "1.2": "1"})
        paper = document(case.first, case.officer, f"{n}/BC")
        attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
        reply = {"actor": case.officer, "appraisal_id": standing.pk, "document_ids": [paper.pk]}
        actions.reply(**reply, agree=False, comment=f"Lần {n}.")
    for leaf in leaves:
        actions.adjust(
            actor=case.member,
            **case.cell(leaf=leaf),
            points=Decimal("0.5"),
            reason_id=case.reason.pk,
            comment=WORDS,
            seen_version=0,
        )
    AppraisalEntry.objects.filter(appraisal__criterion__in=leaves).update(stage=Stage.ROUND1)


# --- what the decision rests on ---------------------------------------------------------------------------


PROPORTIONAL = {"kind": "proportional", "numerator": "Đúng hạn", "denominator": "Tổng số", "threshold": "50"}


def test_declared_figures_stand_beside_what_the_rule_makes_of_them(case):
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=PROPORTIONAL)
    own = SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf)
    own.update(figures={"numerator": "60", "denominator": "80"})
    page = sign_in(case.member).get(cell_page(case)).text
    assert "75,00 %" in page
    assert "khớp" in page
    own.update(points=Decimal("1.75"))
    page = sign_in(case.member).get(cell_page(case)).text
    assert "<b>1,50</b>" in page
    assert "khác điểm tự chấm" in page


def test_figures_that_the_rule_refuses_leave_the_page_standing(case):
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=PROPORTIONAL)
    own = SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf)
    own.update(figures={"numerator": "60", "denominator": "0"})
    page = sign_in(case.member).get(cell_page(case)).text
    assert "Điểm theo quy tắc" not in page


def test_last_year_stands_beside_the_score_of_the_same_unit_only(case):
    new = case.round_group.criteria_set
    old_set = CriteriaSetFactory(decision=DecisionFactory(number="01/QĐ-CU"), group=case.first.group)
    old = RoundGroupFactory(round=RoundFactory(year=2030), criteria_set=old_set)
    before = CriterionFactory(criteria_set=old_set, code="7.1", max_points=Decimal(2))
    Criterion.objects.filter(criteria_set=new, code="1.1").update(previous=before)
    submitted(old, case.first, {"7.1": "1.25"})
    assign(case.member, old)
    open_phase(old.round, Phase.Kind.ROUND1)
    cell = {"round_group_id": old.pk, "unit_id": case.first.pk, "criterion_id": before.pk}
    words = {"reason_id": case.reason.pk, "comment": "Thiếu hai tháng."}
    actions.adjust(actor=case.member, **cell, **words, points=Decimal("0.75"), seen_version=0)
    client = sign_in(case.member)
    page = client.get(cell_page(case) + "?nam=2031").text
    assert "Năm 2030" in page
    assert "(tiêu chí 7.1)" in page
    assert "<b>1,25</b>" in page
    assert "chưa công bố" in page
    assert "Thiếu hai tháng" not in page
    release_stage(case.manager, old)
    page = client.get(cell_page(case) + "?nam=2031").text
    assert "Hội đồng cho <b>0,75</b>" in page
    assert "Thiếu hai tháng" in page
    assert "không có kết quả của tiêu chí này" in client.get(cell_page(case, case.second) + "?nam=2031").text


# --- warnings about the evidence ----------------------------------------------------------------------


def test_council_sees_the_warnings_names_the_twin_and_filters_by_them(case):
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), document(case.first, case.officer))
    other = document(case.second, case.officer, "13/BC-THU")
    attach(SelfScore.objects.get(assessment__unit=case.second, criterion=case.leaf), other, page=9)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert f"Cùng tệp này {case.second.name} cũng đã nộp trong kỳ." in page
    listed = client.get(reverse("appraisal:criterion", args=["so", case.leaf.code]) + "?loc=canh-bao").text
    assert "Có cảnh báo (2)" in listed
    assert "1 cảnh báo" in listed


def test_infected_evidence_is_not_shown_to_the_council(case):
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
