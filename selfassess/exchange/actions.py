"""The verbs of the exchange: two people open a system's door, one closes it, and the system gives figures."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.text import clean
from criteria.models import Criterion, RoundGroup
from criteria.queries import units_of
from selfassess import rules
from selfassess.models import SourceFigure, SourceSystem
from units.auditlog.actions import record
from units.models import Unit, User

from . import queries
from .digests import (
    VERB_CONFIRM,
    VERB_PROPOSE,
    VERB_READ,
    VERB_REFUSED,
    VERB_REVOKE,
    VERB_WRITE,
    figure_facts,
    system_facts,
    token_digest,
)
from .sent import SentRow

LONGEST_DAYS = 730
"""A door that nobody looks after closes by itself."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one call: new figures, and those that were here already as they are."""

    stored: int
    unchanged: int


@transaction.atomic
def propose_system(
    *, actor: User, name: str, may_write: bool, ends_on: date, reason: str, address: str = ""
) -> SourceSystem:
    """Ask that a system may read, or give figures too, until the end of a day. Raises PermissionDenied, Refused."""
    if not rules.may_run_exchange(actor):
        raise PermissionDenied
    today = clock.today()
    if not today <= ends_on or (ends_on - today).days > LONGEST_DAYS:
        raise Refused(f"Ngày hết hạn phải từ hôm nay đến nhiều nhất {LONGEST_DAYS} ngày nữa.")
    system = SourceSystem(name=clean(name), may_write=may_write, ends_on=ends_on, reason=clean(reason))
    if not system.name or not system.reason:
        raise Refused("Ghi tên hệ thống và căn cứ kết nối.")
    system.proposed_by, system.proposed_at = actor, clock.now()
    system.save()
    record(
        actor=actor, verb=VERB_PROPOSE, obj=system, after=system_facts(system), reason=system.reason, address=address
    )
    return system


@transaction.atomic
def confirm_system(*, actor: User, system_id: int, address: str = "") -> str:
    """Open the door: the token, which is told once. Raises PermissionDenied for who may not or proposed it."""
    system = _locked(system_id)
    if not rules.may_open_exchange(actor, system):
        raise PermissionDenied
    if system.state != SourceSystem.State.PROPOSED or system.ends_on < clock.today():
        raise Refused("Đề nghị này không còn chờ xác nhận: tải lại trang.")
    before, token = system_facts(system), secrets.token_urlsafe(32)
    system.state, system.confirmed_by, system.digest = SourceSystem.State.ACTIVE, actor, token_digest(token)
    system.save()
    record(actor=actor, verb=VERB_CONFIRM, obj=system, before=before, after=system_facts(system), address=address)
    return token


@transaction.atomic
def revoke_system(*, actor: User, system_id: int, reason: str, address: str = "") -> SourceSystem:
    """Close the door at once, or drop a proposal: one person is enough. Raises PermissionDenied, Refused."""
    system = _locked(system_id)
    if not rules.may_close_exchange(actor):
        raise PermissionDenied
    if system.state == SourceSystem.State.REVOKED:
        raise Refused("Kết nối này đã ngắt từ trước.")
    if not clean(reason):
        raise Refused("Ghi lý do ngắt kết nối.")
    before = system_facts(system)
    system.state, system.revoked_by, system.revocation_reason = SourceSystem.State.REVOKED, actor, clean(reason)
    system.save()
    after = system_facts(system)
    record(actor=actor, verb=VERB_REVOKE, obj=system, before=before, after=after, reason=clean(reason), address=address)
    return system


def _locked(system_id: int) -> SourceSystem:
    system = SourceSystem.objects.select_for_update(of=("self",)).filter(pk=system_id).first()
    if system is None:
        raise Refused("Hệ thống này không còn trong danh sách.")
    return system


