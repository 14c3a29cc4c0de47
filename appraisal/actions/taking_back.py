"""Taking back one's own decisions before the stage is released: one cell, or what is left of a whole batch.

Nothing is removed. The undo is a step of its own, and what stood before the decision stands again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal import ledger, rules, steps
from appraisal.models import Action, Appraisal, AppraisalEntry, Opinion, Stage
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import RoundGroup
from units.auditlog.models import LogEntry
from units.models import User

from .desk import (
    Cell,
    check_reach,
    check_submitted,
    checked_stage,
    locked_assessments,
    locked_block,
    open_desk,
    standings_of,
)
from .writing import Verdict, told, write_batch, write_one


@transaction.atomic
def undo(*, actor: User, round_group_id: int, unit_id: int, criterion_id: int, seen_version: int | None) -> Appraisal:
    """Take back the decision that stands on a cell: the one before stands again, or none. Sent twice it is
    done once. Raises PermissionDenied for anybody but its author (in the council's meeting: an index
    manager), Refused once its stage is released or closed and where two blind opinions settled the cell,
    Conflict when somebody wrote anything on the cell since `seen_version`."""
    desk = open_desk(actor, round_group_id, unit_id, criterion_id)
    cell = {"round_group": desk.round_group, "unit_id": unit_id, "criterion": desk.criterion}
    standing = Appraisal.objects.filter(**cell).select_related("unit", "criterion").first()
    if standing is None:
        raise Refused("Tiêu chí này chưa có kết quả nào để rút lại.")
    history = list(standing.entries.select_related("actor").order_by("sequence"))
    if _taken_back_already(history, actor, seen_version):
        return standing
    if standing.version != (seen_version or 0):
        raise Conflict(f"{told(history[-1], standing)} Chưa rút lại gì.", current=standing)
    verdict = _verdict(actor, desk.stage, history)
    _check_not_settled(standing, verdict.undoes)
    write_one(standing, verdict, desk.stage, actor, ledger.VERB_UNDO)
    return standing


def _taken_back_already(history: list[AppraisalEntry], actor: User, seen_version: int | None) -> bool:
    """Whether the first step after the one that was seen is this very undo: the same form sent twice."""
    after = next((step for step in history if step.sequence == (seen_version or 0) + 1), None)
    return after is not None and after.action == Action.UNDO and after.actor_id == actor.pk


def _verdict(actor: User, stage: Stage, history: list[AppraisalEntry]) -> Verdict:
    """The undo of the decision that stands, proved to be the actor's to take back in this stage."""
    counting = steps.counting(history)
    if not counting:
        raise Refused("Tiêu chí này không còn kết quả nào để rút lại.")
    last, left = counting[-1], counting[-2] if len(counting) > 1 else None
    if last.stage != stage:
        raise Refused(
            f"Kết quả hiện tại được ghi ở {last.get_stage_display()}, giai đoạn đó đã công bố hoặc đã đóng: "
            "không rút lại được nữa."
        )
    if not rules.is_undoers(actor, last):
        raise PermissionDenied("Chỉ người ghi kết quả mới rút lại được.")
    return Verdict(Action.UNDO, undoes=last, left=left)


