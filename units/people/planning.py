"""What a list of people would do: who is meant by each line, and what becomes of it. Nothing is written here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.text import fold
from units import rules
from units.models import DECIDING, UNIT_ROLES, Membership, Role, Unit, User

from . import queries
from .accounts import SETTLE, PersonNamed, account_of, user_name
from .queries import AccountBook
from .sheet import PersonRow, read_people

PeopleFile = str | Path | IO[bytes]


@dataclass(slots=True)
class NewAccount:
    """An account that a list makes; "" where the person has no address."""

    name: str
    username: str
    email: str = ""


@dataclass(slots=True)
class RoleStep:
    """What one line does: to whom (None: an account that the list makes), which role, where, and what becomes of it."""

    row: PersonRow
    named: PersonNamed
    user: User | None
    unit: Unit | None
    known: Membership | None
    waits: bool
    ends: bool = False
    changes: bool = False
    """Whether the line asks for anything that is not so already."""
    new_name: str = ""
    """What the account is called that the list makes."""

    @property
    def who(self) -> str:
        """The person, the same for all lines about them."""
        return f"#{self.user.pk}" if self.user else self.named.key

    @property
    def is_bare(self) -> bool:
        """Whether a new person is known by name and unit alone."""
        return self.user is None and not (self.named.email or self.named.username)

    def may_be(self, other: "RoleStep") -> bool:
        """Whether a namesake known otherwise might be this person: at the same unit, or where one of them has none."""
        return other.who != self.who and (None in (self.unit, other.unit) or other.unit == self.unit)

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

    accounts: dict[str, NewAccount] = field(default_factory=dict)
    addresses: dict[int, tuple[User, str]] = field(default_factory=dict)
    """Accounts without an address that gain one, by id."""
    steps: list[RoleStep] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def given(self) -> list[RoleStep]:
        return [step for step in self.steps if step.changes and not step.decides]

    @property
    def proposed(self) -> list[RoleStep]:
        return [step for step in self.steps if step.changes and step.decides]

    @property
    def without_address(self) -> int:
        """New people to whom no letter goes: their way in is a code on paper."""
        return sum(not account.email for account in self.accounts.values())

    @property
    def same(self) -> int:
        return sum(not step.changes for step in self.steps)

    def __str__(self) -> str:
        if not (self.accounts or self.addresses or self.given or self.proposed):
            return f"Không có gì thay đổi: {self.same} dòng đã có."
        bare = f" ({self.without_address} không có thư điện tử)" if self.without_address else ""
        gained = f"{len(self.addresses)} tài khoản thêm thư điện tử, " if self.addresses else ""
        return (
            f"{len(self.accounts)} tài khoản mới{bare}, {gained}{len(self.given)} vai trò giao ngay, "
            f"{len(self.proposed)} vai trò chờ người thứ hai xác nhận, {self.same} dòng đã có."
        )


def plan_people(*, actor: User | None, source: PeopleFile, name: str = "", take_hidden: bool = False) -> PeoplePlan:
    """What a list of people would do; nothing is written. Raises ImportRefused with every fault by cell, Refused for
    who may not."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền nhập danh sách người dùng.")
    people = read_people(source, queries.role_words(), queries.role_labels(), name=name, take_hidden=take_hidden)
    faults, plan = list(people.faults), PeoplePlan(said=list(people.said))
    accounts = _accounts_of(people.rows)
    book, usernames = (
        queries.unit_book(),
        {row.email: row.username for row in people.rows if row.email and row.username},
    )
    for row in people.rows:
        unit = _unit(row, book, faults)
        named = PersonNamed(
            row.name, row.email, row.username or usernames.get(row.email, ""), row.role, unit.pk if unit else None
        )
        step = _step(row, named, unit, accounts, faults)
        if step.user is not None and actor is not None and step.user.pk == actor.pk and row.role in DECIDING:
            faults.append(
                row.line.fault("role", "không ai đề nghị vai trò cho chính mình", "nhờ người khác nhập dòng này")
            )
        plan.steps.append(step)
    _tell_apart(plan.steps, accounts, faults, plan.said)
    plan.steps = _without_twins(plan.steps, faults, plan.said)
    if faults:
        raise ImportRefused(faults)
    _name_accounts(plan, accounts)
    if ended := [f"{step.row.name}, {step.label}" for step in plan.steps if step.ends]:
        plan.said.append(f"Vai trò đã kết thúc, không giao lại (muốn giao lại, ghi Từ ngày mới): {'; '.join(ended)}.")
    return plan