@transaction.atomic
def deliver(*, system_id: int, year: int, rows: Sequence[SentRow], address: str = "") -> Delivery:
    """Keep what a system gave, all or nothing. The same reference with the same content again changes nothing.
    PermissionDenied once the door is closed or for who only reads, ImportRefused with every fault by its field."""
    system = _locked(system_id)
    if system.state != SourceSystem.State.ACTIVE or system.ends_on < clock.today() or not system.may_write:
        raise PermissionDenied
    place, now = _Place(year, {row.group for row in rows}), clock.now()
    references = [row.reference for row in rows]
    known = {row.reference: row for row in SourceFigure.objects.filter(system=system, reference__in=references)}
    faults = [fault for row in rows for fault in place.faults(row)]
    if not faults:
        faults = [
            _used(row) for row in rows if row.reference in known and not _is_same(known[row.reference], row, place)
        ]
    if faults:
        raise ImportRefused(faults)
    fresh = [
        SourceFigure(
            system=system,
            reference=row.reference,
            field=row.field,
            value=row.value,
            as_of=row.as_of,
            source=row.source,
            received_at=now,
            **place.keys(row),
        )
        for row in rows
        if row.reference not in known
    ]
    SourceFigure.objects.bulk_create(fresh)
    said = {"year": year, "figures": [figure_facts(figure) for figure in fresh], "unchanged": len(rows) - len(fresh)}
    record(actor=None, stranger=f"hệ thống {system}", verb=VERB_WRITE, obj=system, after=said, address=address)
    return Delivery(len(fresh), len(rows) - len(fresh))


def _used(row: SentRow) -> Fault:
    said = f"mã “{row.reference}” đã dùng cho số liệu khác"
    return Fault(row.row, "reference", said, "số liệu đã sửa thì gửi với mã mới")


def _is_same(figure: SourceFigure, row: SentRow, place: "_Place") -> bool:
    now = (figure.field, figure.value, figure.as_of, figure.source)
    keys = {name: getattr(figure, name) for name in ("round_group_id", "unit_id", "criterion_id")}
    return now == (row.field, row.value, row.as_of, row.source) and keys == place.keys(row)


class _Place:
    """The year's blocks by their codes, with the measured units and the leaves of those that a call names."""

    def __init__(self, year: int, named: Collection[str]):
        blocks = RoundGroup.objects.filter(round__year=year).select_related("group", "round")
        self.blocks = {block.group.code: block for block in blocks}
        self.units: dict[str, dict[str, Unit]] = {}
        self.leaves: dict[str, dict[str, Criterion]] = {}
        for code in self.blocks.keys() & named:
            block = self.blocks[code]
            self.units[code] = {unit.code: unit for unit in units_of(block)}
            self.leaves[code] = {leaf.code: leaf for leaf in queries.leaves_of(block)}

    def faults(self, row: SentRow) -> Iterator[Fault]:
        if row.group not in self.blocks:
            listed = ", ".join(sorted(self.blocks)) or "chưa có khối nào"
            yield Fault(row.row, "group", f"năm này không có khối “{row.group}”", f"các khối: {listed}")
            return
        if row.unit not in self.units[row.group]:
            yield Fault(
                row.row, "unit", f"khối của năm này không có đơn vị “{row.unit}”", "ghi mã của đơn vị được đánh giá"
            )
        leaf = self.leaves[row.group].get(row.criterion)
        if leaf is None:
            said = f"bộ tiêu chí của khối không có tiêu chí tự đánh giá “{row.criterion}”"
            yield Fault(row.row, "criterion", said, "xem danh sách ở /fields")
            return
        keys = [field.key for field in queries.number_fields(leaf)]
        if row.field not in keys:
            listed = f"các số liệu: {', '.join(keys)}" if keys else "tiêu chí này chấm trực tiếp, không nhận số liệu"
            yield Fault(row.row, "field", f"tiêu chí {leaf.code} không hỏi số liệu “{row.field}”", listed)

    def keys(self, row: SentRow) -> dict[str, int]:
        return {
            "round_group_id": self.blocks[row.group].pk,
            "unit_id": self.units[row.group][row.unit].pk,
            "criterion_id": self.leaves[row.group][row.criterion].pk,
        }


def note_call(*, system: SourceSystem, what: str, refused: bool = False, address: str = "") -> None:
    """A call that changed nothing stands in the log too: a reading, or what was sent and not taken."""
    verb = VERB_REFUSED if refused else VERB_READ
    record(
        actor=None, stranger=f"hệ thống {system}", verb=verb, obj=system, after={"what": what[:500]}, address=address
    )
