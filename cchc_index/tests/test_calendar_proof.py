"""Hours, extensions and the names of accounts are those that the log has: what decides who was in time, and who gets
the letters."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cchc_index.lib import clock
from cchc_index.tests.ledger_year import Year, year
from cchc_index.tests.test_tampering import faults, found
from criteria.calendar import actions as calendar
from criteria.models import Stage
from units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Year:
    """A year whose calendar somebody has set."""
    case = year()
    round_ = case.round_group.round
    calendar.save_round(
        actor=case.manager, year=round_.year, assessed_from=round_.assessed_from, assessed_to=round_.assessed_to,
        plan_number="12/KH-UBND", plan_date=date(2032, 1, 5),
    )  # fmt: skip
    stage = Stage.objects.get(round=round_, kind=Stage.Kind.SELF_ASSESSMENT)
    opens, closes = clock.now() - timedelta(days=9), clock.now() - timedelta(days=1)
    calendar.set_stage(actor=case.manager, round_id=round_.pk, name=stage.name, opens_at=opens, closes_at=closes)
    calendar.grant_extension(
        actor=case.manager,
        stage_id=stage.pk,
        unit_id=case.own.pk,
        closes_at=clock.now() + timedelta(days=1),
        reason="Mất điện.",
    )
    return case


TAMPERINGS = {
    "closing": "UPDATE criteria_stage SET closes_at = '2031-01-01 00:00:00+00:00' WHERE kind = 'self_assessment'",
    "opening": "UPDATE criteria_stage SET opens_at = NULL WHERE kind = 'self_assessment'",
    "extension's end": "UPDATE criteria_extension SET closes_at = '2031-01-01 00:00:00+00:00'",
    "extension's reason": "UPDATE criteria_extension SET reason = 'khác'",
    "extension's author": "UPDATE criteria_extension SET granted_by_id = granted_by_id - 1",
    "plan's number": "UPDATE criteria_round SET plan_number = '99/KH-UBND'",
    "plan's day": "UPDATE criteria_round SET plan_date = '2031-01-01'",
    "assessed period": "UPDATE criteria_round SET assessed_to = '2099-01-01'",
    "account's address": "UPDATE units_user SET email = 'ke-khac@example.vn' WHERE username = 'quantri'",
    "account's name": "UPDATE units_user SET full_name = 'Kẻ khác' WHERE username = 'quantri'",
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_found(case: Year, name: str) -> None:
    assert faults() == []
    assert found(TAMPERINGS[name])


def test_an_invented_extension_is_found(case: Year) -> None:
    assert found(
        "INSERT INTO criteria_extension (stage_id, unit_id, closes_at, reason, granted_by_id, granted_at) "
        f"SELECT stage_id, {case.other.pk}, closes_at, reason, granted_by_id, granted_at FROM criteria_extension"
    )


def test_what_people_change_themselves_is_no_fault(case: Year, client: Client) -> None:
    """Hours moved again, an extension that the new hours end, and the administrator's own page for accounts."""
    stage = Stage.objects.get(round=case.round_group.round, kind=Stage.Kind.SELF_ASSESSMENT)
    calendar.set_stage(
        actor=case.manager, round_id=stage.round_id, name=stage.name, opens_at=None,
        closes_at=clock.now() + timedelta(days=5),
    )  # fmt: skip
    assert faults() == []
    client.force_login(User.objects.get(username="quantri"))
    page = f"/quan-tri/units/user/{case.officer.pk}/change/"
    form = client.get(page).context["adminform"].form
    kept: dict[str, Any] = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    rows = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    answer = client.post(page, {**kept, **rows, "full_name": "Tên mới", "email": "moi@hanoi.gov.vn"})
    assert answer.status_code == 302
    assert User.objects.get(pk=case.officer.pk).email == "moi@hanoi.gov.vn"
    assert faults() == []
    assert found(f"UPDATE units_user SET email = 'ke-khac@example.vn' WHERE id = {case.officer.pk}")


def test_a_number_that_an_administrator_mends_is_no_fault(case: Year, client: Client) -> None:
    """The decision and the mark of the year, once a block is frozen under them."""
    client.force_login(User.objects.get(username="quantri"))
    decision = case.round_group.criteria_set.decision
    page = f"/quan-tri/criteria/decision/{decision.pk}/change/"
    form = client.get(page).context["adminform"].form
    kept = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert client.post(page, {**kept, "number": "5666/QĐ-UBND"}).status_code == 302
    assert faults() == []
    assert found(f"UPDATE criteria_decision SET number = '{decision.number}' WHERE id = {decision.pk}")
    assert found("UPDATE criteria_round SET illustrative = NOT illustrative")
