"""Two persons are two persons: every door by which one account made itself manager and published alone, tried.

Each test first goes the forbidden way and finds nothing changed, then the way of two persons, which opens.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units import ledger, rules
from units.actions import grant_role, revoke_role
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import DECIDING, Membership, Role, RoleProposal, Unit, User
from units.roles.actions import RoleWish, confirm_roles, end_role, propose_roles, refuse_role
from units.tests.factories import UnitFactory, UserFactory
from units.tests.people_lists import again, held

pytestmark = pytest.mark.django_db
USER = "/quan-tri/units/user/"


def manager(name: str) -> User:
    """A manager of some standing, as the demonstration seeds them: with an entry in the log."""
    user = UserFactory.create(username=name, full_name=name)
    grant_role(actor=None, user=user, role=Role.INDEX_MANAGER)
    return again(user)


@pytest.fixture
def two() -> tuple[User, User]:
    return manager("quanly1"), manager("quanly2")


def propose(actor: User | None, user: User, role: Role = Role.COUNCIL_MEMBER, unit: Unit | None = None) -> RoleProposal:
    return propose_roles(actor=actor, wishes=[RoleWish(user, role, unit)], reason="Quyết định 12")[0]


def confirm(actor: User, *proposals: RoleProposal) -> list[Membership]:
    return confirm_roles(actor=again(actor), proposal_ids=[row.pk for row in proposals])


def faults() -> list[str]:
    """What the ledger finds in roles; accounts that a factory made have no entry of their powers."""
    return [fault for fault in ledger.check() if not fault.startswith("Tài khoản")]


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def days_later() -> AbstractContextManager[None]:
    return clock.at(clock.now() + timedelta(days=2))


# --- the try of one staff account -----------------------------------------------------------------


def staff() -> User:
    """Who may change accounts and roles in the administration."""
    user = UserFactory.create(username="nhan-vien", is_staff=True)
    names = ("add_user", "change_user", "view_user", "add_membership", "change_membership", "view_membership")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return again(user)


def role_form(user: User, role: Role) -> dict[str, object]:
    return {
        "username": user.username, "full_name": user.full_name, "email": user.email, "is_active": "on",
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-user": user.pk,
        "memberships-0-role": role, "memberships-0-active": "on",
    }  # fmt: skip


@pytest.mark.parametrize("make", [staff, lambda: UserFactory.create(username="goc", is_staff=True, is_superuser=True)])
def test_one_staff_account_cannot_become_manager_with_a_puppet(
    make: Callable[[], User], two: tuple[User, User]
) -> None:
    one = make()
    page = sign_in(one)
    # It makes itself manager.
    page.post(f"{USER}{one.pk}/change/", role_form(one, Role.INDEX_MANAGER))
    with pytest.raises(Refused, match="cho chính mình"):
        propose(one, one, Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="người khác xác nhận"):
        grant_role(actor=one, user=one, role=Role.INDEX_MANAGER)
    # It makes a second account, sets its password, and gives that one the role.
    secret = "Day-keo-sau-man-2026"
    typed = {"username": "con-roi", "full_name": "Con Rối", "email": "r@x.vn", "password1": secret, "password2": secret}
    page.post(
        f"{USER}add/",
        {**typed, "usable_password": "true", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0},
    )
    puppet = User.objects.get(username="con-roi")
    page.post(f"{USER}{puppet.pk}/change/", role_form(puppet, Role.INDEX_MANAGER))
    assert not Membership.objects.filter(user__in=[one, puppet]).exists()
    proposal = RoleProposal.objects.get()
    assert (proposal.user, proposal.proposed_by) == (puppet, one)
    # It confirms, as itself and as the puppet.
    for account in (one, puppet):
        with pytest.raises(Refused):
            confirm(account, proposal)
        assert not rules.may_confirm(again(account), proposal)
    # It signs in as the puppet: the password was its own for one use only.
    client = Client()
    assert client.login(username="con-roi", password=secret)
    answer = client.get(reverse("results:control"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_change_password"))
    # All managers have been told of the try.
    told = Mail.objects.filter(event=f"units.proposed:{proposal.pk}-{proposal.pk}")
    assert {letter.recipient for letter in told} == set(two)
    # The way of two persons.
    assert confirm(two[0], proposal)[0].user == puppet
    with pytest.raises(Refused, match="còn mới"):
        confirm(puppet, propose(two[0], UserFactory.create()))
    with days_later():
        assert confirm(puppet, RoleProposal.objects.get(state="open"))
    assert faults() == []


def test_a_password_set_by_an_administrator_serves_once_and_is_told(two: tuple[User, User]) -> None:
    root, secret = UserFactory.create(is_staff=True, is_superuser=True), "Chiec-o-mau-vang-26"
    proposal = propose(two[1], UserFactory.create())
    assert rules.may_confirm(two[0], proposal)  # the control
    typed = {"password1": secret, "password2": secret, "usable_password": "true"}
    sign_in(root).post(f"{USER}{two[0].pk}/password/", typed)
    client = Client()
    assert client.login(username="quanly1", password=secret)
    for path in (reverse("people:proposals"), reverse("results:control"), "/quan-tri/"):
        assert client.get(path)["Location"] == reverse("account_change_password")
    assert "chỉ dùng một lần" in client.get(reverse("account_change_password")).text
    told = Mail.objects.filter(event__startswith=f"units.access:{two[0].pk}")
    assert {letter.recipient for letter in told} == set(two)
    own = {"old_password": secret, "new_password1": "Cua-toi-thoi-2026", "new_password2": "Cua-toi-thoi-2026"}
    client.post(reverse("account_change_password"), own)
    assert client.get(reverse("results:control")).status_code == 200
    with pytest.raises(Refused, match="còn mới"):  # whoever it is, the account decides nothing today
        confirm(two[0], proposal)
    with days_later():
        assert confirm(two[0], proposal)


def test_another_address_for_an_account_is_told_at_the_former_one(two: tuple[User, User]) -> None:
    root, former = UserFactory.create(is_staff=True, is_superuser=True), two[0].email
    form: dict[str, object] = {
        "username": "quanly1",
        "full_name": "quanly1",
        "email": "ke-gian@x.vn",
        "is_active": "on",
    }
    row = two[0].memberships.get()
    form |= {
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": row.pk,
        "memberships-0-user": two[0].pk, "memberships-0-role": row.role, "memberships-0-active": "on",
    }  # fmt: skip
    sign_in(root).post(f"{USER}{two[0].pk}/change/", form)
    assert again(two[0]).email == "ke-gian@x.vn"
    told = Mail.objects.filter(event__startswith=f"units.access:{two[0].pk}")
    assert {letter.address for letter in told} == {former, two[1].email}
    assert rules.waits_until(again(two[0]), Role.INDEX_MANAGER)


# --- the verbs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", DECIDING)
def test_who_decides_is_given_by_one_and_confirmed_by_another(role: Role, two: tuple[User, User]) -> None:
    unit, user = UnitFactory.create(), UserFactory.create()
    proposal = propose(two[0], user, role, unit)
    assert held(user.email) == []
    for wrong in (two[0], user, UserFactory.create(is_superuser=True)):
        with pytest.raises(Refused):
            confirm(wrong, proposal)
        assert proposal not in rules.proposals_confirmable_by(again(wrong))
    assert proposal in rules.proposals_confirmable_by(two[1])
    confirm(two[1], proposal)
    assert held(user.email) == [role]
    assert {letter.recipient for letter in Mail.objects.filter(event__startswith="units.confirmed")} == {user, two[0]}
    with pytest.raises(Refused, match="không còn chờ"):
        confirm(two[1], proposal)
    assert faults() == []


def test_a_proposal_waits_once_has_a_reason_and_may_be_refused(two: tuple[User, User]) -> None:
    user = UserFactory.create()
    with pytest.raises(Refused, match="Nhập lý do"):
        propose_roles(actor=two[0], wishes=[RoleWish(user, Role.COUNCIL_MEMBER)], reason=" ")
    with pytest.raises(Refused, match="phải gắn với một đơn vị"):
        propose(two[0], user, Role.UNIT_HEAD)
    with pytest.raises(Refused, match="giao trực tiếp"):
        propose(two[0], user, Role.OBSERVER)
    with pytest.raises(Refused, match="không có quyền"):
        propose(user, UserFactory.create())
    proposal = propose(two[0], user)
    wish = [RoleWish(user, Role.COUNCIL_MEMBER)]
    assert propose_roles(actor=two[1], wishes=wish, reason="Lần nữa") == []
    with pytest.raises(Refused, match="Nhập lý do"):
        refuse_role(actor=two[1], proposal_id=proposal.pk, reason="")
    refuse_role(actor=two[1], proposal_id=proposal.pk, reason="Chưa đúng")
    with pytest.raises(Refused, match="không còn chờ"):
        refuse_role(actor=two[1], proposal_id=proposal.pk, reason="Chưa đúng")
    assert faults() == []


def test_a_list_is_confirmed_as_a_whole_or_not_at_all(two: tuple[User, User]) -> None:
    good, own = propose(None, UserFactory.create()), propose(two[1], UserFactory.create())
    with pytest.raises(Refused, match="khác người đề nghị"):
        confirm(two[1], good, own)
    assert not Membership.objects.filter(role=Role.COUNCIL_MEMBER).exists()
    assert len(confirm(two[0], good, own)) == 2
    with pytest.raises(Refused, match="Chưa chọn"):
        confirm(two[0])


def test_a_fresh_role_waits_and_the_setting_says_how_long(two: tuple[User, User], settings: Settings) -> None:
    third = UserFactory.create()
    confirm(two[1], propose(two[0], third, Role.INDEX_MANAGER))
    waiting = propose(two[0], UserFactory.create())
    with pytest.raises(Refused, match="được xác nhận, phê duyệt từ"):
        confirm(third, waiting)
    settings.ROLE_WAIT_HOURS = 0
    assert confirm(third, waiting)


def test_the_last_manager_stays_and_an_end_needs_a_reason(two: tuple[User, User]) -> None:
    roles = [user.memberships.get() for user in two]
    today = clock.today()
    with pytest.raises(Refused, match="Nhập lý do"):
        end_role(actor=two[0], membership_id=roles[1].pk, on=today, reason="")
    with pytest.raises(Refused, match="không có quyền"):
        end_role(actor=UserFactory.create(), membership_id=roles[1].pk, on=today, reason="Chuyển")
    end_role(actor=two[0], membership_id=roles[1].pk, on=today, reason="Chuyển công tác")
    with pytest.raises(Refused, match="duy nhất"):
        end_role(actor=two[0], membership_id=roles[0].pk, on=today, reason="Chuyển")
    assert Mail.objects.filter(event__startswith="units.ended", recipient=two[1]).exists()
    with days_later():
        assert not rules.is_index_manager(again(two[1]))
    assert faults() == []


# --- an empty database ----------------------------------------------------------------------------


def test_the_first_administrator_proposes_two_managers_who_confirm_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Mat-khau-thu-1")
    call_command("createsuperuser", interactive=False, username="goc", email="g@x.vn", full_name="Quản Trị")
    root = User.objects.get()
    first, second, member = UserFactory.create_batch(3)
    ones, others = propose(root, first, Role.INDEX_MANAGER), propose(root, second, Role.INDEX_MANAGER)
    seat = propose(root, member)
    for wrong, proposal in ((root, ones), (first, ones), (member, ones), (first, seat)):
        with pytest.raises(Refused):
            confirm(wrong, proposal)
    confirm(first, others)
    with pytest.raises(Refused, match="Hai người quản lý Chỉ số đầu tiên"):
        confirm(second, seat)
    page = sign_in(again(second))
    done = page.post(reverse("people:proposals"), {"verb": "confirm", "proposals": [ones.pk]}, follow=True)
    assert "Đã xác nhận 1 vai trò." in done.text
    assert not rules.is_bringing_up()
    with pytest.raises(Refused, match="còn mới"):
        confirm(first, seat)
    with days_later():
        assert confirm(first, seat)
    assert faults() == []


def test_taking_managers_away_does_not_bring_the_beginning_back(two: tuple[User, User]) -> None:
    root = UserFactory.create(is_superuser=True)
    for user in two:
        revoke_role(actor=root, membership_id=user.memberships.get().pk, reason="Thử")
    puppets = UserFactory.create_batch(2)
    first, second = (propose(root, puppet, Role.INDEX_MANAGER) for puppet in puppets)
    for puppet, proposal in ((puppets[0], second), (puppets[1], first)):
        with pytest.raises(Refused):
            confirm(puppet, proposal)


# --- the database and its proof -------------------------------------------------------------------


@pytest.fixture
def given(two: tuple[User, User]) -> RoleProposal:
    proposal = propose(two[0], UserFactory.create())
    confirm(two[1], proposal)
    proposal.refresh_from_db()
    return proposal


def test_the_database_itself_refuses_one_person_for_both(given: RoleProposal, two: tuple[User, User]) -> None:
    for change in (
        {"decided_by": two[0]},
        {"decided_by": given.user},
        {"proposed_by": given.user},
        {"decided_by": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleProposal.objects.filter(pk=given.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"proposed_by": None},
        {"role": Role.INDEX_MANAGER},
        {"state": "refused"},
        {"reason": "Khác"},
        {"valid_to": "2030-01-01"},
    ],
)
def test_the_ledger_finds_a_proposal_that_was_changed(change: dict[str, object], given: RoleProposal) -> None:
    assert faults() == []
    RoleProposal.objects.filter(pk=given.pk).update(**change)
    assert "khác với nhật ký" in "".join(ledger.check())


def test_the_ledger_finds_roles_and_proposals_nobody_gave(given: RoleProposal, two: tuple[User, User]) -> None:
    Membership.objects.filter(user=given.user).update(confirmed_at=None)  # so as to be of standing at once
    assert "khác với nhật ký" in "".join(ledger.check())
    RoleProposal.objects.filter(pk=given.pk).delete()
    assert "không còn trong cơ sở dữ liệu" in "".join(ledger.check())
    stranger = UserFactory.create()
    Membership.objects.create(user=stranger, role=Role.INDEX_MANAGER)
    assert "nhật ký không ghi ai giao" in "".join(ledger.check())


def test_the_ledger_finds_a_confirmation_by_the_proposer(given: RoleProposal, two: tuple[User, User]) -> None:
    LogEntry.objects.filter(verb="confirm_role").update(actor=two[0])
    assert "cùng một người vừa đề nghị vừa xác nhận" in "".join(ledger.check())


@pytest.mark.parametrize(("field", "day"), [("valid_from", 1), ("valid_to", -1)])
def test_days_are_days_of_ha_noi(field: str, day: int, two: tuple[User, User]) -> None:
    row = two[0].memberships.get()
    Membership.objects.filter(pk=row.pk).update(**{field: clock.today() + timedelta(days=day)})
    assert not rules.is_index_manager(again(two[0]))
    assert two[0] not in [row.user for row in Membership.objects.in_force()]
    Membership.objects.filter(pk=row.pk).update(**{field: clock.today()})
    assert rules.is_index_manager(again(two[0]))
