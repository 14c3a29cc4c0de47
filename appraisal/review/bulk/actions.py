"""Deciding many cells at once, and undoing what is left of such a batch before the stage is released."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal import steps
from appraisal.core import digests as core_digests
from appraisal.core.actions.decisions import kept_result, recognition
from appraisal.core.actions.entries import Verdict, version_of, write_batch
from appraisal.core.actions.locks import (
    check_not_blind,
    check_reach,
    check_submitted,
    checked_stage,
    locked_assessments,
    locked_block,
    standings_of,
)
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.review.undo.actions import is_undone_already, undo_verdict
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import User


@transaction.atomic
def bulk_recognise(*, actor: User, round_group_id: int, cells: Iterable[tuple[int, int, int | None]]) -> int:
    """Recognise many cells `(unit_id, criterion_id, seen_version)` as one batch: all or none, one log
    entry. Returns how many. Raises as `recognise` does, naming the first cell that cannot be taken."""
    seen = {(unit, criterion): version for unit, criterion, version in cells}
    if not seen:
        raise Refused("Chưa chọn tiêu chí nào để công nhận.")
    choice = _locked_choice(actor, round_group_id, seen)
    verdicts = _recognitions(choice.assessments, seen)
    standings = _standings(choice.round_group, seen)
    return write_batch(actor, choice.round_group, choice.stage, verdicts, standings, core_digests.VERB_BULK)


@transaction.atomic
def bulk_keep(*, actor: User, round_group_id: int, cells: Iterable[tuple[int, int, int | None]]) -> int:
    """Let the adjustments of an earlier stage stand against the objections of the units: one batch, all or none, one
    log entry. Returns how many. Raises as `keep` does."""
    seen = {(unit, criterion): version for unit, criterion, version in cells}
    if not seen:
        raise Refused("Chưa chọn tiêu chí nào để giữ nguyên kết quả.")
    choice = _locked_choice(actor, round_group_id, seen)
    standings = _standings(choice.round_group, seen)
    last = _last_decisions(standings[cell].pk for cell in seen if cell in standings)
    verdicts = {}
    for cell in seen:
        standing = standings.get(cell)
        verdicts[cell] = kept_result(standing, last.get(standing.pk) if standing else None, choice.stage)
    return write_batch(actor, choice.round_group, choice.stage, verdicts, standings, core_digests.VERB_BULK_KEEP)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A locked choice of cells that one person may decide at once."""

    round_group: RoundGroup
    stage: Stage
    assessments: dict[int, SelfAssessment]


def _locked_choice(actor: User, round_group_id: int, seen: Collection[CellKey]) -> _Choice:
    """Raises what no cell of the choice can be decided for, whatever the decision."""
    assessments = locked_assessments(round_group_id, {unit for unit, _ in seen})
    round_group = locked_block(round_group_id)
    stage = checked_stage(actor, round_group)
    if stage.kind == Stage.Kind.MEETING:
        raise Refused("Ở bước Hội đồng quyết định, mỗi tiêu chí được quyết định riêng và nêu căn cứ.")
    check_reach(actor, round_group, stage, seen)
    check_not_blind(round_group, stage, {criterion for _, criterion in seen})
    _check_all_submitted(assessments, seen)
    return _Choice(round_group, stage, assessments)


def _check_all_submitted(assessments: Mapping[int, SelfAssessment], cells: Iterable[CellKey]) -> None:
    for unit_id in sorted({unit for unit, _ in cells}):
        check_submitted(assessments.get(unit_id))


def _last_decisions(appraisals: Iterable[int]) -> dict[int, AppraisalEntry]:
    rows = AppraisalEntry.objects.filter(appraisal__in=list(appraisals)).select_related("stage", "reason")
    history: dict[int, list[AppraisalEntry]] = {}
    for step in rows.order_by("appraisal", "sequence"):
        history.setdefault(step.appraisal_id, []).append(step)
    return {pk: found[-1] for pk, history_of in history.items() if (found := steps.counting(history_of))}


def _recognitions(assessments: Mapping[int, SelfAssessment], seen: Collection[CellKey]) -> dict[CellKey, Verdict]:
    scores = {
        (score.assessment.unit_id, score.criterion_id): score
        for score in SelfScore.objects.filter(
            assessment__in=assessments.values(), criterion__in={criterion for _, criterion in seen}
        )
        .select_related("assessment")
        .order_by("pk")
    }
    return {cell: recognition(scores.get(cell)) for cell in seen}


