"""People brought in, invited and shown in: no verb here ever knows a password."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, transaction

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.text import clean, fold
from units import rules
from units.actions import account_facts
from units.auditlog.actions import Change, record, record_many
from units.auditlog.digests import marked
from units.digests import membership_facts
from units.models import DECIDING, UNIT_ROLES, Membership, Role, Unit, User
from units.roles.actions import RoleWish, propose_roles

from . import mails, queries
from .sheet import PersonRow, read_people

PeopleFile = str | Path | IO[bytes]


@dataclass(slots=True)
class RoleStep:
    """What one line does: to whom (None: an account that the list makes), which role, where, and what becomes of it."""

    row: PersonRow
    user: User | None
    unit: Unit | None
    known: Membership | None
    waits: bool
    ends: bool = False
    changes: bool = False
    """Whether the line asks for anything that is not so already."""

    @property
    def number(self) -> int:
        """The row's number in the file: a template would take the row itself for a mapping."""
        return self.row.line.number

    @property
    def label(self) -> str:
        return str(Role(self.row.role).label)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day: the file's, where it has one, else what stands."""
        stands = (self.known.valid_from, self.known.valid_to) if self.known else (None, None)
        return self.row.valid_from or stands[0], self.row.valid_to or stands[1]

    def looked_at(self) -> bool:
        """`changes`, as it is before anything is done."""
        if self.ends or self.waits:
            return False
        if self.known is None or not self.known.active:
            return True
        return self.days != (self.known.valid_from, self.known.valid_to)

    @property
    def decides(self) -> bool:
        return self.row.role in DECIDING


@dataclass(slots=True)
class PeoplePlan:
    """What an import would do, before it does anything."""

    accounts: dict[str, PersonRow] = field(default_factory=dict)
    steps: list[RoleStep] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def given(self) -> list[RoleStep]:
        return [step for step in self.steps if step.changes and not step.decides]

    @property
    def proposed(self) -> list[RoleStep]:
        return [step for step in self.steps if step.changes and step.decides]

    @property
    def same(self) -> int:
        return sum(not step.changes for step in self.steps)

    def __str__(self) -> str:
        if not (self.accounts or self.given or self.proposed):
            return f"Không có gì thay đổi: {self.same} dòng đã có."
        return (
            f"{len(self.accounts)} tài khoản mới, {len(self.given)} vai trò giao ngay, "
            f"{len(self.proposed)} vai trò chờ người thứ hai xác nhận, {self.same} dòng đã có."
        )


def plan_people(*, actor: User | None, source: PeopleFile, name: str = "", take_hidden: bool = False) -> PeoplePlan:
    """What a list of people would do; nothing is written. Raises ImportRefused with every fault by cell, Refused for
    who may not."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền nhập danh sách người dùng.")
    people = read_people(source, queries.role_words(), queries.role_labels(), name=name, take_hidden=take_hidden)
    faults, plan = list(people.faults), PeoplePlan(said=list(people.said))
    accounts = queries.accounts_by_email(row.email for row in people.rows)
    known_users = [user for users in accounts.values() for user in users]
    roles, waiting = queries.roles_of(known_users), queries.waiting_of(known_users)
    book = queries.unit_book()
    for row in people.rows:
        user = _account(row, accounts.get(row.email, []), faults)
        if user is None and row.email:
            plan.accounts.setdefault(row.email, row)
        if user is not None and actor is not None and user.pk == actor.pk and row.role in DECIDING:
            faults.append(
                row.line.fault("role", "không ai đề nghị vai trò cho chính mình", "nhờ người khác nhập dòng này")
            )
        unit = _unit(row, book, faults)
        key = (user.pk if user else 0, row.role, unit.pk if unit else None)
        step = RoleStep(row, user, unit, roles.get(key), key in waiting)
        step.ends = _stays_ended(step)
        step.changes = step.looked_at()
        plan.steps.append(step)
    plan.steps = _without_twins(plan.steps, faults, plan.said)
    if faults:
        raise ImportRefused(faults)
    if ended := [f"{step.row.name}, {step.label}" for step in plan.steps if step.ends]:
        plan.said.append(f"Vai trò đã kết thúc, không giao lại (muốn giao lại, ghi Từ ngày mới): {'; '.join(ended)}.")
    return plan


def _account(row: PersonRow, accounts: Sequence[User], faults: list[Fault]) -> User | None:
    """The account of the line's address; what does not fit is added to `faults`."""
    if not accounts:
        return None
    if len(accounts) > 1:
        names = ", ".join(user.username for user in accounts)
        faults.append(row.line.fault("email", f"địa chỉ này có ở nhiều tài khoản: {names}", "sửa ở trang Quản trị"))
    user = accounts[0]
    if not user.is_active:
        faults.append(
            row.line.fault("email", f"tài khoản {user.username} đã đóng", "mở lại tài khoản, hoặc bỏ dòng này")
        )
    if row.name and fold(user.full_name) != fold(row.name):
        message = f"tài khoản {user.username} của địa chỉ này mang tên “{user.full_name}”"
        faults.append(row.line.fault("name", message, "ghi đúng tên đã có, hoặc sửa họ tên ở trang Quản trị trước"))
    return user


