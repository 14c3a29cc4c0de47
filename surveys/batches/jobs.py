"""Committing a large batch in the background. The row says what is to be done, a message is only a hint: it may be
lost, doubled or late, and a worker may be killed.

A commit is written in steps, so that no other writer waits for it: its ballots count with the last step, which holds
the batch's row, and not before (`queries.IN`). What a killed worker leaves is taken away by the next run, or by
`requeue`, called every few seconds, which takes over batches that nobody holds.
"""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import RoundGroup
from surveys.assent.actions import admit
from surveys.ballots import actions as ballots
from surveys.ballots.actions import KeptBallots, WrittenBallots
from surveys.models import ImportBatch
from surveys.scores.actions import lock_block
from units.models import User

from . import actions, digests
from .keeping import AT_ONCE, OPEN, STEP, State, drop_written, forget_file, respondents_of

log = logging.getLogger(__name__)

STALE = timedelta(seconds=60)
"""A batch that was sent or claimed so long ago, and that nobody holds, is taken over."""
ATTEMPTS = 5
TASK = "surveys.commit"
WAITING = (State.QUEUED, State.RUNNING)
GAVE_UP = "Không nhập xong sau {attempts} lần chạy. Báo người quản trị hệ thống kèm số lần nhập này."


def request_commit(*, actor: User | None, batch_id: int) -> ImportBatch:
    """Commit a small batch at once; put a large one into the queue. Asking twice is once. Raises what `commit_batch`
    raises."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.counts.get("rows", 0) <= AT_ONCE or batch.state not in (State.CHECKED, *WAITING):
        return actions.commit_batch(actor=actor, batch_id=batch_id)
    with transaction.atomic():
        actions.require(actor)
        batch = actions.locked(batch_id)
        if batch.state == State.CHECKED:
            admit(lock_block(batch.round_group_id), None)
            batch.state, batch.queued_by, batch.attempts = State.QUEUED, actor, 0
            batch.heartbeat_at, batch.message = clock.now(), ""
            batch.save(update_fields=["state", "queued_by", "attempts", "heartbeat_at", "message"])
            send_after_commit(TASK, batch.pk)
        return batch


def run(batch_id: int) -> None:
    """Claim a queued batch and commit it. A refusal puts it back among the checked ones with its sentence; any other
    error back into the queue."""
    batch = _claim(batch_id)
    if batch is None:
        return
    try:
        _commit(batch)
    except _Overtaken:
        log.info("Lần nhập %s đã dừng hoặc có máy khác làm tiếp", batch_id)
    except Refused as refused:
        _end(batch_id, State.CHECKED, str(refused))
    except Exception:  # any failure of the work: the row remembers, the sweeper tries again
        log.exception("Lần nhập %s hỏng ở lần chạy %s", batch_id, batch.attempts)
        gave_up = batch.attempts >= ATTEMPTS
        message = GAVE_UP.format(attempts=batch.attempts) if gave_up else "Gặp lỗi, hệ thống sẽ tự chạy lại."
        _end(batch_id, State.CHECKED if gave_up else State.QUEUED, message)


def commit_now(batch: ImportBatch) -> ImportBatch:
    """Commit a queued batch in steps, for the command line: where it is refused nothing of it is kept. Raises what
    `commit_batch` raises, and Refused where somebody stopped it."""
    claimed = _claim(batch.pk)
    try:
        if claimed is None:
            raise _Overtaken
        done = _commit(claimed)
        if done.state != State.COMMITTED:
            raise Refused("Dữ liệu vừa thay đổi trong lúc nhập, tệp có lỗi mới: chạy lại lệnh để xem.")
    except _Overtaken:
        raise Refused("Lần nhập này đã bị dừng.") from None
    except Exception:
        _end(batch.pk, State.CHECKED, "")
        actions.discard_batch(actor=None, batch_id=batch.pk)
        raise
    return done


class _Overtaken(Exception):
    """The batch was stopped, or another run took it over."""


def _commit(batch: ImportBatch) -> ImportBatch:
    """Write a claimed batch in steps. Where something that its ballots were checked against changed, the file is read
    again, and all is one transaction."""
    drop_written(batch)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=batch.round_group_id)
    before = ballots.standing(block, respondents_of(batch))
    rows = actions.as_checked(batch, block)
    began = rows and _begin(batch, rows, before)
    if rows and began:
        for start in range(0, len(rows.codes), STEP):
            _write_step(batch, rows, start)
        done = _finish(batch, rows, began)
        if done is not None:
            return done
        drop_written(batch)
    with transaction.atomic():
        _held(batch)
        return actions.commit_batch(actor=batch.queued_by, batch_id=batch.pk)


@transaction.atomic
def _begin(batch: ImportBatch, rows: KeptBallots, before: str) -> str:
    """Make what the file brings of the plan; the mark of what stands from now on, nothing where something changed."""
    block = lock_block(batch.round_group_id)
    admit(block, None)
    if ballots.standing(block, respondents_of(batch)) != before:
        return ""
    _held(batch)
    rows.make_plan(batch, block)
    batch.save(update_fields=["respondent_group"])
    return ballots.standing(block, respondents_of(batch))


@transaction.atomic
def _write_step(batch: ImportBatch, rows: KeptBallots, start: int) -> None:
    _held(batch)
    end = min(start + STEP, len(rows.codes))
    try:
        with transaction.atomic():
            rows.write_some(batch, start, end)
    except IntegrityError as error:
        raise Conflict("Một lần nhập khác vừa ghi cùng mã phiếu: kiểm tra lại tệp.") from error
    batch.written, batch.heartbeat_at = end, clock.now()
    batch.save(update_fields=["written", "heartbeat_at"])


def _finish(batch: ImportBatch, rows: KeptBallots, began: str) -> ImportBatch | None:
    """Let all that is written count; None where something changed since it began."""
    mark = digests.ballots_mark(rows.stored(batch))
    with transaction.atomic():
        _held(batch)
        block = lock_block(batch.round_group_id)
        admit(block, None)
        if ballots.standing(block, respondents_of(batch)) != began:
            return None
        whole = WrittenBallots(rows.plan, rows.leaves, rows.codes, rows.unit_ids, rows.answers, rows.reasons)
        whole.counted = rows.counted
        done = actions.locked(batch.pk)
        actions.write(batch.queued_by, block, done, whole, mark)
        forget_file(done)
        return done


def _held(batch: ImportBatch) -> None:
    """Lock the batch's row. Raises _Overtaken where it is no longer this run's."""
    rows = ImportBatch.objects.select_for_update(of=("self",))
    if not rows.filter(pk=batch.pk, state=State.RUNNING, attempts=batch.attempts).exists():
        raise _Overtaken


@transaction.atomic
def _claim(batch_id: int) -> ImportBatch | None:
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("respondent_group")
    batch = rows.filter(pk=batch_id, state=State.QUEUED).first()
    if batch is not None:
        batch.state, batch.attempts, batch.heartbeat_at = State.RUNNING, batch.attempts + 1, clock.now()
        batch.save(update_fields=["state", "attempts", "heartbeat_at"])
    return batch


def _end(batch_id: int, state: str, message: str) -> None:
    """Note how a run ended that did not commit, and take away what it wrote; what another run has done meanwhile
    stands."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().filter(pk=batch_id, state=State.RUNNING).first()
        if batch is not None:
            batch.state, batch.message, batch.heartbeat_at = state, message, clock.now()
            batch.save(update_fields=["state", "message", "heartbeat_at"])
    if batch is not None:
        drop_written(batch)