def _standings(round_group: RoundGroup, seen: Mapping[CellKey, int | None]) -> dict[CellKey, Appraisal]:
    """What stands on the cells. Raises Conflict for those that moved since they were seen."""
    standings = standings_of(round_group, seen)
    moved = [standings.get(c) for c, version in seen.items() if version_of(standings.get(c)) != (version or 0)]
    if moved:
        raise Conflict(
            f"{len(moved)} tiêu chí đã có người khác ghi kết quả trong lúc bạn xem: chưa ghi gì. "
            "Hãy xem lại danh sách rồi công nhận.",
            current=moved,
        )
    return standings


@dataclass(frozen=True, slots=True)
class _Batch:
    """A locked batch about to be taken back, with the steps of its cells."""

    log: LogEntry
    round_group: RoundGroup
    stage: Stage
    standings: dict[CellKey, Appraisal]
    history: dict[CellKey, list[AppraisalEntry]]


@transaction.atomic
def undo_batch(*, actor: User, round_group_id: int, batch_id: int, cells: Iterable[tuple[int, int, int | None]]) -> int:
    """Take back the cells `(unit_id, criterion_id, seen_version)` of one's own batch (the log
    entry `batch_id`), all or none, one log entry. Returns how many. Cells decided since are not the batch's
    any more and are left out by whoever asks. Sent twice it is done once. Raises as `undo` does, naming
    cells that moved since they were seen."""
    seen = {(unit, criterion): version for unit, criterion, version in cells}
    if not seen:
        raise Refused("Không còn tiêu chí nào của lần này để hoàn tác.")
    batch = _locked_batch(actor, round_group_id, batch_id, seen)
    done = [cell for cell in seen if is_undone_already(batch.history.get(cell, []), actor, seen[cell])]
    if len(done) == len(seen):
        return len(done)
    _check_untouched(batch, seen)
    verdicts = {cell: undo_verdict(actor, batch.stage, batch.history[cell]) for cell in seen}
    return write_batch(
        actor, batch.round_group, batch.stage, verdicts, batch.standings, core_digests.VERB_BULK_UNDO, undoes=batch.log
    )


def _locked_batch(actor: User, round_group_id: int, batch_id: int, seen: Iterable[CellKey]) -> _Batch:
    cells = list(seen)
    assessments = locked_assessments(round_group_id, {unit for unit, _ in cells})
    round_group = locked_block(round_group_id)
    stage = checked_stage(actor, round_group)
    check_reach(actor, round_group, stage, cells)
    _check_all_submitted(assessments, cells)
    log = LogEntry.objects.filter(pk=batch_id, verb__in=core_digests.BATCH_VERBS).first()
    if log is None or log.actor_id != actor.pk:
        raise PermissionDenied("Chỉ người ghi hàng loạt mới hoàn tác được lần đó.")
    return _Batch(log, round_group, stage, standings_of(round_group, cells), _history(log, round_group))


def _history(log: LogEntry, round_group: RoundGroup) -> dict[CellKey, list[AppraisalEntry]]:
    """The steps of the batch's cells in that block."""
    of_batch = AppraisalEntry.objects.filter(log=log, appraisal__round_group=round_group).order_by()
    rows = AppraisalEntry.objects.filter(appraisal__in=of_batch.values("appraisal")).select_related(
        "appraisal", "actor", "stage"
    )
    found: dict[CellKey, list[AppraisalEntry]] = {}
    for step in rows.order_by("appraisal", "sequence"):
        found.setdefault((step.appraisal.unit_id, step.appraisal.criterion_id), []).append(step)
    return found


def _check_untouched(batch: _Batch, seen: dict[CellKey, int | None]) -> None:
    moved = []
    for cell, version in seen.items():
        history = batch.history.get(cell)
        if history is None:
            raise Refused("Có tiêu chí không thuộc lần này.")
        last = steps.counting(history)[-1:]
        if history[-1].sequence != version or not last or last[0].log_id != batch.log.pk:
            moved.append((batch.standings[cell], history[-1]))
    if moved:
        names = "; ".join(_who(standing, step) for standing, step in moved[:5])
        raise Conflict(
            f"{len(moved)} tiêu chí đã có người ghi sau khi bạn mở trang ({names}): chưa hoàn tác gì. "
            "Hãy xem lại danh sách rồi hoàn tác.",
            current=[standing for standing, _ in moved],
        )


def _who(standing: Appraisal, step: AppraisalEntry) -> str:
    at = clock.in_words(step.at, seconds=True)
    return f"{standing.criterion.code} của {standing.unit} – {step.actor}, {step.get_action_display()} lúc {at}"
