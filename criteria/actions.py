"""The verbs that write to decisions, sets, rounds and phases."""

from datetime import datetime
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units.auditlog.actions import record
from units.models import Unit, User

from . import mails, rules
from .digests import VERB_FREEZE, instant, set_digest
from .models import Extension, Phase, Round, RoundGroup

FROZEN = (
    "Bộ tiêu chí này đã khóa vì đã có điểm chấm theo nó, nên không sửa được nữa. "
    "Muốn đo khác đi, hãy lập bộ tiêu chí theo quyết định mới cho kỳ sau."
)


@transaction.atomic
def inputs_changed(round_group_id: int) -> None:
    """Say that something the ranking or the council's grid of this block depends on has changed. The version
    counts in the same transaction as the change; the recomputation is asked for by name once that is in."""
    RoundGroup.objects.filter(pk=round_group_id).update(inputs_version=F("inputs_version") + 1, inputs_mark=uuid4())
    send_after_commit("results.recompute", round_group_id)


@transaction.atomic
def freeze(round_group_id: int, actor: User | None = None) -> None:
    """Lock the criteria set of a block: called with the first score, by whoever gives it. Idempotent. The log
    takes a digest of the tree and its policies once, so that a later change is found."""
    at = clock.now()
    if RoundGroup.objects.filter(pk=round_group_id, frozen_at=None).update(frozen_at=at):
        log_freeze(RoundGroup.objects.select_related("round", "group").get(pk=round_group_id), actor)


def log_freeze(block: RoundGroup, actor: User | None) -> None:
    """What the frozen set is; said again when a policy that may still change has changed."""
    if block.frozen_at is not None:
        after = {"at": instant(block.frozen_at), "digest": set_digest(block.criteria_set_id)}
        record(actor=actor, verb=VERB_FREEZE, obj=block, after=after)


def refuse_frozen(criteria_set_id: int | None) -> None:
    """Raise ValidationError when the set is closed. Inside a transaction: its blocks stay locked until
    the end, so that a first score and a change of the set cannot pass each other."""
    blocks = RoundGroup.objects.select_for_update(of=("self",)).filter(criteria_set_id=criteria_set_id)
    if any(block.frozen_at for block in blocks.order_by("pk")):
        raise ValidationError(FROZEN)


@transaction.atomic
def set_phase(
    *, actor: User | None, round_id: int, kind: str, opens_at: datetime | None, closes_at: datetime | None
) -> Phase:
    """Open, move or close a phase of the round: [opens_at, closes_at), a missing edge is no limit.

    An extension that no longer closes later than the phase itself is taken back, or it would shorten the
    unit's time. Raises PermissionDenied for anybody but an index manager, Refused for an unknown kind or
    edges in the wrong order. Setting what stands already writes nothing.
    """
    require_manager(actor)
    if kind not in Phase.Kind.values:
        raise Refused(f"Không có giai đoạn “{kind}”; chọn một giai đoạn trong danh sách.")
    _require_sane(opens_at, closes_at)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused("Giờ đóng phải sau giờ mở; sửa lại một trong hai giờ.")
    round_ = _locked_round(round_id)
    phase = Phase.objects.select_for_update(of=("self",)).filter(round=round_, kind=kind).first()
    before = _edges(phase) if phase else None
    if phase and (phase.opens_at or phase.closes_at) and not (opens_at or closes_at):
        raise Refused("Chưa ghi giờ nào: để trống cả hai là bỏ mọi thời hạn; giữ lại ít nhất giờ mở hoặc giờ đóng.")
    if phase and (phase.opens_at, phase.closes_at) == (opens_at, closes_at):
        return phase
    phase, _ = Phase.objects.update_or_create(
        round=round_, kind=kind, defaults={"opens_at": opens_at, "closes_at": closes_at}
    )
    after = {**_edges(phase), "extensions_ended": _end_needless_extensions(phase)}
    record(actor=actor, verb="phase.set", obj=phase, before=before, after=after)
    return phase


