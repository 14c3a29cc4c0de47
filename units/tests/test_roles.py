"""Roles given and taken back: allowed, logged, counted from the next request."""

import pytest
from django.contrib.auth.models import Permission

from cchc_index.lib.faults import Refused
from units import rules
from units.actions import grant_role, revoke_role
from units.auditlog.models import LogEntry
from units.models import Membership, Role, User
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    """The person in the next request."""
    return User.objects.get(pk=user.pk)


def test_granted_role_counts_and_is_logged() -> None:
    user, unit = UserFactory.create(), UnitFactory.create()

    grant_role(actor=None, user=user, role=Role.UNIT_HEAD, unit=unit, reason="QĐ 12")

    assert rules.has_unit_role(again(user), unit.pk, Role.UNIT_HEAD)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.unit, entry.reason) == ("grant_role", unit, "QĐ 12")


def test_granting_twice_changes_nothing() -> None:
    user, unit = UserFactory.create(), UnitFactory.create()
    for _ in range(2):
        grant_role(actor=None, user=user, role=Role.UNIT_HEAD, unit=unit)

    assert Membership.objects.count() == LogEntry.objects.count() == 1


def test_revoked_role_stops_counting_and_can_be_given_back() -> None:
    user = UserFactory.create()
    membership = grant_role(actor=None, user=user, role=Role.OBSERVER)

    revoke_role(actor=None, membership_id=membership.pk, reason="chuyển công tác")
    assert not rules.is_observer(again(user))

    grant_role(actor=None, user=user, role=Role.OBSERVER)
    assert rules.is_observer(again(user))
    assert list(LogEntry.objects.values_list("verb", flat=True)) == ["grant_role", "revoke_role", "grant_role"]


def test_revoking_needs_a_reason() -> None:
    membership = grant_role(actor=None, user=UserFactory.create(), role=Role.OBSERVER)
    with pytest.raises(Refused):
        revoke_role(actor=None, membership_id=membership.pk, reason="  ")
    assert Membership.objects.get().active


def test_unit_role_needs_a_unit() -> None:
    with pytest.raises(Refused, match="gắn với một đơn vị"):
        grant_role(actor=None, user=UserFactory.create(), role=Role.UNIT_OFFICER)


def test_only_the_administrator_gives_roles() -> None:
    plain, admin = UserFactory.create(), UserFactory.create()
    admin.user_permissions.add(Permission.objects.get(codename="change_membership"))

    with pytest.raises(Refused):
        grant_role(actor=plain, user=plain, role=Role.INDEX_MANAGER)
    grant_role(actor=again(admin), user=plain, role=Role.OBSERVER)
    assert rules.is_observer(again(plain))


def test_inactive_account_has_no_role() -> None:
    user = UserFactory.create()
    grant_role(actor=None, user=user, role=Role.OBSERVER)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not rules.is_observer(again(user))
