"""The manager's pages of assignments: preview before the deed, typed text kept, a constant number of queries."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.models import Assignment
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, assign, council, submitted
from appraisal.tests.pages import sign_in
from cchc_index.lib.tests.present import present
from criteria.tests.factories import CriterionFactory
from units.mail.models import Mail
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def page(name: str, *args: Any) -> str:
    return reverse(f"appraisal:{name}", args=["so", *args])


def hidden(text: str, name: str) -> str:
    return present(re.search(rf'name="{name}" value="([^"]*)"', text)).group(1)


def test_the_home_page_leads_the_manager_there_and_nobody_else(case: Council) -> None:
    address = reverse("appraisal:assignments")
    assert address in sign_in(case.manager).get(reverse("appraisal:home")).text
    for other in (case.member, person(Role.OBSERVER)):
        assert address not in sign_in(other).get(reverse("appraisal:home")).text


def test_the_split_is_looked_at_and_then_applied(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    client = sign_in(case.manager)
    members = [str(case.member.pk), str(other.pk)]
    preview = client.get(page("assignment-split"), {"members": members})
    assert preview.status_code == 200
    assert Assignment.objects.get().member == case.member, "looking changes nothing"
    form = {"members": members, "seen": hidden(preview.text, "seen")}
    assert client.post(page("assignment-split"), form).status_code == 302
    assert set(Assignment.objects.values_list("member", flat=True)) == {case.member.pk, other.pk}
    again = client.post(page("assignment-split"), form)
    assert again.status_code == 409
    assert "đã thay đổi" in again.text


def test_a_split_for_nobody_or_a_stranger_says_so(case: Council) -> None:
    client = sign_in(case.manager)
    assert client.get(page("assignment-split"), {"xem": "1"}).status_code == 422
    assert client.get(page("assignment-split"), {"members": [str(case.officer.pk)]}).status_code == 422
    assert client.post(page("assignment-split"), {"members": ["x"]}).status_code == 422


def test_a_hand_over_is_looked_at_and_then_done_with_its_reason(case: Council) -> None:
    taker = person(Role.COUNCIL_MEMBER, case.second)
    client = sign_in(case.manager)
    pair = {"giver": str(case.member.pk), "taker": str(taker.pk)}
    preview = client.get(page("assignment-hand-over"), pair).text
    assert "Sẽ bàn giao 2 lượt tiêu chí" in preview
    assert "2 lượt tiêu chí không bàn giao được" in preview
    assert case.second.name in preview
    form = {**pair, "seen": hidden(preview, "seen"), "reason": ""}
    assert client.post(page("assignment-hand-over"), form).status_code == 422
    assert client.post(page("assignment-hand-over"), {**form, "reason": "Nghỉ ốm."}).status_code == 302
    assert taker.assignments.exists()


def test_bad_pairs_are_named_at_the_field(case: Council) -> None:
    client = sign_in(case.manager)
    for pair in ({"giver": str(case.member.pk), "taker": str(case.member.pk)}, {"giver": "x", "taker": ""}):
        assert client.get(page("assignment-hand-over"), pair).status_code == 422


def test_an_assignment_is_changed_and_taken_back_by_the_page(case: Council) -> None:
    client = sign_in(case.manager)
    row = Assignment.objects.get()
    seen = hidden(client.get(page("assignment-edit", row.pk)).text, "seen")
    form: dict[str, str | list[str]] = {"branch": str(case.leaf.pk), "reach": "chon", "seen": seen}
    missing = client.post(page("assignment-edit", row.pk), form)
    assert missing.status_code == 422
    assert "Đánh dấu ít nhất một đơn vị" in missing.text
    form["units"] = [str(case.first.pk)]
    assert client.post(page("assignment-edit", row.pk), form).status_code == 302
    stale = client.post(page("assignment-edit", row.pk), {"verb": "withdraw", "reason": "Thôi.", "seen": seen})
    assert stale.status_code == 422
    assert "Thôi." in stale.text
    fresh = {"verb": "withdraw", "reason": "Thôi.", "seen": hidden(stale.text, "seen")}
    assert client.post(page("assignment-edit", row.pk), fresh).status_code == 302
    assert not Assignment.objects.exists()


def test_an_assignment_of_another_block_is_not_found_here(case: Council) -> None:
    row = Assignment.objects.get()
    address = reverse("appraisal:assignment-edit", args=["khac", row.pk])
    assert sign_in(case.manager).get(address).status_code == 404


@pytest.mark.parametrize(
    "form",
    [{}, {"who": "m0", "branch": "0", "reach": "khoi"}, {"who": "a9999", "branch": "x", "reach": "y", "units": "z"}],
)
def test_a_form_nobody_could_have_filled_in_is_refused_in_words(case: Council, form: dict[str, Any]) -> None:
    answer = sign_in(case.manager).post(page("assignment-add"), form)
    assert answer.status_code == 422
    assert "Chưa" in answer.text


def test_the_reminder_is_one_click_and_one_mail_a_day(case: Council) -> None:
    client = sign_in(case.manager)
    for _ in range(2):
        assert client.post(page("remind", case.member.pk)).status_code == 302
    assert Mail.objects.get().recipient == case.member
    assert client.post(page("remind", case.officer.pk)).status_code == 404
    assert client.get(page("remind", case.member.pk)).status_code == 405


@pytest.mark.parametrize("name", ["assignment-add", "assignment-split", "assignment-hand-over", "remind"])
def test_only_the_manager_writes_by_the_pages(case: Council, name: str) -> None:
    address = page(name, case.member.pk) if name == "remind" else page(name)
    for someone in (case.member, case.officer, case.head, person(Role.OBSERVER), person(Role.SURVEY_OPERATOR)):
        assert sign_in(someone).post(address, {"members": [str(case.member.pk)]}).status_code == 403
    assert Client().post(address).status_code == 302
    assert Assignment.objects.count() == 1
    assert not Mail.objects.exists()


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def grow(case: Council) -> None:
    """From 3 units, 2 leaves and 1 member to many of each."""
    area = case.leaf.parent
    leaves = [
        CriterionFactory.create(
            criteria_set=case.leaf.criteria_set, code=f"1.{n}", position=n + 9, max_points=Decimal(1), parent=area
        )
        for n in range(4, 14)
    ]
    for n in range(8):
        unit = UnitFactory.create(group=case.round_group.group, code=f"THEM{n}")
        submitted(case.round_group, unit, {leaf.code: "0.5" for leaf in leaves})
        assign(person(Role.COUNCIL_MEMBER, unit), case.round_group, branch=leaves[n], units=[unit, case.first])
        decisions.adjust(
            actor=case.member,
            **case.cell(unit, leaves[n]),
            points=Decimal("0.25"),
            reason_id=case.reason.pk,
            comment="Thiếu.",
            seen_version=0,
        )


def test_the_number_of_queries_does_not_grow_with_units_criteria_and_members(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER, case.first)
    decisions.adjust(
        actor=case.member,
        **case.cell(),
        points=Decimal(1),
        reason_id=case.reason.pk,
        comment="Thiếu.",
        seen_version=0,
    )
    client = sign_in(case.manager)
    addresses = [
        reverse("appraisal:assignments"),
        page("assignments-block"),
        page("assignment-add"),
        page("assignment-edit", case.member.assignments.get().pk),
        page("assignment-split") + f"?members={case.member.pk}&members={other.pk}",
        page("assignment-hand-over") + f"?giver={case.member.pk}&taker={other.pk}",
        page("progress"),
        reverse("appraisal:reasons"),
        reverse("appraisal:reason", args=[case.reason.pk]),
    ]
    few = {address: queries_of(client, address) for address in addresses}
    grow(case)
    assert {address: queries_of(client, address) for address in addresses} == few
    assert max(few.values()) < 30