def _accounts_of(rows: Sequence[PersonRow]) -> AccountBook:
    return queries.account_book([row.name for row in rows], [row.email for row in rows], [row.username for row in rows])


def _step(
    row: PersonRow, named: PersonNamed, unit: Unit | None, accounts: AccountBook, faults: list[Fault]
) -> RoleStep:
    """What the line does; what does not fit is added to `faults`."""
    lost = unit is None and bool(row.unit or row.group)  # which unit is meant is asked first
    user, doubts = (None, []) if lost and not (named.email or named.username) else account_of(named, accounts)
    faults += [row.line.fault(doubt.column, doubt.message, doubt.repair) for doubt in doubts]
    key = (user.pk if user else 0, row.role, named.unit_id)
    step = RoleStep(row, named, user, unit, accounts.roles.get(key), key in accounts.waiting)
    step.ends = _stays_ended(step)
    step.changes = step.looked_at()
    return step


def _tell_apart(steps: list[RoleStep], accounts: AccountBook, faults: list[Fault], said: list[str]) -> None:
    """Who is known by name and unit alone, against their namesakes in the list: a doubt is a fault, what was understood
    is said."""
    namesakes: dict[str, list[RoleStep]] = {}
    for step in steps:
        namesakes.setdefault(fold(step.row.name), []).append(step)
    for name, same in namesakes.items():
        bare = [step for step in same if step.is_bare]
        for step in bare:
            other = next((one for one in same if step.may_be(one)), None)
            if other is not None:
                message = f"thiếu thư điện tử mà {other.row.line.place} cũng là “{other.row.name}”: có phải một người?"
                faults.append(step.row.line.fault("email", message, f"ghi thư điện tử, hoặc {SETTLE}"))
        if bare:
            said += _understood(bare, [user.username for user in accounts.by_name.get(name, [])])


def _understood(bare: list[RoleStep], known: Sequence[str]) -> Iterator[str]:
    """How people of one name without an address were told apart, or taken for one."""
    by_person: dict[str, list[RoleStep]] = {}
    for step in bare:
        by_person.setdefault(step.who, []).append(step)
    for mine in by_person.values():
        if len({step.row.role for step in mine}) > 1:
            places = ", ".join(step.row.line.place for step in mine)
            yield (
                f"{mine[0].row.name} ({places}): cùng họ tên, cùng đơn vị, không có thư, tính là một người; "
                "hai người thì ghi mỗi người một Tên đăng nhập riêng."
            )
    if len(by_person) > 1 or known:
        others = f"; đã có {', '.join(known)}" if known else ""
        places = ", ".join(
            f"{mine[0].row.line.place} ở {mine[0].unit or 'không đơn vị'}" for mine in by_person.values()
        )
        yield (
            f"{bare[0].row.name} ({places}{others}): cùng họ tên, khác đơn vị, không có thư, tính là những người "
            "khác nhau; một người thì ghi cùng một Tên đăng nhập."
        )


def _name_accounts(plan: PeoplePlan, accounts: AccountBook) -> None:
    """New accounts with their user names, and the addresses that known accounts gain."""
    taken = set(accounts.by_username)
    for step in plan.steps:
        if step.user is not None:
            if step.row.email and not step.user.email:
                plan.addresses[step.user.pk] = (step.user, step.row.email)
            continue
        account = plan.accounts.get(step.who)
        if account is None:
            account = plan.accounts[step.who] = NewAccount(step.row.name, user_name(step.named, taken))
            taken.add(account.username.lower())
        account.email = account.email or step.row.email
        step.new_name = account.username


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
        other = first.setdefault((step.who, row.role, step.unit.pk if step.unit else None), step)
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
