"""Committing a large batch in the background. The row says what is to be done, a message is only a hint: it may be
lost, doubled or late, and a worker may be killed.

A commit is one transaction that holds the batch's row, so a killed worker leaves nothing half written, and a row that
is locked is one that somebody works at. `requeue`, called every few seconds, takes over batches that nobody holds.
"""

import logging
from datetime import timedelta

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from surveys.assent.actions import admit
from surveys.models import ImportBatch
from surveys.scores.actions import lock_block
from units.models import User

from . import actions
from .keeping import State

log = logging.getLogger(__name__)

AT_ONCE = 1_000
"""Ballots up to which a commit takes no longer than a page."""
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
        actions.commit_batch(actor=batch.queued_by, batch_id=batch_id)
    except Refused as refused:
        _end(batch_id, State.CHECKED, str(refused))
    except Exception:  # any failure of the work: the row remembers, the sweeper tries again
        log.exception("Lần nhập %s hỏng ở lần chạy %s", batch_id, batch.attempts)
        gave_up = batch.attempts >= ATTEMPTS
        message = GAVE_UP.format(attempts=batch.attempts) if gave_up else "Gặp lỗi, hệ thống sẽ tự chạy lại."
        _end(batch_id, State.CHECKED if gave_up else State.QUEUED, message)


@transaction.atomic
def _claim(batch_id: int) -> ImportBatch | None:
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id, state=State.QUEUED).first()
    if batch is not None:
        batch.state, batch.attempts, batch.heartbeat_at = State.RUNNING, batch.attempts + 1, clock.now()
        batch.save(update_fields=["state", "attempts", "heartbeat_at"])
    return batch


@transaction.atomic
def _end(batch_id: int, state: str, message: str) -> None:
    """Note how a run ended that did not commit; what another run has done meanwhile stands."""
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id, state=State.RUNNING).first()
    if batch is not None:
        batch.state, batch.message, batch.heartbeat_at = state, message, clock.now()
        batch.save(update_fields=["state", "message", "heartbeat_at"])


@transaction.atomic
def cancel_commit(*, actor: User | None, batch_id: int) -> ImportBatch:
    """Take a batch out of the queue, or from a worker that was killed: it is checked as before, nothing is in. Raises
    Refused where it is in already; while a worker is at it, its end is waited for."""
    actions.require(actor)
    batch = actions.locked(batch_id)
    if batch.state not in WAITING:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: không có gì để dừng.")
    batch.state, batch.message = State.CHECKED, "Đã dừng theo yêu cầu, chưa nhập phiếu nào."
    batch.save(update_fields=["state", "message"])
    return batch


def requeue() -> int:
    """Send again what waits or ran for STALE and is held by nobody. The number of messages sent."""
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