def _require_sane(*edges: datetime | None) -> None:
    """A slip of the keyboard (year 0206, 20206) must not become a deadline."""
    if any(edge is not None and not 2000 <= edge.year <= 2100 for edge in edges):
        raise Refused("Năm của giờ mở, giờ đóng phải từ 2000 đến 2100; kiểm tra lại số năm.")


def _locked_round(round_id: int) -> Round:
    round_ = Round.objects.select_for_update(of=("self",)).filter(pk=round_id).first()
    if round_ is None:
        raise Refused("Không có kỳ đánh giá này; tải lại trang rồi chọn lại kỳ.")
    return round_


def _edges(phase: Phase) -> dict[str, str | None]:
    edges = {"opens_at": phase.opens_at, "closes_at": phase.closes_at}
    return {name: clock.hanoi(edge).isoformat() if edge else None for name, edge in edges.items()}


def _end_needless_extensions(phase: Phase) -> list[str]:
    """Remove the extensions the new closing overtakes; the codes of their units, for the log."""
    found = Extension.objects.filter(phase=phase)
    if phase.closes_at is not None:
        found = found.filter(closes_at__lte=phase.closes_at)
    codes = list(found.order_by("unit__code").values_list("unit__code", flat=True))
    found.delete()
    return codes


@transaction.atomic
def grant_extension(*, actor: User, phase_id: int, unit_id: int, closes_at: datetime, reason: str) -> Extension:
    """Let one unit act in the phase until `closes_at`, with a reason; replaces its earlier extension.

    Raises PermissionDenied for anybody but an index manager; Refused when the reason is missing, the unit
    is not measured in the round, or the new closing is not later than the phase's own and than now.
    """
    require_manager(actor)
    reason = clean(reason)
    if not reason:
        raise Refused("Phải ghi lý do gia hạn.")
    _require_sane(closes_at)
    phase = Phase.objects.select_for_update(of=("self",)).select_related("round").filter(pk=phase_id).first()
    if phase is None:
        raise Refused("Không có giai đoạn này; tải lại trang rồi chọn lại.")
    unit = _measured_unit(phase, unit_id)
    _require_later(phase, closes_at)
    old = Extension.objects.filter(phase=phase, unit=unit).first()
    before = {"closes_at": clock.hanoi(old.closes_at).isoformat(), "reason": old.reason} if old else None
    extension, _ = Extension.objects.update_or_create(
        phase=phase, unit=unit, defaults={"closes_at": closes_at, "reason": reason, "granted_by": actor}
    )
    if before is None or (old and old.closes_at != closes_at):
        mails.tell_extension(extension)
    after = {"closes_at": clock.hanoi(closes_at).isoformat()}
    record(actor=actor, verb="phase.extend", obj=extension, before=before, after=after, unit=unit, reason=reason)
    return extension


def require_manager(actor: User | None) -> None:
    """The command line (`actor` None) is the operator of the machine and may do what a manager may."""
    if actor is not None and not rules.may_manage(actor):
        raise PermissionDenied("Chỉ người quản lý chỉ số của Sở Nội vụ được làm việc này.")


def _measured_unit(phase: Phase, unit_id: int) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, group__round_groups__round=phase.round).first()
    if unit is None:
        raise Refused(f"Đơn vị này không thuộc khối nào được đánh giá trong {phase.round}; chọn đơn vị khác.")
    return unit


def _require_later(phase: Phase, closes_at: datetime) -> None:
    if phase.closes_at is None:
        raise Refused("Giai đoạn này chưa có giờ đóng nên không cần gia hạn.")
    if closes_at <= phase.closes_at:
        raise Refused("Gia hạn phải sau giờ đóng chung của giai đoạn; chọn thời điểm muộn hơn.")
    if closes_at <= clock.now():
        raise Refused("Gia hạn phải kết thúc trong tương lai; chọn thời điểm muộn hơn.")
