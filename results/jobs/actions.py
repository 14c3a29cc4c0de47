"""Background work. What is to be done stands in a row of `Job`: messages may be lost, doubled or late, and workers may
be killed.

A job is queued; a worker claims it under a lock (it is running, with one more attempt), notes every few seconds that
it is alive (`heartbeat_at`), and the job ends done or failed. `requeue`, called every few seconds, sends the message
of a queued job again and takes over running jobs whose worker has stopped. What a job does is said in its feature:
computation, files, statement.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from results.models import Heart, Job

log = logging.getLogger(__name__)

State, Kind = Job.State, Job.Kind

STALE = timedelta(seconds=60)
"""A heart that has not beaten for so long has stopped."""
PULSE = 10.0
"""Seconds between beats while one long piece of work (a rendering) goes on."""
LOST = timedelta(seconds=30)
"""A job queued for so long without being claimed has lost its message."""
ATTEMPTS = 5
HEART_SECONDS = 10
"""Between two signs of life of a process."""
STOPPED = "Tiến trình đã dừng khi chưa xong; tác vụ đã được gửi lại."
GAVE_UP = "Không hoàn thành sau {attempts} lần chạy. Báo người quản trị hệ thống kèm số tác vụ này, rồi yêu cầu lại."


@transaction.atomic
def claim(job_id: int) -> Job | None:
    """Take a queued job: running from now on, one more attempt. None when somebody else has it, when it is
    done or gone, or when it has been tried too often (then it is failed)."""
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, state=State.QUEUED).first()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        _fail(job)
        return None
    job.state, job.attempts, job.progress = State.RUNNING, job.attempts + 1, 0
    job.heartbeat_at = clock.now()
    job.save(update_fields=["state", "attempts", "progress", "heartbeat_at"])
    return job


def beat(job: Job, progress: int | None = None) -> None:
    """Note that the worker of a running job is alive and, when given, how far it is in per cent."""
    news: dict[str, object] = {"heartbeat_at": clock.now()}
    if progress is not None:
        news["progress"] = progress
    Job.objects.filter(pk=job.pk, state=State.RUNNING).update(**news)


@contextmanager
def pulse(job: Job) -> Iterator[None]:
    """While the `with` block runs, note every PULSE seconds, from a thread, that the worker is alive: one rendering
    takes longer than STALE. The thread dies with a killed worker, so that the job is taken over all the same."""
    stop = threading.Event()
    thread = threading.Thread(target=_pulse, args=(job, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _pulse(job: Job, stop: threading.Event) -> None:
    while not stop.wait(PULSE):
        try:
            beat(job)
        except DatabaseError:  # a busy database: the next beat will do
            log.warning("Nhịp của việc %s không ghi được", job.pk, exc_info=True)
        finally:
            connection.close()


def finish(job: Job) -> None:
    """Mark the job done and save its file, where it has one."""
    job.state, job.progress, job.message, job.finished_at = State.DONE, 100, "", clock.now()
    job.save(update_fields=["state", "progress", "message", "finished_at", "file", "digest"])


def run(job_id: int, work: Callable[[Job], None]) -> None:
    """Claim the job and do its work. An error is logged and puts the job back into the queue; a refusal fails it."""
    job = claim(job_id)
    if job is None:
        return
    try:
        work(job)
    except Exception as error:  # any failure of the work: the row remembers, the sweeper tries again
        log.exception("Việc %s (%s) hỏng ở lần thử %s", job.pk, job.kind, job.attempts)
        _broken(job.pk, error)


@transaction.atomic
def _broken(job_id: int, error: Exception) -> None:
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, state=State.RUNNING).first()
    if job is None:
        return
    if isinstance(error, Refused):  # trying again would be refused again
        _fail(job, str(error))
    else:
        give_back(job, f"Lần thử {job.attempts} gặp lỗi, sẽ tự thử lại.")


def give_back(job: Job, message: str) -> bool:
    """Put a job back into the queue; False when it failed instead, after ATTEMPTS attempts or because another
    recomputation of its block is queued."""
    waiting = Job.objects.filter(kind=Kind.RECOMPUTE, round_group=job.round_group_id, state=State.QUEUED)
    if job.kind == Kind.RECOMPUTE and waiting.exists():
        _fail(job, "Đã dừng và được thay bằng lần chạy mới hơn của cùng khối.")
        return False
    if job.attempts >= ATTEMPTS:
        _fail(job)
        return False
    job.state, job.message, job.heartbeat_at = State.QUEUED, message, clock.now()
    job.save(update_fields=["state", "message", "heartbeat_at"])
    return True


def _fail(job: Job, message: str = "") -> None:
    job.state, job.finished_at = State.FAILED, clock.now()
    job.message = message or GAVE_UP.format(attempts=job.attempts)
    job.save(update_fields=["state", "message", "finished_at"])


def is_stale(job: Job) -> bool:
    """Whether nothing was heard of a running job's worker for STALE."""
    return job.heartbeat_at is None or job.heartbeat_at < clock.now() - STALE


def note_heart(name: str, machine: str = "") -> None:
    """Say that a process of this name lives on `machine`: one update, none within HEART_SECONDS of the last."""
    now, mine = clock.now(), Heart.objects.filter(name=name, machine=machine)
    if mine.filter(beat_at__lt=now - timedelta(seconds=HEART_SECONDS / 2)).update(beat_at=now):
        return
    if not mine.exists():
        Heart.objects.bulk_create([Heart(name=name, machine=machine, beat_at=now)], ignore_conflicts=True)


def requeue() -> int:
    """Take over running jobs whose worker has stopped and send lost messages again. Returns the number of messages
    sent."""
    return _take_over_stale() + _send_lost()


def _take_over_stale() -> int:
    sent = 0
    for job_id in Job.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, state=State.RUNNING).first()
            if job is not None and is_stale(job) and give_back(job, STOPPED):
                send(job)
                sent += 1
    return sent


def _send_lost() -> int:
    """Send the message again of jobs that are queued and were last sent LOST ago; `heartbeat_at` of a queued job is
    when that was."""
    before, sent = clock.now() - LOST, 0
    for job in Job.objects.filter(state=State.QUEUED, created_at__lt=before).order_by("pk"):
        if job.heartbeat_at is None or job.heartbeat_at < before:
            with transaction.atomic():
                Job.objects.filter(pk=job.pk, state=State.QUEUED).update(heartbeat_at=clock.now())
                send(job)
            sent += 1
    return sent


def send(job: Job) -> None:
    """Send the message that starts the job, after the transaction."""
    if job.kind == Kind.RECOMPUTE:
        send_after_commit("results.recompute", job.round_group_id)
    else:
        send_after_commit("results.report", job.pk)


@transaction.atomic
def store(job_id: int, data: bytes, name: str = "") -> None:
    """Keep the file (under `name`, a PDF unless it says otherwise) and mark the job done. When a job was run twice, the
    second run keeps nothing."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.state == State.DONE:
        return
    job.digest = hashlib.sha256(data).hexdigest()
    job.file.save(name or f"bao-cao-{job.pk}.pdf", ContentFile(data), save=False)
    finish(job)