def _unit(row: PersonRow, book: queries.UnitBook, faults: list[Fault]) -> Unit | None:
    """The unit that the line names; what does not fit is added to `faults`."""
    group = book.group(row.group) if row.group else None
    if row.group and group is None:
        names = "; ".join(dict.fromkeys(f"{one.name} ({one.code})" for one in book.groups.values()))
        faults.append(row.line.fault("group", f"không có khối “{row.group[:40]}”", f"ghi tên hoặc mã khối: {names}"))
        return None
    if not row.unit:
        if row.role in UNIT_ROLES:
            label = Role(row.role).label
            faults.append(row.line.fault("unit", f"vai trò {label} phải có đơn vị", "ghi mã đơn vị"))
        elif group is not None:
            faults.append(row.line.fault("unit", "có khối mà không có mã đơn vị", "ghi mã đơn vị, hoặc bỏ trống Khối"))
        return None
    units = book.units(row.unit, group)
    if not units:
        known = [unit.code for rows in book.by_code.values() for unit in rows]
        repair = codes.repair_of(row.unit, known, "ghi mã như trong danh sách đơn vị")
        faults.append(row.line.fault("unit", f"không có đơn vị mã “{row.unit[:40]}”", repair))
        return None
    if len(units) > 1:
        blocks = ", ".join(f"{unit.group.name} ({unit.group.code})" for unit in units)
        message = f"mã “{row.unit}” có ở nhiều khối: {blocks}"
        faults.append(row.line.fault("unit", message, "ghi khối ở cột Khối"))
        return None
    return units[0]


def _stays_ended(step: RoleStep) -> bool:
    """A role that has ended is not given again by a list that only repeats it."""
    known = step.known
    if known is None or (step.row.valid_from and step.row.valid_from != known.valid_from):
        return False
    return not known.active or bool(known.valid_to and step.row.valid_to is None)


def _without_twins(steps: list[RoleStep], faults: list[Fault], said: list[str]) -> list[RoleStep]:
    """Each role of a person once; the same line again is named, with other dates it is a fault."""
    first: dict[tuple[str, str, int | None], RoleStep] = {}
    kept = []
    for step in steps:
        row = step.row
        other = first.setdefault((row.email, row.role, step.unit.pk if step.unit else None), step)
        if other is step or not row.role:
            kept.append(step)
        elif other.days == step.days:
            said.append(
                f"{row.line.place[0].upper()}{row.line.place[1:]} lặp lại {other.row.line.place}: tính một lần."
            )
        else:
            message = f"vai trò này đã có ở {other.row.line.place} với ngày khác"
            faults.append(row.line.fault("role", message, "giữ một dòng"))
    return kept


