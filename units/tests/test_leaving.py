"""Somebody leaves: roles end, who follows gets them, the account closes; and when no manager is left."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from units import ledger, rules
from units.actions import grant_role, revoke_role
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Membership, Role, RoleProposal, Unit, User
from units.people.leaving import leave
from units.people.openwork import open_work
from units.roles.actions import RoleWish, bring_back_managers, confirm_roles, propose_roles
from units.tests.factories import UnitFactory, UserFactory
from units.tests.people_lists import again

pytestmark = pytest.mark.django_db
REASON = "Quyết định điều động 12"


def holder(role: Role, unit: Unit | None = None, **fields: object) -> User:
    """With an entry in the log, as the demonstration seeds them."""
    user = UserFactory.create(**fields)
    grant_role(actor=None, user=user, role=role, unit=unit)
    return again(user)


@pytest.fixture
def manager() -> User:
    holder(Role.INDEX_MANAGER)
    return holder(Role.INDEX_MANAGER)


@pytest.fixture
def unit() -> Unit:
    return UnitFactory.create()


def faults() -> list[str]:
    return list(ledger.check())


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_follower_begins_where_the_other_ends(manager: User, unit: Unit) -> None:
    old, heir, today = holder(Role.UNIT_OFFICER, unit), UserFactory.create(), clock.today()
    done = leave(actor=manager, user=old, heir=heir, on=today, reason=REASON, close=False)
    assert (len(done.ended), len(done.given), done.proposed) == (1, 1, [])
    assert rules.has_unit_role(again(old), unit.pk, Role.UNIT_OFFICER)
    assert not rules.has_unit_role(again(heir), unit.pk, Role.UNIT_OFFICER)
    with clock.at(clock.now() + timedelta(days=1)):
        assert not rules.has_unit_role(again(old), unit.pk, Role.UNIT_OFFICER)
        assert rules.has_unit_role(again(heir), unit.pk, Role.UNIT_OFFICER)
    assert faults() == []


def test_a_role_that_decides_waits_for_a_second_person(manager: User, unit: Unit) -> None:
    old, heir = holder(Role.UNIT_HEAD, unit), UserFactory.create()
    done = leave(actor=manager, user=old, heir=heir, on=clock.today(), reason=REASON, close=False)
    assert (done.given, len(done.proposed)) == ([], 1)
    row = RoleProposal.objects.get(user=heir)
    assert (row.role, row.unit, row.valid_from) == (Role.UNIT_HEAD, unit, clock.today() + timedelta(days=1))
    assert not Membership.objects.filter(user=heir).exists()
    assert faults() == []


def test_closing_takes_effect_at_once_in_open_sessions(manager: User, unit: Unit) -> None:
    old = holder(Role.UNIT_OFFICER, unit)
    client = sign_in(old)
    assert client.get(reverse("account_home")).status_code == 200
    leave(actor=manager, user=old, heir=None, on=clock.today(), reason=REASON, close=True)
    assert client.get(reverse("account_home")).status_code == 302
    assert LogEntry.objects.filter(verb="close_account", reason=REASON).exists()
    assert faults() == []


def test_a_role_that_never_began_is_taken_back(manager: User, unit: Unit) -> None:
    old = holder(Role.UNIT_OFFICER, unit)
    Membership.objects.filter(user=old).update(valid_from=clock.today() + timedelta(days=30))
    leave(actor=manager, user=old, heir=None, on=clock.today(), reason=REASON, close=False)
    assert not Membership.objects.get(user=old).active


def test_what_is_refused_changes_nothing(manager: User, unit: Unit) -> None:
    old, heir = holder(Role.UNIT_OFFICER, unit), UserFactory.create()
    root = UserFactory.create(is_superuser=True)
    given: dict[str, Any] = {"user": old, "heir": heir, "on": clock.today(), "reason": REASON, "close": True}
    for wrong in (
        {"actor": UserFactory.create()},
        {"actor": manager, "reason": " "},
        {"actor": manager, "heir": old},
        {"actor": manager, "user": manager},
        {"actor": manager, "user": root},
        {"actor": manager, "heir": UserFactory.create(is_active=False)},
    ):
        with pytest.raises(Refused):
            leave(**{**given, **wrong})
    assert rules.has_unit_role(again(old), unit.pk, Role.UNIT_OFFICER)
    assert leave(actor=manager, **given).ended


def test_nobody_takes_over_what_decides_from_themselves(manager: User, unit: Unit) -> None:
    old = holder(Role.UNIT_HEAD, unit)
    with pytest.raises(Refused, match="chính mình"):
        leave(actor=manager, user=old, heir=manager, on=clock.today(), reason=REASON, close=False)
    assert Membership.objects.get(user=old).valid_to is None


def test_the_page_names_what_is_open_and_hands_over(manager: User, unit: Unit) -> None:
    old, heir = holder(Role.UNIT_OFFICER, unit), UserFactory.create(username="nguoi.moi")
    client, address = sign_in(manager), reverse("people:leaving", args=[old.pk])
    assert "Không có việc nào còn mở." in client.get(address).text
    today = f"{clock.today():%d/%m/%Y}"
    page = client.post(address, {"on": today, "heir": "khong.co", "reason": REASON})
    assert page.status_code == 422
    assert "Không có tài khoản đang mở" in page.text
    assert REASON in page.text
    assert client.post(address, {"on": today, "heir": "nguoi.moi", "reason": REASON}).status_code == 302
    assert Membership.objects.filter(user=heir, role=Role.UNIT_OFFICER).exists()
    assert sign_in(heir).get(address).status_code == 403


def test_open_work_is_asked_of_every_room() -> None:
    assert open_work(UserFactory.create()) == []


# --- when no manager is left --------------------------------------------------------------------------


@pytest.fixture
def orphaned(manager: User) -> User:
    """A system whose managers are gone; its administrator."""
    for row in Membership.objects.filter(role=Role.INDEX_MANAGER):
        revoke_role(actor=None, membership_id=row.pk, reason="Nghỉ hưu")
    return UserFactory.create(is_superuser=True)


def test_while_a_manager_is_left_the_command_line_brings_none(manager: User) -> None:
    UserFactory.create(username="a")
    UserFactory.create(username="b")
    with pytest.raises(CommandRefused, match="Còn người quản lý"):
        call_command("bring_back_managers", "a", "b", reason=REASON)
    assert not RoleProposal.objects.exists()


def test_two_whom_the_command_line_proposes_confirm_each_other(orphaned: User) -> None:
    first, second = UserFactory.create(username="a"), UserFactory.create(username="b")
    call_command("bring_back_managers", "a", "b", reason=REASON)
    rows = {row.user_id: row for row in RoleProposal.objects.all()}
    assert Mail.objects.filter(subject="Khôi phục người quản lý Chỉ số").count() == 2  # both who left
    for wrong, row in ((orphaned, rows[first.pk]), (first, rows[first.pk])):
        with pytest.raises(Refused):
            confirm_roles(actor=again(wrong), proposal_ids=[row.pk])
    confirm_roles(actor=again(first), proposal_ids=[rows[second.pk].pk])
    confirm_roles(actor=again(second), proposal_ids=[rows[first.pk].pk])
    assert rules.is_index_manager(again(first))
    assert rules.is_index_manager(again(second))
    assert not rules.is_bringing_up()
    assert [fault for fault in faults() if "Đề nghị" in fault or "Vai trò" in fault] == []


def test_nothing_else_is_confirmed_meanwhile(orphaned: User, unit: Unit) -> None:
    first = UserFactory.create(username="a")
    UserFactory.create(username="b")
    puppets = UserFactory.create_batch(2)
    wishes = [RoleWish(puppets[0], Role.INDEX_MANAGER), RoleWish(puppets[1], Role.UNIT_HEAD, unit)]
    others = propose_roles(actor=orphaned, wishes=wishes, reason="Tự đề nghị")
    bring_back_managers(usernames=["a", "b"], reason=REASON)
    for row in others:
        with pytest.raises(Refused):
            confirm_roles(actor=again(first), proposal_ids=[row.pk])
        assert not rules.may_confirm(again(first), row)
    with pytest.raises(Refused):  # a candidate of the administrator's own is no second person
        confirm_roles(actor=again(puppets[0]), proposal_ids=[RoleProposal.objects.get(user=first).pk])


@pytest.mark.parametrize("names", [("a", "a"), ("a", "khong-co"), ("a", "dong")])
def test_it_takes_two_open_accounts(orphaned: User, names: tuple[str, str]) -> None:
    UserFactory.create(username="a")
    UserFactory.create(username="dong", is_active=False)
    with pytest.raises(Refused, match="hai tên đăng nhập"):
        bring_back_managers(usernames=names, reason=REASON)
