"""People brought in, invited and shown in: no verb here ever knows a password."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units import rules
from units.actions import account_facts
from units.auditlog.actions import Change, record, record_many
from units.auditlog.digests import marked
from units.digests import membership_facts
from units.mail.actions import Posted
from units.models import DECIDING, UNIT_ROLES, Membership, Role, User
from units.roles.access import note_address
from units.roles.actions import RoleWish, propose_roles
from units.roles.mails import tell_access_changed

from . import mails, queries
from .accounts import PersonNamed, account_of, user_name
from .planning import NewAccount, PeopleFile, PeoplePlan, RoleStep, plan_people


@transaction.atomic
def import_people(*, actor: User | None, source: PeopleFile, name: str = "", take_hidden: bool = False) -> PeoplePlan:
    """Bring people in from a spreadsheet, all or nothing: accounts without a password that get an invitation, or wait
    for a code on paper where there is no address; officers, operators and observers at once, roles that decide as
    proposals. Repeating changes nothing. Raises as `plan_people`."""
    plan = plan_people(actor=actor, source=source, name=name, take_hidden=take_hidden)
    file = name or (Path(source).name if isinstance(source, str | Path) else "")
    try:
        made = _make_accounts(actor, plan.accounts)
    except IntegrityError:
        raise Refused("Tên đăng nhập vừa được tạo ở nơi khác: nhập lại tệp.") from None
    for user, email in plan.addresses.values():
        set_address(actor=actor, user=user, email=email)
    people = {step.who: step.user for step in plan.steps if step.user} | made
    _give(actor, [(people[step.who], step) for step in plan.given], f"Danh sách {file}".strip())
    if plan.proposed:
        wishes = [RoleWish(people[s.who], Role(s.row.role), s.unit, *s.days) for s in plan.proposed]
        propose_roles(actor=actor, wishes=wishes, reason=f"Danh sách người dùng {file}".strip())
    invite(actor=actor, users=[user for user in made.values() if user.email])
    return plan


def _make_accounts(actor: User | None, accounts: Mapping[str, NewAccount]) -> dict[str, User]:
    """Accounts that nobody can open before their owners have set a password, by whom the list means."""
    made = {}
    for who, account in accounts.items():
        user = User(username=account.username, full_name=account.name, email=account.email)
        user.set_unusable_password()
        made[who] = user
    with transaction.atomic():
        for user in made.values():
            user.save(force_insert=True)
    changes = [Change(user, None, account_facts(user)) for user in made.values()]
    record_many(actor=actor, verb="create_account", changes=changes)
    return made


def _give(actor: User | None, given: Sequence[tuple[User, RoleStep]], reason: str) -> None:
    changes = []
    for user, step in given:
        role = step.known or Membership(user=user, role=step.row.role, unit=step.unit)
        before = membership_facts(role) if role.pk else None
        role.active, (role.valid_from, role.valid_to) = True, step.days
        role.save()
        changes.append(Change(user, before, membership_facts(role)))
    record_many(actor=actor, verb="grant_role", changes=changes, reason=reason)


@transaction.atomic
def invite(*, actor: User | None, users: Sequence[User], address: str = "") -> Posted:
    """Send each a link to set the password, also again to who never came; who has no address is counted: a code on
    paper opens the account. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền gửi thư mời.")
    posted = mails.invite(user for user in users if user.is_active)
    reached = [user for user in users if user.email]
    record_many(actor=actor, verb="invite", changes=[Change(user) for user in reached], address=address)
    return posted


@transaction.atomic
def remind_newcomers() -> int:
    """Write again to whoever was invited and never came; may run as often as it likes. Returns how many letters."""
    users = queries.overdue_newcomers()
    posted = mails.invite(users)
    record_many(actor=None, verb="invite", changes=[Change(user) for user in users], reason="Nhắc định kỳ")
    return posted.written


def password_forgotten(*, typed: str) -> None:
    """Send the owner of a user name or address a link; where the account has no address the managers are told, once a
    day. Whoever asked is told nothing of whether there is one."""
    users = queries.accounts_called(typed)
    mails.remind([user for user in users if user.email])
    mails.tell_forgotten([user for user in users if not user.email])


