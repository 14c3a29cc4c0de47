"""The verbs that write to units and people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.db.models import F

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.text import sort_text

from . import rules
from .auditlog.actions import record
from .digests import POWERS
from .models import Membership, Role, Unit, UnitGroup, User
from .sheet import UnitRow, read_units


def record_account(*, actor: User | None, user: User, address: str = "") -> None:
    """The log's entry of a new account with the powers it starts with. Called by what creates accounts
    outside the administrators' pages, which log by themselves."""
    after = {"username": user.username, **{name: getattr(user, name) for name in POWERS}}
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
    said: list[str]
    """What was left out of the file, or understood otherwise than it stands there: sentences for people."""

    def __str__(self) -> str:
        return f"Khối “{self.group}”: {self.created} mới, {self.updated} đổi, {self.unchanged} giữ nguyên."


def units_changed(group_ids: Iterable[int]) -> None:
    """Say that units of these blocks were added, renamed or ended: their rankings are to be computed anew."""
    UnitGroup.objects.filter(pk__in=list(group_ids)).update(units_version=F("units_version") + 1)


@transaction.atomic
def import_units(
    *,
    actor: User | None,
    source: str | Path | IO[bytes],
    name: str = "",
    group_code: str,
    take_hidden: bool = False,
) -> UnitImport:
    """Bring the units of a block in from a spreadsheet, all or nothing.

    New codes are created, a known code takes the file's name, units the file does not mention stay. An
    unknown `group_code` creates the block. Repeating the import changes nothing and logs nothing.
    Raises ImportRefused (every fault of the file) or Refused (not allowed, a block code that cannot be).
    """
    if not rules.may_manage_units(actor):
        raise Refused("Bạn không có quyền nhập danh sách đơn vị.")
    unit_list = read_units(source, name=name, take_hidden=take_hidden)
    rows = unit_list.rows
    group, group_created = _group(group_code)
    known = {unit.code: unit for unit in Unit.objects.select_for_update(of=("self",)).filter(group=group)}
    _refuse_twins(rows, known)
    fresh = [Unit(group=group, code=row.code, name=row.name) for row in rows if row.code not in known]
    renamed = _renamed(rows, known)
    Unit.objects.bulk_create(fresh)
    Unit.objects.bulk_update([unit for unit, _ in renamed], ["name", "name_key"])
    unchanged = len(rows) - len(fresh) - len(renamed)
    report = UnitImport(group, group_created, len(fresh), len(renamed), unchanged, unit_list.said)
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
            unit.name, unit.name_key = row.name, sort_text(row.name)
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
