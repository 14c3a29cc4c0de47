"""The verbs that write to units, people and the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import models, transaction
from django.db.models import F

from cchc_index.lib import clock
from cchc_index.lib.faults import Fault, ImportRefused, Refused

from . import anchors, ledger, rules
from .models import LogEntry, LogHead, Membership, Role, Unit, UnitGroup, User
from .sheet import UnitRow, read_units


@transaction.atomic
def record(
    *,
    actor: User | None,
    verb: str,
    obj: models.Model,
    before: Any = None,
    after: Any = None,
    unit: Unit | None = None,
    reason: str = "",
    address: str = "",
    anchor: bool = False,
) -> LogEntry:
    """Append one entry to the log, chained to the last. Call it last in an action: the chain's head
    stays locked until the transaction ends. `before`/`after` are JSON values, Decimals as exact text.
    `actor` None is the command line. `anchor`: note the head outside the database after commit; every
    so many entries do it anyway (units/anchors.py).
    """
    return record_many(
        actor=actor,
        verb=verb,
        changes=[Change(obj, before, after)],
        unit=unit,
        reason=reason,
        address=address,
        anchor=anchor,
    )[0]


@dataclass(frozen=True, slots=True)
class Change:
    """One object of an action that touches many, with its JSON values before and after."""

    obj: models.Model
    before: Any = None
    after: Any = None


@transaction.atomic
def record_many(
    *,
    actor: User | None,
    verb: str,
    changes: Sequence[Change],
    unit: Unit | None = None,
    reason: str = "",
    address: str = "",
    anchor: bool = False,
) -> list[LogEntry]:
    """`record` for many objects of one action: an entry each, in one write. None for no changes."""
    if not changes:
        return []
    head = _locked_head()
    entries, at, start = [], clock.now(), head.count
    for change in changes:
        entry = LogEntry(
            number=head.count + 1,
            at=at,
            actor=actor,
            actor_name=str(actor) if actor else "dòng lệnh",
            verb=verb,
            object_type=change.obj._meta.label_lower,
            object_id=str(change.obj.pk),
            object_label=str(change.obj)[:250],
            unit=unit,
            before=change.before,
            after=change.after,
            reason=reason,
            address=address,
        )
        entry.digest = ledger.entry_digest(entry, head.digest)
        head.count, head.digest = entry.number, entry.digest
        entries.append(entry)
    LogEntry.objects.bulk_create(entries)
    head.seal = ledger.head_seal(head.count, head.digest)
    head.save(update_fields=["count", "digest", "seal"])
    if anchor or anchors.passes(start, head.count):
        transaction.on_commit(partial(anchors.append, head.count, head.digest))
    return entries


def _locked_head() -> LogHead:
    """The chain's head under a lock, made with the first entry. One query: everybody waits here in turn."""
    locked = LogHead.objects.select_for_update(of=("self",)).filter(pk=1)
    head = locked.first()
    if head is None:
        LogHead.objects.get_or_create(pk=1)
        head = locked.get()
    return head


def record_account(*, actor: User | None, user: User, address: str = "") -> None:
    """The log's entry of a new account with the powers it starts with. Called by what creates accounts
    outside the administrators' pages, which log by themselves."""
    after = {"username": user.username, **{name: getattr(user, name) for name in ledger.POWERS}}
    record(actor=actor, verb="create_account", obj=user, after=after, address=address)


GROUP_CODE_LENGTH = 30


@dataclass(frozen=True)
class UnitImport:
    """What an import of units did to a block."""

    group: UnitGroup
    group_created: bool
    created: int
    updated: int
    unchanged: int

    def __str__(self) -> str:
        return f"Khối “{self.group}”: {self.created} mới, {self.updated} đổi, {self.unchanged} giữ nguyên."


def units_changed(group_ids: Iterable[int]) -> None:
    """Say that units of these blocks were added, renamed or ended: their rankings are to be computed anew."""
    UnitGroup.objects.filter(pk__in=list(group_ids)).update(units_version=F("units_version") + 1)