@transaction.atomic
def password_was_set(*, user: User, address: str = "") -> None:
    """The owner has set a password by a link: whatever somebody else had set is over."""
    user.one_time_password = False
    user.save(update_fields=["one_time_password"])
    user.refresh_from_db(fields=["access_changed_at"])
    record(actor=user, verb="set_password", obj=user, after=marked(user), address=address)


@transaction.atomic
def set_address(*, actor: User | None, user: User, email: str, address: str = "") -> bool:
    """Give an account an address of mail, or another. Whoever holds the address opens the account by it, so the account
    decides nothing for a while, and its owner (at the former address) and all managers are told. Never for oneself and
    for administrators. Returns whether it changed. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền ghi thư điện tử của người khác.")
    if actor is not None and actor.pk == user.pk:
        raise Refused("Không ghi thư điện tử của chính mình ở đây: nhờ người quản lý Chỉ số khác.")
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.is_staff or locked.is_superuser:
        raise Refused("Thư điện tử của người quản trị do trang Quản trị ghi.")
    to = email.strip().lower()
    if to == locked.email.lower():
        return False
    if others := queries.account_book([], [to], []).by_email.get(to):
        raise Refused(f"Địa chỉ {to} là của tài khoản {others[0].username} ({others[0]}): mỗi người một địa chỉ.")
    former, locked.email = locked.email, to
    note_address(locked, former)
    locked.save(update_fields=["email", "access_changed_at"])
    tell_access_changed(locked, actor, "đổi thư điện tử" if former else "ghi thư điện tử", former)
    after = {"email": to, **marked(locked)}
    record(actor=actor, verb="set_address", obj=locked, before={"email": former}, after=after, address=address)
    return True


@transaction.atomic
def add_person(
    *,
    actor: User,
    full_name: str,
    wish: dict[str, Any],
    reason: str,
    email: str = "",
    username: str = "",
    address: str = "",
) -> tuple[User, bool]:
    """A person by hand with a first role: an account where none is meant yet, which is then invited; who has no address
    comes in by a code on paper. Returns the account and whether it is new. Raises Refused as `give_role`, and where it
    is not certain who is meant."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền thêm người dùng.")
    unit = wish.get("unit")
    person = PersonNamed(
        clean(full_name), email.strip().lower(), username.strip(), wish["role"], unit.pk if unit else None
    )
    book = queries.account_book([person.name], [person.email], [person.username])
    user, doubts = account_of(person, book)
    if doubts:
        raise Refused(" ".join(map(str, doubts)))
    made = user is None
    if user is None:
        user = User(username=user_name(person, book.by_username), full_name=person.name, email=person.email)
        user.set_unusable_password()
        user.save(force_insert=True)
        record(actor=actor, verb="create_account", obj=user, after=account_facts(user), address=address)
        mails.invite([user])
    elif person.email and not user.email:
        set_address(actor=actor, user=user, email=person.email, address=address)
    give_role(actor=actor, user=user, wish=wish, reason=reason, address=address)
    return user, made


@transaction.atomic
def give_role(*, actor: User, user: User, wish: dict[str, Any], reason: str, address: str = "") -> bool:
    """Give a role at once, or propose one that decides. `wish`: role, unit, valid_from, valid_to. Returns whether it
    waits for a second person. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền giao vai trò.")
    role, unit = Role(wish["role"]), wish.get("unit")
    days = (wish.get("valid_from"), wish.get("valid_to"))
    if role in UNIT_ROLES and unit is None:
        raise Refused(f"Vai trò {role.label} phải gắn với một đơn vị.")
    if days[0] and days[1] and days[1] < days[0]:
        raise Refused("Đến ngày phải sau Từ ngày.")
    if role in DECIDING:
        propose_roles(actor=actor, wishes=[RoleWish(user, role, unit, *days)], reason=reason, address=address)
        return True
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    held = Membership.objects.filter(user=user, role=role, unit=unit).first()
    before = membership_facts(held) if held else None
    row = held or Membership(user=user, role=role, unit=unit)
    row.active, (row.valid_from, row.valid_to) = True, days
    row.save()
    if before != membership_facts(row):
        after = membership_facts(row)
        record(
            actor=actor,
            verb="grant_role",
            obj=user,
            before=before,
            after=after,
            unit=unit,
            reason=reason,
            address=address,
        )
    return False
