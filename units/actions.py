"""The verbs that write to units and people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, combinations
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.text import clean, fold, sort_text

from . import rules
from .auditlog.actions import record
from .auditlog.digests import marked
from .digests import NAMES, POWERS, membership_facts
from .models import DECIDING, UNIT_ROLES, Membership, Role, Succession, Unit, UnitGroup, User
from .settled import REPAIR, SettledYears, Span, change_of_list
from .sheet import UnitRow, read_units


def record_account(*, actor: User | None, user: User, address: str = "") -> None:
    """The log's entry of a new account with the powers it starts with. Called by what creates accounts
    outside the administrators' pages, which log by themselves."""
    record(actor=actor, verb="create_account", obj=user, after=account_facts(user), address=address)


def account_facts(user: User) -> dict[str, Any]:
    """A new account as the log keeps it."""
    return {**{name: getattr(user, name) for name in (*NAMES, *POWERS)}, **marked(user)}


@transaction.atomic
def password_was_changed(*, user: User) -> None:
    """The owner has set another password: one that somebody else had set is over."""
    user.one_time_password = False
    user.save(update_fields=["one_time_password"])
    user.refresh_from_db(fields=["access_changed_at"])  # as it stands now that the row is ours
    record(actor=user, verb="change_password", obj=user, after=marked(user))


@transaction.atomic
def password_set_by_operator(*, user: User) -> None:
    """The command line has set somebody's password: it opens only the page where its owner sets another."""
    user.one_time_password = True
    user.save(update_fields=["one_time_password"])
    user.refresh_from_db(fields=["access_changed_at"])
    record(actor=None, verb="admin_password", obj=user, after=marked(user))


@dataclass(frozen=True)
class UnitImport:
    """What an import of units did to a block."""

    group: UnitGroup
    group_created: bool
    created: int
    updated: int
    unchanged: int
    said: list[str]
    """What was left out of the file, or understood otherwise than it stands there: sentences for people."""

    def __str__(self) -> str:
        return f"Khối “{self.group}”: {self.created} mới, {self.updated} đổi, {self.unchanged} giữ nguyên."


def units_changed(group_ids: Iterable[int]) -> None:
    """Say that units of these blocks were added, renamed or ended: their rankings are to be computed anew."""
    UnitGroup.objects.filter(pk__in=list(group_ids)).update(units_version=F("units_version") + 1)


def locked_groups(codes_: Collection[str]) -> list[UnitGroup]:
    """The blocks with these codes, locked: until the transaction ends nobody publishes a year of theirs."""
    held = UnitGroup.objects.select_for_update(of=("self",), no_key=True).filter(code__in=codes_)
    return list(held.order_by("pk"))


def unsettled_day(*, group: UnitGroup, code: str, unit_id: int | None, after: Span | None) -> date | None:
    """The last day of a published year that would gain or lose the unit, for those who write units by hand; its block
    is locked. `unit_id` is None for a new unit, `after` for one that is to go."""
    locked_groups([group.code])
    unit = Unit.objects.filter(pk=unit_id).first() if unit_id is not None else None
    before = unit.span if unit else None
    return SettledYears([group.pk]).broken(group.pk, code, before, after)


