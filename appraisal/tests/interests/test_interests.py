"""A declared interest closes a unit to the member as their own unit is closed."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appraisal import ledger
from appraisal.interests import actions as interests
from appraisal.interests import digests as interests_digests
from appraisal.models import Appraisal, Confirmation, Interest
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.rules import deciding, reach, reading
from appraisal.tests.factories import Council, assign, attach, council, document, fresh
from appraisal.tests.pages import cell_page, sign_in, status, unit_page
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from selfassess.models import SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
WHY = "Vợ là phó giám đốc đơn vị này."


@pytest.fixture
def case() -> Council:
    return council()


def declare(case: Council, by: User | None = None) -> Interest:
    return interests.declare_interest(actor=by or case.member, member=case.member, unit=case.first, reason=WHY)


def evidence(case: Council) -> str:
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    return reverse("appraisal:document", args=[paper.pk])


def test_before_the_declaration_everything_is_open(case: Council) -> None:
    """The control of the test below."""
    client = sign_in(case.member)
    assert [status(client, a) for a in (unit_page(case.first), cell_page(case), evidence(case))] == [200] * 3
    assert case.first.name in client.get(reverse("appraisal:home")).text


def test_a_declared_unit_is_closed_in_lists_pages_files_and_bulk(case: Council) -> None:
    paper = evidence(case)
    declare(case)
    member = fresh(case.member)
    client = sign_in(member)
    assert [status(client, a) for a in (unit_page(case.first), cell_page(case), paper)] == [404] * 3
    assert client.post(cell_page(case), {"verb": "recognise", "seen_version": "0"}).status_code == 404
    chosen = {"cells": [f"{case.first.pk}:{case.leaf.pk}:0"], "confirm": "1"}
    assert client.post(reverse("appraisal:bulk", args=["so"]), chosen).status_code == 404
    for page in (reverse("appraisal:home"), reverse("appraisal:criterion", args=["so", case.leaf.code])):
        assert case.first.name not in client.get(page).text
    assert not Appraisal.objects.exists()


def test_the_closed_page_says_why_and_shows_no_evidence(case: Council) -> None:
    declare(case)
    page = sign_in(case.member).get(cell_page(case))
    assert page.status_code == 404
    assert WHY in page.text
    assert "1,50" not in page.text
    own = sign_in(case.member).get(unit_page(case.home))
    assert "Không ai thẩm định đơn vị của mình" in own.text
    assert own.status_code == 404


def test_the_closed_page_repeats_the_persons_own_standing_words_only(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    for unit in (case.first, case.home):
        interests.declare_interest(actor=colleague, member=colleague, unit=unit, reason="Lời của người khác.")
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason="Lời về đơn vị kia.")
    interests.withdraw_interest(actor=case.member, interest_id=declare(case).pk, reason="Nhầm.")
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Lời hiện nay.")
    client = sign_in(case.member)
    for unit, own in ((case.first, True), (case.home, False)):
        text = client.get(unit_page(unit)).text
        assert ("Lời hiện nay." in text) is own
        for others in ("Lời của người khác.", "Lời về đơn vị kia.", WHY):
            assert others not in text


def test_predicate_and_querysets_agree(case: Council) -> None:
    declare(case)
    member = fresh(case.member)
    assert not deciding.can_appraise(member, case.round_group, case.first, case.leaf)
    assert deciding.can_appraise(member, case.round_group, case.second, case.leaf)
    assert set(reach.units_appraisable_by(member, case.round_group)) == {case.second}


def test_actions_refuse_at_a_declared_unit(case: Council) -> None:
    declare(case)
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=fresh(case.member), **case.cell(), seen_version=0)
    cells = [(case.first.pk, case.leaf.pk, 0), (case.second.pk, case.leaf.pk, 0)]
    with pytest.raises(PermissionDenied):
        bulk.bulk_recognise(actor=fresh(case.member), round_group_id=case.round_group.pk, cells=cells)
    assert not Appraisal.objects.exists()


def test_what_stood_before_no_longer_opens_either(case: Council) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    declare(case)
    member = fresh(case.member)
    assert not reading.entries_visible_to(member).exists()
    assert not reading.appraisals_visible_to(member).exists()


def test_the_index_manager_records_for_a_member_and_a_colleague_may_not(case: Council) -> None:
    declare(case, by=case.manager)
    assert case.first.pk in reach.closed_units(fresh(case.member))
    with pytest.raises(PermissionDenied):
        declare(case, by=person(Role.COUNCIL_MEMBER))
    with pytest.raises(PermissionDenied):
        interests.withdraw_interest(actor=case.member, interest_id=Interest.objects.get().pk, reason="Thôi.")


def test_a_declaration_needs_words_and_somebody_who_judges(case: Council) -> None:
    with pytest.raises(Refused, match="Nhập lý do"):
        interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="  ")
    with pytest.raises(Refused, match="không phải thành viên"):
        interests.declare_interest(actor=case.manager, member=case.officer, unit=case.first, reason=WHY)
    observer = person(Role.OBSERVER)
    with pytest.raises(PermissionDenied):
        interests.declare_interest(actor=observer, member=observer, unit=case.first, reason=WHY)
    assert not Interest.objects.exists()


def test_each_member_declares_each_unit_for_themselves(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    for member, unit in ((case.member, case.first), (case.member, case.second), (colleague, case.first)):
        interests.declare_interest(actor=member, member=member, unit=unit, reason=WHY)
    assert {case.first.pk, case.second.pk} <= reach.closed_units(fresh(case.member))
    assert reach.closed_units(fresh(colleague)) == {case.first.pk}


def test_a_colleague_withdraws_nothing(case: Council) -> None:
    row = declare(case)
    with pytest.raises(PermissionDenied):
        interests.withdraw_interest(actor=person(Role.COUNCIL_MEMBER), interest_id=row.pk, reason="Thôi.")
    assert Interest.objects.get().withdrawn_at is None


def test_what_a_manager_recorded_any_manager_withdraws_and_twice_is_once(case: Council) -> None:
    row = declare(case, by=case.manager)
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason=WHY)
    for manager, why in ((person(Role.INDEX_MANAGER), "Hết."), (case.manager, "Hết rồi.")):
        interests.withdraw_interest(actor=manager, interest_id=row.pk, reason=why)
    assert Interest.objects.get(withdrawn_at__isnull=False).withdrawal_reason == "Hết."
    assert LogEntry.objects.filter(verb=interests_digests.VERB_WITHDRAW).count() == 1
    assert case.second.pk in reach.closed_units(fresh(case.member))


def test_only_a_member_confirms_and_the_log_keeps_what_they_had_declared(case: Council) -> None:
    for someone in (case.manager, case.officer, person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            interests.confirm_no_interest(actor=someone, round_=case.round_group.round)
    newcomer = person(Role.COUNCIL_MEMBER)
    for member, unit in ((newcomer, case.first), (newcomer, case.home), (case.member, case.second)):
        row = interests.declare_interest(actor=member, member=member, unit=unit, reason=WHY)
        if unit == case.home:
            interests.withdraw_interest(actor=newcomer, interest_id=row.pk, reason="Đã nghỉ việc ở đó.")
    interests.confirm_no_interest(actor=newcomer, round_=case.round_group.round)
    assert present(LogEntry.objects.get(verb="appraisal.confirm_no_interest").after)["declared"] == [case.first.code]


def test_withdrawn_it_stays_and_declared_again_it_is_a_new_row(case: Council) -> None:
    first = declare(case)
    assert declare(case) == first
    with pytest.raises(Refused):
        interests.withdraw_interest(actor=case.member, interest_id=first.pk, reason=" ")
    interests.withdraw_interest(actor=case.member, interest_id=first.pk, reason="Đã nghỉ việc ở đó.")
    assert case.first.pk not in reach.closed_units(fresh(case.member))
    declare(case)
    assert Interest.objects.count() == 2
    assert list(ledger.check()) == []
    with pytest.raises(TypeError):
        first.delete()


@pytest.mark.parametrize("change", [{"reason": "Khác."}, {"withdrawal_reason": "Khác."}])
def test_an_edited_declaration_is_found(case: Council, change: dict[str, Any]) -> None:
    interests.withdraw_interest(actor=case.member, interest_id=declare(case).pk, reason="Hết.")
    Interest.objects.update(**change)
    assert any("không khớp" in fault for fault in ledger.check())


def test_the_first_opening_asks_once_and_get_writes_nothing(case: Council) -> None:
    newcomer = person(Role.COUNCIL_MEMBER)
    assign(newcomer, case.round_group)
    Confirmation.objects.filter(member=newcomer)._raw_delete("default")
    client = sign_in(newcomer)
    answer = client.get(cell_page(case), follow=True)
    assert "tôi không có xung đột lợi ích khác" in answer.text
    assert "Tài liệu kiểm chứng" not in answer.text
    assert client.get(evidence(case)).status_code == 302
    assert not Confirmation.objects.filter(member=newcomer).exists()
    address = reverse("appraisal:interests")
    back = client.post(address, {"verb": "confirm", "next": cell_page(case)})
    assert back["Location"] == cell_page(case)
    client.post(address, {"verb": "confirm"})
    assert Confirmation.objects.filter(member=newcomer).count() == 1
    assert client.get(cell_page(case)).status_code == 200


def test_onward_leads_nowhere_else(case: Council) -> None:
    address = reverse("appraisal:interests")
    back = sign_in(case.member).post(address, {"verb": "confirm", "next": "https://example.org/"})
    assert back["Location"] == reverse("appraisal:home")


def test_units_stand_in_the_order_of_the_dictionary(case: Council) -> None:
    for name in ("Sở Tài chính", "Sở Thông tin và Truyền thông", "UBND huyện Ứng Hòa", "UBND huyện Đan Phượng"):
        UnitFactory.create(group=case.round_group.group, name=name)
    shown = sign_in(case.member).get(reverse("appraisal:interests")).context["form"].fields["unit"].choices
    names = [str(words) for _, words in shown]
    assert names[0] == "– chọn đơn vị –"
    assert [n for n in names if n.startswith(("Sở T", "UBND"))] == [
        "Sở Tài chính",
        "Sở Thông tin và Truyền thông",
        "UBND huyện Đan Phượng",
        "UBND huyện Ứng Hòa",
    ]


def test_declare_and_withdraw_by_the_page(case: Council) -> None:
    client = sign_in(case.member)
    address = reverse("appraisal:interests")
    empty = client.post(address, {"verb": "declare", "unit": "", "reason": ""})
    assert empty.status_code == 422
    assert "Chọn đơn vị có xung đột lợi ích." in empty.text
    assert client.post(address, {"verb": "declare", "unit": case.first.pk, "reason": WHY}).status_code == 302
    row = Interest.objects.get()
    assert row.member == case.member
    assert client.post(address, {"verb": "withdraw", "interest": row.pk, "reason": ""}).status_code == 422
    assert client.post(address, {"verb": "withdraw", "interest": row.pk, "reason": "Hết."}).status_code == 302
    assert "đã rút" in client.get(address).text
    stranger = sign_in(person(Role.COUNCIL_MEMBER))
    assert stranger.post(address, {"verb": "withdraw", "interest": row.pk, "reason": "x"}).status_code == 404
