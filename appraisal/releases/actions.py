"""Releasing a stage to the units of a block, and withdrawing a release that was made too early."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.consistency.actions import check_acknowledged
from appraisal.core import digests as core_digests
from appraisal.core.actions.locks import locked_block
from appraisal.models import Release
from appraisal.rules import stages
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units import rules as people
from units.auditlog.actions import record, tell_witnesses
from units.models import User

from . import mails


@transaction.atomic
def release(*, actor: User, round_group_id: int, stage: str) -> Release:
    """Show a stage to the units of the block. It takes no more decisions afterwards. Raises
    PermissionDenied for anyone but the index manager, Refused out of the order of the year, and while the
    consistency report was not acknowledged as it stands now. Releasing twice is one release."""
    round_group = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    done = Release.objects.filter(round_group=round_group, stage__name=stage).first()
    if done:
        return done
    now = stages.calendar(round_group)
    step = now.named(stage)
    if step is None or not stages.release_is_due(now, round_group, step):
        raise Refused(
            "Chưa đến lúc thông báo kết quả giai đoạn này cho đơn vị: giai đoạn trước chưa thông báo hoặc chưa mở."
        )
    check_acknowledged(round_group, step)
    found = Release.objects.create(round_group=round_group, stage=step, released_at=clock.now(), released_by=actor)
    mails.tell_release(found)
    after = {"stage": stage, "block": str(round_group), **core_digests.release_facts(found)}
    record(actor=actor, verb=core_digests.VERB_RELEASE, obj=found, after=after, anchor=True)
    tell_witnesses(f"Thông báo kết quả {step} cho các đơn vị")
    return found


@transaction.atomic
def withdraw_release(*, actor: User, round_group_id: int, stage: str, reason: str) -> None:
    """Take a release back (it was made too early): the stage is hidden again and takes decisions while
    its phase is open. Raises PermissionDenied for anyone but the index manager; Refused without a
    reason, and once anything of a later stage rests on what the units have seen."""
    round_group = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    found = Release.objects.filter(round_group=round_group, stage__name=stage).select_related("stage").first()
    if found is None:
        raise Refused("Giai đoạn này chưa thông báo nên không có gì để thu hồi.")
    if not reason.strip():
        raise Refused("Nhập lý do thu hồi thông báo.")
    if stages.something_rests_on(found):
        raise Refused("Không thu hồi được: giai đoạn sau đã có giải trình, kết quả thẩm định hoặc thông báo.")
    facts = {"stage": stage, "block": str(round_group), "released_at": found.released_at.isoformat()}
    record(actor=actor, verb=core_digests.VERB_WITHDRAW_RELEASE, obj=found, before=facts, reason=reason.strip())
    found.delete()
