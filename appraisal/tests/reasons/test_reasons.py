"""The library of reasons: added, reworded, retired, never deleted once used, and counted."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.forms import ModelChoiceField
from django.urls import reverse

from appraisal.models import Reason
from appraisal.reasons import actions as reasons
from appraisal.reasons import queries as reasons_queries
from appraisal.review.cell.forms import AdjustForm
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council
from appraisal.tests.pages import sign_in
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.answers import Answer
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from units.auditlog.models import LogEntry
from units.models import Role, Unit, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def adjust(case: Council, unit: Unit, leaf: Criterion, points: str, seen: int = 0) -> None:
    decisions.adjust(
        actor=case.member,
        **case.cell(unit, leaf),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment="Thiếu báo cáo.",
        seen_version=seen,
    )


def post(case: Council, reason: Reason, someone: User | None = None, **form: Any) -> Answer:
    return sign_in(someone or case.manager).post(reverse("appraisal:reason", args=[reason.pk]), form)


def test_a_new_reason_is_offered_to_the_council(case: Council) -> None:
    answer = sign_in(case.manager).post(reverse("appraisal:reasons"), {"text": "  Văn bản  chưa ký số "})
    assert answer.status_code == 302
    made = Reason.objects.get(code="van-ban-chua-ky-so")
    assert made.text == "Văn bản chưa ký số"
    offered = AdjustForm().fields["reason"]
    assert isinstance(offered, ModelChoiceField)
    assert made in present(offered.queryset)
    assert present(LogEntry.objects.get(verb="appraisal.reason_add").after)["text"] == made.text


def test_the_same_words_are_one_reason(case: Council) -> None:
    with pytest.raises(Refused, match="đã có lý do"):
        reasons.add_reason(actor=case.manager, text="thiếu TÀI LIỆU kiểm chứng")
    for text in ("", "   ", "x" * 251):
        with pytest.raises(Refused):
            reasons.add_reason(actor=case.manager, text=text)


def test_what_changes_nothing_is_not_logged_and_the_own_words_may_be_spelt_anew(case: Council) -> None:
    seen = case.reason.text
    reasons.reword_reason(actor=case.manager, reason_id=case.reason.pk, text=seen, seen=seen)
    reasons.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=True)
    assert not LogEntry.objects.exclude(verb="appraisal.reason_defaults").exists()
    words = {"text": seen.upper(), "seen": seen}
    assert reasons.reword_reason(actor=case.manager, reason_id=case.reason.pk, **words).text == seen.upper()
    assert len(reasons.add_reason(actor=case.manager, text="x" * 250).text) == 250


def test_two_texts_that_look_alike_in_ascii_get_two_codes(case: Council) -> None:
    codes = [reasons.add_reason(actor=case.manager, text=text).code for text in ("Chấm, sai!", "Chấm sai")]
    assert codes == ["cham-sai", "cham-sai-2"]


def test_rewording_is_logged_and_the_second_editor_is_told(case: Council) -> None:
    seen = case.reason.text
    assert post(case, case.reason, verb="reword", text="Thiếu minh chứng", seen=seen).status_code == 302
    answer = post(case, case.reason, verb="reword", text="Không có minh chứng", seen=seen)
    assert answer.status_code == 422
    assert "Không có minh chứng" in answer.text
    case.reason.refresh_from_db()
    assert case.reason.text == "Thiếu minh chứng"
    entry = LogEntry.objects.get(verb="appraisal.reason_reword")
    assert (present(entry.before)["text"], present(entry.after)["text"]) == (seen, "Thiếu minh chứng")
    with pytest.raises(Conflict):
        reasons.reword_reason(actor=case.manager, reason_id=case.reason.pk, text="Khác", seen=seen)


def test_a_retired_reason_is_no_longer_taken_and_old_decisions_keep_it(case: Council) -> None:
    adjust(case, case.first, case.leaf, "1")
    assert post(case, case.reason, verb="retire").status_code == 302
    with pytest.raises(Refused, match="Chọn lý do"):
        adjust(case, case.second, case.leaf, "1")
    assert case.standing().entries.get().reason == case.reason
    assert post(case, case.reason, verb="revive").status_code == 302
    adjust(case, case.second, case.leaf, "1")


def test_a_used_reason_is_never_deleted_an_unused_one_may_be(case: Council) -> None:
    adjust(case, case.first, case.leaf, "1")
    answer = post(case, case.reason, verb="delete")
    assert answer.status_code == 422
    assert "Ngừng sử dụng" in answer.text
    unused = Reason.objects.get(code="cham-tien-do")
    assert post(case, unused, verb="delete").status_code == 302
    assert set(Reason.objects.filter(pk__in=[unused.pk, case.reason.pk])) == {case.reason}


def test_the_last_reason_on_offer_stays(case: Council) -> None:
    Reason.objects.exclude(pk=case.reason.pk).update(active=False)
    with pytest.raises(Refused, match="cuối cùng"):
        reasons.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=False)


def test_nobody_but_the_manager_keeps_the_library(case: Council) -> None:
    before = list(Reason.objects.values())
    for someone in (case.member, case.officer, person(Role.OBSERVER)):
        assert sign_in(someone).post(reverse("appraisal:reasons"), {"text": "Mới"}).status_code == 403
        for verb in ("reword", "retire", "delete"):
            assert post(case, case.reason, someone, verb=verb, text="Mới").status_code == 403
        with pytest.raises(PermissionDenied):
            reasons.add_reason(actor=someone, text="Mới")
    assert list(Reason.objects.values()) == before


def test_use_is_counted_by_member_criterion_and_points(case: Council) -> None:
    adjust(case, case.first, case.leaf, "1")
    adjust(case, case.second, case.leaf, "1.25")
    adjust(case, case.second, case.other_leaf, "0.5")
    found = reasons_queries.by_reason(case.round_group.round)[case.reason.pk]
    assert (found.count, found.criteria, found.units) == (3, 2, 2)
    assert found.members == [(case.member, 3)]
    assert found.average == Decimal("0.0833"), "0,5 + 0,25 less 0,5 that was added, over three"
    first, second = reasons_queries.by_criterion(case.round_group.round, case.reason)
    assert (first.usage.count, first.usage.average, first.deductions_differ) == (2, Decimal("0.375"), True)
    assert (second.usage.count, second.deductions_differ) == (1, False)


def test_a_use_without_two_numbers_has_no_deduction(case: Council) -> None:
    decisions.adjust(
        actor=case.member,
        **case.cell(),
        points=None,
        not_applicable=True,
        reason_id=case.reason.pk,
        comment="Không có nhiệm vụ.",
        seen_version=0,
    )
    found = reasons_queries.by_reason(case.round_group.round)[case.reason.pk]
    assert (found.count, found.measured, found.average) == (1, 0, None)
    assert "không áp dụng" in sign_in(case.manager).get(reverse("appraisal:reason", args=[case.reason.pk])).text
