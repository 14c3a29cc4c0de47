"""Somebody leaves: roles end, who follows gets them, the account closes. One deed, one reason."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units import rules
from units.actions import account_facts, revoke_role
from units.auditlog.actions import record
from units.models import DECIDING, Membership, Role, User
from units.roles.actions import end_role

from .actions import give_role


@dataclass(slots=True)
class Leaving:
    """What became of the roles: ended, given to the follower at once, put before a second person."""

    ended: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)


@transaction.atomic
def leave(
    *, actor: User, user: User, heir: User | None, on: date, reason: str, close: bool, address: str = ""
) -> Leaving:
    """Roles of `user` end with the day `on`; `heir` holds them from the next day on, those that decide as proposals.
    `close`: the account and its sessions end at once. Raises Refused: for oneself, for administrators, for the last
    manager, and whatever ending and giving refuse."""
    words = clean(reason)
    _check(actor, user, heir, words)
    said = Leaving()
    rows = Membership.objects.filter(user=user, active=True).select_related("unit").order_by("pk")
    for row in [row for row in rows if row.valid_to is None or row.valid_to > on]:
        until = row.valid_to
        if row.valid_from and row.valid_from > on:
            revoke_role(actor=actor, membership_id=row.pk, reason=words, address=address)
        else:
            end_role(actor=actor, membership_id=row.pk, on=on, reason=words, address=address)
        said.ended.append(row.get_role_display())
        if heir is not None:
            first = max(on + timedelta(days=1), row.valid_from or date.min)
            wish = {"role": row.role, "unit": row.unit, "valid_from": first, "valid_to": until}
            give_role(actor=actor, user=heir, wish=wish, reason=words, address=address)
            (said.proposed if row.role in DECIDING else said.given).append(Role(row.role).label)
    if close:
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        after = account_facts(locked)
        record(actor=actor, verb="close_account", obj=locked, after=after, reason=words, address=address)
    return said


def _check(actor: User, user: User, heir: User | None, words: str) -> None:
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền bàn giao tài khoản.")
    if not words:
        raise Refused("Nhập lý do bàn giao.")
    if user.pk == actor.pk:
        raise Refused("Không bàn giao tài khoản của chính mình: nhờ người quản lý Chỉ số khác.")
    if user.is_staff or user.is_superuser:
        raise Refused("Tài khoản của người quản trị do trang Quản trị đóng.")
    if heir is not None and (heir.pk == user.pk or not heir.is_active):
        raise Refused("Người nhận phải là một tài khoản khác, đang mở.")