def cancel_commit(*, actor: User | None, batch_id: int) -> ImportBatch:
    """Take a batch out of the queue, or from its worker: it is checked as before, nothing is in. Raises Refused where
    it is in already; a step that a worker is at is waited for."""
    actions.require(actor)
    with transaction.atomic():
        batch = actions.locked(batch_id)
        if batch.state not in WAITING:
            raise Refused(f"Lần nhập này {batch.get_state_display()}: không có gì để dừng.")
        batch.state, batch.message = State.CHECKED, "Đã dừng theo yêu cầu, chưa nhập phiếu nào."
        batch.save(update_fields=["state", "message"])
    drop_written(batch)
    return batch


def requeue() -> int:
    """Send again what waits or ran for STALE and is held by nobody; take away what a killed stop or end has left. The
    number of messages sent."""
    for left in ImportBatch.objects.filter(state__in=OPEN, written__gt=0).order_by("pk"):
        drop_written(left)
    before, sent = clock.now() - STALE, 0
    old = ImportBatch.objects.filter(state__in=WAITING, heartbeat_at__lt=before).order_by("pk")
    for pk in old.values_list("pk", flat=True):
        with transaction.atomic():
            free = ImportBatch.objects.select_for_update(skip_locked=True).filter(
                pk=pk, state__in=WAITING, heartbeat_at__lt=before
            )
            batch = free.first()
            if batch is None:
                continue
            if batch.attempts >= ATTEMPTS:
                batch.state, batch.message = State.CHECKED, GAVE_UP.format(attempts=batch.attempts)
            else:
                batch.state, batch.heartbeat_at = State.QUEUED, clock.now()
                send_after_commit(TASK, pk)
                sent += 1
            batch.save(update_fields=["state", "message", "heartbeat_at"])
    return sent