@transaction.atomic
def import_units(
    *,
    actor: User | None,
    source: str | Path | IO[bytes],
    name: str = "",
    group_code: str,
    group_name: str = "",
    take_hidden: bool = False,
) -> UnitImport:
    """Bring the units of a block in from a spreadsheet, all or nothing.

    New codes are created, a known code takes the file's name and last day, units the file does not mention stay
    and are named. A unit that replaces others ends them on the day before its own first day. The first day of a
    known unit stays, so that no earlier year loses it. A published year neither gains nor loses a unit: what is new
    without a first day begins after it, days that reach into it are refused. An unknown `group_code` creates the
    block, under `group_name`. Repeating the import changes nothing and logs nothing.
    Raises ImportRefused (every fault of the file) or Refused (not allowed, a block code that cannot be).
    """
    if not rules.may_manage_units(actor):
        raise Refused("Bạn không có quyền nhập danh sách đơn vị.")
    group_code = block_code(group_code)
    unit_list = read_units(source, name=name, take_hidden=take_hidden)
    rows = unit_list.rows
    group, group_created = _group(group_code, clean(group_name))
    known = {unit.code: unit for unit in Unit.objects.select_for_update(of=("self",)).filter(group=group)}
    _refuse_twins(rows, known)
    _refuse_impossible_days(rows, known)
    settled = SettledYears([group.pk])
    fresh = [_fresh(group, row, settled.days(group.pk)) for row in rows if row.code not in known]
    _refuse_settled(rows, known | {unit.code: unit for unit in fresh}, set(known), settled)
    told = [*unit_list.said, *_said_of_days(rows, known, fresh), *_said_of_the_unmentioned(rows, known)]
    names, days = {u.code: u.name for u in known.values()}, {u.pk: u.valid_to for u in known.values()}
    mine = _changed(rows, known)
    Unit.objects.bulk_create(fresh)
    ended, gaps, succeeded = _replace(rows, known | {unit.code: unit for unit in fresh})
    told += [*gaps, *_said_of_namesakes([*known.values(), *fresh])]
    changed = list((mine | {unit.pk: unit for unit in ended}).values())
    Unit.objects.bulk_update(changed, ["name", "name_key", "valid_to"])
    told += [f"Hết hiệu lực sau ngày {unit.valid_to:%d/%m/%Y}: {_named(unit)}." for unit in ended]
    report = UnitImport(group, group_created, len(fresh), len(mine), len(rows) - len(fresh) - len(mine), told)
    if group_created or fresh or changed or succeeded:
        units_changed({group.pk, *(unit.group_id for unit in ended)})
        renamed = [unit for unit in mine.values() if unit.name != names[unit.code]]
        record(
            actor=actor,
            verb="import_units",
            obj=group,
            before={"renamed": {unit.code: names[unit.code] for unit in renamed}},
            after={
                "file": _file_name(source, name),
                "created": {unit.code: unit.name for unit in fresh},
                "renamed": {unit.code: unit.name for unit in renamed},
                **marked(*([group] if group_created else []), *fresh, *changed),
                **_days_logged(rows, fresh, [unit for unit in changed if unit.valid_to != days.get(unit.pk)]),
            },
        )
    return report


def _days_logged(rows: Sequence[UnitRow], fresh: Iterable[Unit], ended: Iterable[Unit]) -> dict[str, Any]:
    """What the log keeps of first and last days and of successions, where there are any."""
    facts = {
        "from": {unit.code: unit.valid_from.isoformat() for unit in fresh if unit.valid_from},
        "to": {unit.code: unit.valid_to.isoformat() for unit in chain(fresh, ended) if unit.valid_to},
        "replaces": {row.code: list(row.replaces) for row in rows if row.replaces},
    }
    return {name: fact for name, fact in facts.items() if fact}