def _check_not_settled(standing: Appraisal, last: AppraisalEntry | None) -> None:
    """What two members said stands for both: neither takes it back alone."""
    if (
        last is not None
        and Opinion.objects.filter(
            round_group=standing.round_group_id,
            unit=standing.unit_id,
            criterion=standing.criterion_id,
            stage=last.stage,
            standing_version=last.sequence - 1,
        ).exists()
    ):
        raise Refused(
            "Kết quả này theo các ý kiến độc lập đã ghi; ý kiến độc lập không rút lại được. Cần sửa thì xem lại ở"
            " giai đoạn sau."
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    """A locked batch about to be taken back, with the steps of its cells."""

    log: LogEntry
    round_group: RoundGroup
    stage: Stage
    standings: dict[Cell, Appraisal]
    history: dict[Cell, list[AppraisalEntry]]


@transaction.atomic
def undo_batch(*, actor: User, round_group_id: int, batch_id: int, cells: Iterable[tuple[int, int, int | None]]) -> int:
    """Take back the cells `(unit_id, criterion_id, seen_version)` of one's own bulk recognition (the log
    entry `batch_id`), all or none, one log entry. Returns how many. Cells decided since are not the batch's
    any more and are left out by whoever asks. Sent twice it is done once. Raises as `undo` does, naming
    cells that moved since they were seen."""
    seen = {(unit, criterion): version for unit, criterion, version in cells}
    if not seen:
        raise Refused("Không còn tiêu chí nào của lần công nhận này để rút lại.")
    batch = _locked_batch(actor, round_group_id, batch_id, seen)
    done = [cell for cell in seen if _taken_back_already(batch.history.get(cell, []), actor, seen[cell])]
    if len(done) == len(seen):
        return len(done)
    _check_untouched(batch, seen)
    verdicts = {cell: _verdict(actor, batch.stage, batch.history[cell]) for cell in seen}
    return write_batch(
        actor, batch.round_group, batch.stage, verdicts, batch.standings, ledger.VERB_BULK_UNDO, undoes=batch.log
    )


def _locked_batch(actor: User, round_group_id: int, batch_id: int, seen: Iterable[Cell]) -> _Batch:
    cells = list(seen)
    assessments = locked_assessments(round_group_id, {unit for unit, _ in cells})
    round_group = locked_block(round_group_id)
    stage = checked_stage(actor, round_group)
    check_reach(actor, round_group, stage, cells)
    for unit_id in sorted({unit for unit, _ in cells}):
        check_submitted(assessments.get(unit_id))
    log = LogEntry.objects.filter(pk=batch_id, verb=ledger.VERB_BULK).first()
    if log is None or log.actor_id != actor.pk:
        raise PermissionDenied("Chỉ người công nhận hàng loạt mới rút lại được lần đó.")
    return _Batch(log, round_group, stage, standings_of(round_group, cells), _history(log, round_group))


def _history(log: LogEntry, round_group: RoundGroup) -> dict[Cell, list[AppraisalEntry]]:
    """The steps of the batch's cells in that block."""
    of_batch = AppraisalEntry.objects.filter(log=log, appraisal__round_group=round_group).order_by()
    rows = AppraisalEntry.objects.filter(appraisal__in=of_batch.values("appraisal")).select_related(
        "appraisal", "actor"
    )
    found: dict[Cell, list[AppraisalEntry]] = {}
    for step in rows.order_by("appraisal", "sequence"):
        found.setdefault((step.appraisal.unit_id, step.appraisal.criterion_id), []).append(step)
    return found


def _check_untouched(batch: _Batch, seen: dict[Cell, int | None]) -> None:
    moved = []
    for cell, version in seen.items():
        history = batch.history.get(cell)
        if history is None:
            raise Refused("Có tiêu chí không thuộc lần công nhận này.")
        last = steps.counting(history)[-1:]
        if history[-1].sequence != version or not last or last[0].log_id != batch.log.pk:
            moved.append((batch.standings[cell], history[-1]))
    if moved:
        names = "; ".join(_who(standing, step) for standing, step in moved[:5])
        raise Conflict(
            f"{len(moved)} tiêu chí đã có người ghi sau khi bạn mở trang ({names}): chưa rút lại gì. "
            "Hãy xem lại danh sách rồi rút lại.",
            current=[standing for standing, _ in moved],
        )


def _who(standing: Appraisal, step: AppraisalEntry) -> str:
    at = f"{clock.hanoi(step.at):%H:%M:%S ngày %d/%m/%Y}"
    return f"{standing.criterion.code} của {standing.unit} – {step.actor}, {step.get_action_display()} lúc {at}"