@transaction.atomic
def import_units(*, actor: User | None, source: str | Path | IO[bytes], name: str = "", group_code: str) -> UnitImport:
    """Bring the units of a block in from a spreadsheet, all or nothing.

    New codes are created, a known code takes the file's name, units the file does not mention stay. An
    unknown `group_code` creates the block. Repeating the import changes nothing and logs nothing.
    Raises ImportRefused (every fault of the file) or Refused (not allowed, a block code that cannot be).
    """
    if not rules.may_manage_units(actor):
        raise Refused("Bạn không có quyền nhập danh sách đơn vị.")
    rows = read_units(source, name=name)
    group, group_created = _group(group_code)
    known = {unit.code: unit for unit in Unit.objects.select_for_update(of=("self",)).filter(group=group)}
    _refuse_twins(rows, known)
    fresh = [Unit(group=group, code=row.code, name=row.name) for row in rows if row.code not in known]
    renamed = _renamed(rows, known)
    Unit.objects.bulk_create(fresh)
    Unit.objects.bulk_update([unit for unit, _ in renamed], ["name"])
    report = UnitImport(group, group_created, len(fresh), len(renamed), len(rows) - len(fresh) - len(renamed))
    if group_created or fresh or renamed:
        units_changed([group.pk])
        record(
            actor=actor,
            verb="import_units",
            obj=group,
            before={"renamed": {unit.code: old for unit, old in renamed}},
            after={
                "file": _file_name(source, name),
                "created": {unit.code: unit.name for unit in fresh},
                "renamed": {unit.code: unit.name for unit, _ in renamed},
            },
        )
    return report


def _refuse_twins(rows: Sequence[UnitRow], known: Mapping[str, Unit]) -> None:
    """A new code that differs from a known one in nothing but case is a slip, not a unit."""
    folded = {code.casefold(): code for code in known}
    faults = [
        Fault(
            row.row,
            "Mã",
            f"mã “{row.code}” chỉ khác “{folded[row.code.casefold()]}” đã có ở chữ hoa, thường",
            "gõ đúng mã đã có",
        )
        for row in rows
        if row.code not in known and row.code.casefold() in folded
    ]
    if faults:
        raise ImportRefused(faults)


def _file_name(source: str | Path | IO[bytes], name: str) -> str:
    return name or (Path(source).name if isinstance(source, str | Path) else "")


def _group(code: str) -> tuple[UnitGroup, bool]:
    """The block, locked, so that two imports into it wait for each other."""
    try:
        validate_slug(code)
    except ValidationError:
        raise Refused(f"Mã khối “{code}” chỉ được gồm chữ không dấu, số, dấu - và _.") from None
    if len(code) > GROUP_CODE_LENGTH:
        raise Refused(f"Mã khối “{code[:40]}…” quá dài.")
    _, created = UnitGroup.objects.get_or_create(code=code, defaults={"name": code})
    return UnitGroup.objects.select_for_update(of=("self",)).get(code=code), created


def _renamed(rows: Sequence[UnitRow], known: dict[str, Unit]) -> list[tuple[Unit, str]]:
    """Known units whose name differs, already carrying the new one, each with its old name."""
    changed = []
    for row in rows:
        unit = known.get(row.code)
        if unit is not None and unit.name != row.name:
            changed.append((unit, unit.name))
            unit.name = row.name
    return changed


@transaction.atomic
def grant_role(
    *, actor: User | None, user: User, role: Role, unit: Unit | None = None, reason: str = "", address: str = ""
) -> Membership:
    """Give `user` a role (in `unit`); it counts from the person's next request. Repeating changes nothing.

    `unit` is required for officers and heads; for the others it is the agency they come from, whose
    scores they may then never appraise. Raises Refused.
    """
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền giao vai trò.")
    if role in (Role.UNIT_OFFICER, Role.UNIT_HEAD) and unit is None:
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
        after={"membership": membership.pk, "role": membership.role, "active": membership.active},
        unit=membership.unit,
        reason=reason,
        address=address,
    )