@transaction.atomic
def import_people(*, actor: User | None, source: PeopleFile, name: str = "", take_hidden: bool = False) -> PeoplePlan:
    """Bring people in from a spreadsheet, all or nothing: accounts without a password that get an invitation; officers,
    operators and observers at once, roles that decide as proposals. Repeating changes nothing.
    Raises as `plan_people`."""
    plan = plan_people(actor=actor, source=source, name=name, take_hidden=take_hidden)
    file = name or (Path(source).name if isinstance(source, str | Path) else "")
    try:
        made = _make_accounts(actor, plan.accounts.values())
    except IntegrityError:
        raise Refused("Tên đăng nhập vừa được tạo ở nơi khác: nhập lại tệp.") from None
    people = {step.row.email: step.user for step in plan.steps if step.user} | made
    _give(actor, [(people[step.row.email], step) for step in plan.given], f"Danh sách {file}".strip())
    if plan.proposed:
        wishes = [RoleWish(people[s.row.email], Role(s.row.role), s.unit, *s.days) for s in plan.proposed]
        propose_roles(actor=actor, wishes=wishes, reason=f"Danh sách người dùng {file}".strip())
    invite(actor=actor, users=list(made.values()))
    return plan


def _make_accounts(actor: User | None, rows: Iterable[PersonRow]) -> dict[str, User]:
    """Accounts that nobody can open before their owners have set a password, by address."""
    taken = {name.lower() for name in User.objects.order_by().values_list("username", flat=True)}
    made = {}
    for row in rows:
        user = User(username=_user_name(row.email, taken), full_name=row.name, email=row.email)
        user.set_unusable_password()
        taken.add(user.username)
        made[row.email] = user
    with transaction.atomic():
        for user in made.values():
            user.save(force_insert=True)
    changes = [Change(user, None, account_facts(user)) for user in made.values()]
    record_many(actor=actor, verb="create_account", changes=changes)
    return made


def _user_name(email: str, taken: Collection[str]) -> str:
    """The part before the @, as far as user names take it; the whole address where somebody has that already."""
    local = "".join(c for c in email.partition("@")[0] if c.isalnum() or c in ".+-_")
    if local and local not in taken:
        return local[:150]
    return "".join(c for c in email if c.isalnum() or c in "@.+-_")[:150]


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
def invite(*, actor: User | None, users: Sequence[User], address: str = "") -> int:
    """Send each a link to set the password, also again to who never came. Returns how many letters were written.
    Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền gửi thư mời.")
    posted = mails.invite(user for user in users if user.is_active)
    record_many(actor=actor, verb="invite", changes=[Change(user) for user in users], address=address)
    return posted.written


@transaction.atomic
def remind_newcomers() -> int:
    """Write again to whoever was invited and never came; may run as often as it likes. Returns how many letters."""
    users = queries.overdue_newcomers()
    posted = mails.invite(users)
    record_many(actor=None, verb="invite", changes=[Change(user) for user in users], reason="Nhắc định kỳ")
    return posted.written


def password_forgotten(*, typed: str) -> None:
    """Send the owner of a user name or address a link; whoever asked is told nothing of whether there is one."""
    mails.remind(queries.accounts_called(typed))


@transaction.atomic
def password_was_set(*, user: User, address: str = "") -> None:
    """The owner has set a password by a link: whatever somebody else had set is over."""
    user.one_time_password = False
    user.save(update_fields=["one_time_password"])
    user.refresh_from_db(fields=["access_changed_at"])
    record(actor=user, verb="set_password", obj=user, after=marked(user), address=address)


@transaction.atomic
def add_person(
    *, actor: User, full_name: str, email: str, wish: dict[str, Any], reason: str, address: str = ""
) -> tuple[User, bool]:
    """A person by hand with a first role: an account where the address has none, which is then invited. Returns the
    account and whether it is new. Raises Refused as `give_role`, and for an address that bears another name."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền thêm người dùng.")
    address_key = email.strip().lower()
    accounts = queries.accounts_by_email([address_key]).get(address_key, [])
    user = accounts[0] if accounts else None
    if len(accounts) > 1:
        raise Refused(f"Địa chỉ {address_key} có ở nhiều tài khoản: sửa ở trang Quản trị.")
    if user is not None and fold(user.full_name) != fold(full_name):
        raise Refused(f"Địa chỉ {address_key} là của tài khoản {user.username} ({user.full_name}): kiểm tra lại.")
    made = user is None
    if user is None:
        taken = {name.lower() for name in User.objects.order_by().values_list("username", flat=True)}
        user = User(username=_user_name(address_key, taken), full_name=clean(full_name), email=address_key)
        user.set_unusable_password()
        user.save(force_insert=True)
        record(actor=actor, verb="create_account", obj=user, after=account_facts(user), address=address)
        mails.invite([user])
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