def _refuse_twins(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> None:
    """Raises ImportRefused when a new code differs from a known one only in case, spaces, width or kind of hyphen: it
    was mistyped."""
    keys = {codes.key(code): code for code in known}
    faults = [
        Fault(
            row.row,
            "Mã",
            f"mã “{row.code}” chỉ khác “{keys[codes.key(row.code)]}” đã có ở chữ hoa, thường hoặc kiểu chữ, gạch nối",
            "gõ đúng mã đã có",
        )
        for row in rows
        if row.code not in known and codes.key(row.code) in keys
    ]
    if faults:
        raise ImportRefused(faults)


def _file_name(source: str | Path | IO[bytes], name: str) -> str:
    return name or (Path(source).name if isinstance(source, str | Path) else "")


def block_code(typed: str) -> str:
    """The code of a block as it was typed, without what nobody sees. Raises Refused, for every way in alike."""
    code = clean(typed)
    try:
        UnitGroup._meta.get_field("code").clean(code, None)
    except ValidationError:
        raise Refused(
            f"Mã khối “{code[:40]}” không dùng được: chỉ được gồm chữ không dấu, số, dấu - và _, dài không quá 30 ký "
            "tự; ví dụ so."
        ) from None
    return code


def _group(code: str, name: str) -> tuple[UnitGroup, bool]:
    """The block, locked, so that two imports into it wait for each other."""
    _, created = UnitGroup.objects.get_or_create(code=code, defaults={"name": name or code})
    return UnitGroup.objects.select_for_update(of=("self",)).get(code=code), created


def _named(unit: Unit) -> str:
    return f"{unit} ({unit.code})"


def _of_known(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> list[tuple[UnitRow, Unit]]:
    """The rows of known units, each with its unit."""
    return [(row, known[row.code]) for row in rows if row.code in known]


def _fresh(group: UnitGroup, row: UnitRow, settled: Sequence[date]) -> Unit:
    """A new unit; without a first day it begins after the block's published years."""
    first = row.valid_from
    if first is None and settled and (row.valid_to is None or row.valid_to > settled[-1]):
        first = settled[-1] + timedelta(days=1)
    return Unit(group=group, code=row.code, name=row.name, valid_from=first, valid_to=row.valid_to)


def _refuse_settled(
    rows: Sequence[UnitRow], here: Mapping[str, Unit], known: Collection[str], settled: SettledYears
) -> None:
    """Raises ImportRefused for days by which a published year would gain or lose a unit."""
    faults = []
    for row in rows:
        unit, is_known = here[row.code], row.code in known
        before = unit.span if is_known else None
        day = settled.broken(unit.group_id, unit.code, before, Span(unit.valid_from, row.valid_to or unit.valid_to))
        if day:
            faults.append(_fault_of_settled(row, "Hiệu lực đến" if is_known else "Hiệu lực từ", unit, day))
    if faults:
        raise ImportRefused(faults)


def _fault_of_settled(row: UnitRow, column: str, unit: Unit, day: date) -> Fault:
    return Fault(row.row, column, change_of_list(unit.name, day), REPAIR)


def _refuse_impossible_days(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> None:
    """Raises ImportRefused for a known unit that would end before it began, and for one that would bear a new name from
    a day on: its earlier years would bear that name too."""
    faults = []
    for row, unit in _of_known(rows, known):
        if row.valid_to and unit.valid_from and row.valid_to < unit.valid_from:
            message = f"đơn vị “{unit}” bắt đầu ngày {unit.valid_from:%d/%m/%Y}, không thể hết hiệu lực trước đó"
            faults.append(Fault(row.row, "Hiệu lực đến", message, "sửa ngày"))
        if row.valid_from and row.valid_from != unit.valid_from and row.name != unit.name:
            message = f"mã “{row.code}” đang là “{unit}”; tên mới từ {row.valid_from:%d/%m/%Y} sẽ đổi cả các năm trước"
            repair = "cấp mã mới, ghi mã cũ ở cột Thay cho; nếu chỉ sửa tên viết sai, bỏ trống Hiệu lực từ"
            faults.append(Fault(row.row, "Mã", message, repair))
    if faults:
        raise ImportRefused(faults)


def _said_of_days(rows: Sequence[UnitRow], known: Mapping[str, Unit], fresh: Iterable[Unit]) -> list[str]:
    kept = [unit for row, unit in _of_known(rows, known) if row.valid_from and row.valid_from != unit.valid_from]
    written = {row.code for row in rows if row.valid_from}
    undated = [unit for unit in fresh if unit.code not in written]
    every_year = [unit.name for unit in undated if known and unit.valid_from is None]
    later = [unit for unit in undated if unit.valid_from is not None]
    words = "Đơn vị mới không ghi Hiệu lực từ, được tính từ {:%d/%m/%Y} vì các năm trước đã công bố"
    return [
        *_sentence("Giữ ngày bắt đầu hiệu lực đã có, để các năm trước không đổi", map(_named, kept)),
        *_sentence("Đơn vị mới không ghi Hiệu lực từ, được tính cho cả các năm trước", every_year),
        *(_sentence(words.format(later[0].valid_from), map(_named, later)) if later else ()),
    ]


def _said_of_namesakes(units: Iterable[Unit]) -> list[str]:
    """Units of one name at one time: the newer one may be meant to replace the older."""
    alike = defaultdict[str, list[Unit]](list)
    for unit in units:
        alike[fold(unit.name)].append(unit)
    pairs = [
        f"{one.name} ({one.code}, {other.code})"
        for namesakes in alike.values()
        for one, other in combinations(namesakes, 2)
        if max(one.valid_from or date.min, other.valid_from or date.min)
        <= min(one.valid_to or date.max, other.valid_to or date.max)
    ]
    return _sentence("Hai đơn vị cùng tên cùng thời gian; nếu đơn vị mới thay đơn vị cũ, ghi cột Thay cho", pairs)


def _said_of_the_unmentioned(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> list[str]:
    mentioned = {codes.key(code) for row in rows for code in (row.code, *row.replaces)}
    still = [unit for unit in known.values() if codes.key(unit.code) not in mentioned and unit.valid_to is None]
    return _sentence("Giữ nguyên đơn vị không có trong tệp", map(_named, still))


def _sentence(words: str, names: Iterable[str]) -> list[str]:
    listed = "; ".join(names)
    return [f"{words}: {listed}."] if listed else []


def _changed(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> dict[int, Unit]:
    """Known units whose name or last day differs, already carrying the new one, by key."""
    changed = {}
    for row, unit in _of_known(rows, known):
        last = row.valid_to or unit.valid_to
        if (unit.name, unit.valid_to) != (row.name, last):
            unit.name, unit.name_key, unit.valid_to = row.name, sort_text(row.name), last
            changed[unit.pk] = unit
    return changed


def _replace(rows: Sequence[UnitRow], here: Mapping[str, Unit]) -> tuple[list[Unit], list[str], bool]:
    """Write what became of the units that the rows replace. Returns those that end by it, already carrying their last
    day, a sentence on those that had ended before, and whether any succession is new.

    Raises ImportRefused for a code that names no unit, a unit that begins later, a successor that has ended before,
    and days that contradict each other or a published year.
    """
    asked = {codes.key(code) for row in rows for code in row.replaces}
    if not asked:
        return [], [], False
    found = _by_key(asked, here)
    settled = SettledYears({unit.group_id for units in found.values() for unit in units})
    typed = {here[row.code].pk: row.valid_to for row in rows if row.valid_to}
    faults, ended, written = [], dict[int, Unit](), []
    for row in rows:
        for code in row.replaces:
            old = found.get(codes.key(code), [])
            fault = _fault_of_predecessor(row, code, old) or _fault_of_end(
                row, here[row.code], old[0], typed.get(old[0].pk), settled
            )
            if fault:
                faults.append(fault)
                continue
            last = _day_before(row)
            if old[0].valid_to is None or old[0].valid_to > last:
                old[0].valid_to = last
                ended[old[0].pk] = old[0]
            written.append((row, old[0]))
    if faults:
        raise ImportRefused(faults)
    early = {
        old.pk: f"{_named(old)}, {old.valid_to:%d/%m/%Y}" for row, old in written if old.valid_to != _day_before(row)
    }
    gaps = _sentence("Giữ ngày hết hiệu lực đã có, sớm hơn ngày bị thay", early.values())
    return list(ended.values()), gaps, _write_successions(written, here)


def _by_key(asked: set[str], here: Mapping[str, Unit]) -> dict[str, list[Unit]]:
    """Units by the key of their code: those of the block where it has one, else those of other blocks, locked."""
    found: dict[str, list[Unit]] = {codes.key(unit.code): [unit] for unit in here.values()}
    if missing := asked - found.keys():
        for unit in Unit.objects.select_for_update(of=("self",)).order_by("pk"):
            if codes.key(unit.code) in missing:
                found.setdefault(codes.key(unit.code), []).append(unit)
    return found


def _first_day(row: UnitRow) -> date:
    assert row.valid_from is not None  # the sheet asks for it beside what is replaced
    return row.valid_from


def _day_before(row: UnitRow) -> date:
    return _first_day(row) - timedelta(days=1)


def _fault_of_predecessor(row: UnitRow, code: str, old: Sequence[Unit]) -> Fault | None:
    column = "Thay cho"
    if not old:
        repair = "gõ mã đơn vị cũ như trong hệ thống, nhiều mã cách nhau bằng dấu ;"
        return Fault(row.row, column, f"không có đơn vị mã “{code}”", repair)
    if len(old) > 1:
        blocks = ", ".join(str(unit.group) for unit in old)
        return Fault(row.row, column, f"mã “{code}” có ở nhiều khối: {blocks}", "ghi kế thừa này ở trang Quản trị")
    if old[0].valid_from and old[0].valid_from > _day_before(row):
        message = f"đơn vị “{old[0]}” bắt đầu ngày {old[0].valid_from:%d/%m/%Y}, sau khi bị thay"
        return Fault(row.row, column, message, "sửa Hiệu lực từ hoặc mã đơn vị cũ")
    return None


def _fault_of_end(row: UnitRow, new: Unit, old: Unit, typed: date | None, settled: SettledYears) -> Fault | None:
    """Of what begins and ends: `typed` is the last day that the file itself gives the predecessor."""
    first, last = _first_day(row), _day_before(row)
    if new.valid_to and new.valid_to < first:
        message = f"đơn vị “{new}” đã hết hiệu lực ngày {new.valid_to:%d/%m/%Y}, không thay được đơn vị khác sau đó"
        return Fault(row.row, "Mã", message, "cấp mã mới cho đơn vị mới")
    if typed and typed > last:
        message = f"tệp ghi “{old}” có hiệu lực đến {typed:%d/%m/%Y}, nhưng bị thay từ {first:%d/%m/%Y}"
        return Fault(row.row, "Thay cho", message, "sửa một trong hai ngày")
    day = settled.broken(old.group_id, old.code, old.span, old.span.until(last))
    return _fault_of_settled(row, "Hiệu lực từ", old, day) if day else None


def _write_successions(pairs: Sequence[tuple[UnitRow, Unit]], here: Mapping[str, Unit]) -> bool:
    """Whether any of them is new. One that an earlier file took for a renaming is a merger or a split once another
    file says the rest."""
    known = {(row.predecessor_id, row.successor_id): row for row in Succession.objects.exclude(successor=None)}
    new = {(old.pk, here[row.code].pk): _first_day(row) for row, old in pairs}
    successors = Counter(old for old, _ in known.keys() | new.keys())
    predecessors = Counter(later for _, later in known.keys() | new.keys())
    fresh = [
        Succession(predecessor_id=old, successor_id=later, kind=_kind(predecessors[later], successors[old]), on=day)
        for (old, later), day in new.items()
        if (old, later) not in known
    ]
    Succession.objects.bulk_create(fresh)
    renamed = [row for row in known.values() if row.kind == Succession.Kind.RENAME]
    for row in renamed:
        row.kind = _kind(predecessors[row.successor_id], successors[row.predecessor_id])
    Succession.objects.bulk_update([row for row in renamed if row.kind != Succession.Kind.RENAME], ["kind"])
    return bool(fresh)


def _kind(predecessors: int, successors: int) -> Succession.Kind:
    if successors > 1:
        return Succession.Kind.SPLIT
    return Succession.Kind.MERGE if predecessors > 1 else Succession.Kind.RENAME


@transaction.atomic
def grant_role(
    *, actor: User | None, user: User, role: Role, unit: Unit | None = None, reason: str = "", address: str = ""
) -> Membership:
    """Give `user` a role (in `unit`); it counts from the person's next request. Repeating changes nothing.

    A role that decides is given so by the program itself only (actor None: the demonstration); people propose and
    confirm it (`units.roles`). `unit` is required for officers and heads; for the others it is the agency they come
    from, whose scores they may then never appraise. Raises Refused.
    """
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền giao vai trò.")
    if actor is not None and role in DECIDING:
        raise Refused(
            f"Vai trò {Role(role).label} do một người đề nghị, người khác xác nhận: lập đề nghị giao vai trò."
        )
    if role in UNIT_ROLES and unit is None:
        raise Refused(f"Vai trò {Role(role).label} phải gắn với một đơn vị.")
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    membership, created = Membership.objects.get_or_create(user=user, role=role, unit=unit)
    if created or not membership.active:
        membership.active = True
        membership.save(update_fields=["active"])
        _record_role(actor, "grant_role", membership, created=created, reason=reason, address=address)
    return membership


@transaction.atomic
def revoke_role(*, actor: User | None, membership_id: int, reason: str, address: str = "") -> Membership:
    """Take a role back; the row stays, inactive. `reason` is required. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền thu hồi vai trò.")
    if not reason.strip():
        raise Refused("Hãy ghi lý do thu hồi vai trò.")
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    if membership.active:
        membership.active = False
        membership.save(update_fields=["active"])
        _record_role(actor, "revoke_role", membership, created=False, reason=reason, address=address)
    return membership


def _record_role(
    actor: User | None, verb: str, membership: Membership, *, created: bool, reason: str, address: str
) -> None:
    was = None if created else {"role": membership.role, "active": not membership.active}
    record(
        actor=actor,
        verb=verb,
        obj=membership.user,
        before=was,
        after=membership_facts(membership),
        unit=membership.unit,
        reason=reason,
        address=address,
    )
