"""Undoing one's own decision on a cell before the stage is released.

Nothing is removed. The undo is a step of its own, and what stood before the decision stands again.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal import steps
from appraisal.core import digests as core_digests
from appraisal.core.actions.entries import Verdict, told, write_one
from appraisal.core.actions.locks import lock_cell
from appraisal.models import Action, Appraisal, AppraisalEntry, Opinion
from appraisal.rules import deciding
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import Stage
from units.models import User


@transaction.atomic
def undo(*, actor: User, round_group_id: int, unit_id: int, criterion_id: int, seen_version: int | None) -> Appraisal:
    """Take back the decision that stands on a cell: the one before stands again, or none. Sent twice it is
    done once. Raises PermissionDenied for anybody but its author (in the council's meeting: an index
    manager), Refused once its stage is released or closed and where two blind opinions settled the cell,
    Conflict when somebody wrote anything on the cell since `seen_version`."""
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id)
    cell = {"round_group": locked.round_group, "unit_id": unit_id, "criterion": locked.criterion}
    standing = Appraisal.objects.filter(**cell).select_related("unit", "criterion", "stage").first()
    if standing is None:
        raise Refused("Tiêu chí này chưa có kết quả nào để hoàn tác.")
    history = list(standing.entries.select_related("actor", "stage").order_by("sequence"))
    if is_undone_already(history, actor, seen_version):
        return standing
    if standing.version != (seen_version or 0):
        raise Conflict(f"{told(history[-1], standing)} Chưa hoàn tác gì.", current=standing)
    verdict = undo_verdict(actor, locked.stage, history)
    _check_not_settled(standing, verdict.undoes)
    write_one(standing, verdict, locked.stage, actor, core_digests.VERB_UNDO)
    return standing


def is_undone_already(history: list[AppraisalEntry], actor: User, seen_version: int | None) -> bool:
    """Whether the first step after the one that was seen is this very undo: the same form sent twice."""
    after = next((step for step in history if step.sequence == (seen_version or 0) + 1), None)
    return after is not None and after.action == Action.UNDO and after.actor_id == actor.pk


def undo_verdict(actor: User, stage: Stage, history: list[AppraisalEntry]) -> Verdict:
    """The undo of the decision that stands, proved to be the actor's to take back in this stage."""
    counting = steps.counting(history)
    if not counting:
        raise Refused("Tiêu chí này không còn kết quả nào để hoàn tác.")
    last, left = counting[-1], counting[-2] if len(counting) > 1 else None
    if last.stage_id != stage.pk:
        raise Refused(
            f"Kết quả hiện tại được ghi ở {last.stage.title}, giai đoạn đó đã thông báo hoặc đã đóng: "
            "không hoàn tác được nữa."
        )
    if not deciding.is_undoers(actor, last):
        raise PermissionDenied("Chỉ người ghi kết quả mới hoàn tác được.")
    return Verdict(Action.UNDO, undoes=last, left=left)


def _check_not_settled(standing: Appraisal, last: AppraisalEntry | None) -> None:
    """What two members said stands for both: neither takes it back alone."""
    if (
        last is not None
        and Opinion.objects.filter(
            round_group=standing.round_group_id,
            unit=standing.unit_id,
            criterion=standing.criterion_id,
            stage=last.stage_id,
            standing_version=last.sequence - 1,
        ).exists()
    ):
        raise Refused(
            "Kết quả này theo các ý kiến độc lập đã ghi; ý kiến độc lập không hoàn tác được. Cần sửa thì xem lại ở"
            " giai đoạn sau."
        )
