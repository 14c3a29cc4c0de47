"""Background work as rows. The row is the truth: messages may be lost, doubled or late, workers killed.

A job is queued, claimed under a lock (running, one more attempt), beats while it works, and is done or
failed. `requeue`, called every few seconds, sends lost jobs again and takes over those whose heart stopped.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results import queries, rules
from results.models import Job, Publication
from units.models import Unit, User
from units.rules import AnyUser

from .computation import recompute

log = logging.getLogger(__name__)

State, Kind = Job.State, Job.Kind

STALE = timedelta(seconds=60)
"""A heart that has not beaten for so long has stopped."""
PULSE = 10.0
"""Seconds between beats while one long piece of work (a rendering) goes on."""
LOST = timedelta(seconds=30)
"""A job queued for so long without being claimed has lost its message."""
REST = timedelta(minutes=10)
"""After a failed recomputation the sweeper leaves the block alone; a new change of inputs does not wait."""
ATTEMPTS = 5
RERUNS = 20
"""How often one run starts over because inputs moved on, before it leaves the rest to a fresh message."""
PAUSE, LONGEST_PAUSE = 3, 20
"""Between two of them it rests so many times as long as it worked, seconds at most: in the last minute before
a deadline everybody's inputs move, and the machine belongs to those who submit."""

GAVE_UP = "Đã thử {attempts} lần mà không xong. Báo người quản trị hệ thống kèm số việc này, rồi yêu cầu lại."


@transaction.atomic
def enqueue_recompute(round_group_id: int) -> Job | None:
    """The one queued recomputation of a block. None where nothing is left to do, or where a run is under
    way: that run looks at the version again before it ends, under the same lock."""
    running = (
        Job.objects.select_for_update(of=("self",))
        .filter(kind=Kind.RECOMPUTE, round_group_id=round_group_id, state=State.RUNNING)
        .order_by("pk")
        .first()
    )
    if running is not None and not _is_stale(running):
        return None
    if running is not None:
        _give_back(running, "")
    waiting = queries.live_jobs(Kind.RECOMPUTE).filter(round_group_id=round_group_id, state=State.QUEUED).first()
    if waiting is not None:
        return waiting
    round_group = RoundGroup.objects.filter(pk=round_group_id).first()
    if round_group is None or queries.is_up_to_date(round_group):
        return None
    return Job.objects.get_or_create(kind=Kind.RECOMPUTE, round_group_id=round_group_id, state=State.QUEUED)[0]


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
    """The job lives, and has come so far (per cent)."""
    news: dict[str, object] = {"heartbeat_at": clock.now()}
    if progress is not None:
        news["progress"] = progress
    Job.objects.filter(pk=job.pk, state=State.RUNNING).update(**news)


@contextmanager
def pulse(job: Job) -> Iterator[None]:
    """Beat from a thread while the block runs: one rendering takes longer than a heart may pause. The
    thread dies with a killed worker, so that the job is taken over all the same."""
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


def run_recompute(job_id: int) -> None:
    """Claim and carry out a recomputation; starts over while inputs move on. Safe to kill and to repeat."""
    _run(job_id, _recompute_until_settled)


def _recompute_until_settled(job: Job) -> None:
    assert job.round_group_id is not None  # the kind carries a block
    for _ in range(RERUNS):
        started = time.monotonic()
        recompute(round_group_id=job.round_group_id)
        beat(job, 90)
        if _settle(job):
            return
        time.sleep(min(LONGEST_PAUSE, PAUSE * (time.monotonic() - started)))
    Job.objects.filter(pk=job.pk).update(state=State.DONE, finished_at=clock.now())
    send_after_commit("results.recompute", job.round_group_id)


@transaction.atomic
def _settle(job: Job) -> bool:
    """Done, if nothing has changed meanwhile; asked under the lock that `enqueue_recompute` takes too."""
    held = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    assert held.round_group is not None  # the kind carries a block
    if not queries.is_up_to_date(held.round_group):
        return False
    _finish(held)
    return True


def _finish(job: Job) -> None:
    job.state, job.progress, job.message, job.finished_at = State.DONE, 100, "", clock.now()
    job.save(update_fields=["state", "progress", "message", "finished_at", "file"])


def _run(job_id: int, work: Callable[[Job], None]) -> None:
    """Claim, work; whatever breaks gives the job back for another attempt and is logged."""
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
        _give_back(job, f"Lần thử {job.attempts} gặp lỗi, sẽ tự thử lại.")


def _give_back(job: Job, message: str) -> bool:
    """Back to the queue, or failed after too many attempts (or where another one already waits)."""
    waiting = Job.objects.filter(kind=Kind.RECOMPUTE, round_group=job.round_group_id, state=State.QUEUED)
    if job.kind == Kind.RECOMPUTE and waiting.exists():
        _fail(job, "Dừng giữa chừng; việc mới hơn của cùng khối thay thế.")
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


def _is_stale(job: Job) -> bool:
    return job.heartbeat_at is None or job.heartbeat_at < clock.now() - STALE


def requeue() -> int:
    """The sweeper: takes over jobs whose heart stopped, sends lost ones again, and asks for recomputations
    nobody asked for (the message was lost with the broker). Gives the number of messages sent."""
    return _take_over_stale() + _send_lost() + _start_outdated()


def _take_over_stale() -> int:
    sent = 0
    for job_id in Job.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, state=State.RUNNING).first()
            if job is not None and _is_stale(job) and _give_back(job, "Tiến trình dừng giữa chừng, đã gửi lại."):
                _send(job)
                sent += 1
    return sent


def _send_lost() -> int:
    """Queued jobs without a sign for LOST; `heartbeat_at` of a queued job is when it was last sent."""
    before, sent = clock.now() - LOST, 0
    for job in Job.objects.filter(state=State.QUEUED, created_at__lt=before).order_by("pk"):
        if job.heartbeat_at is None or job.heartbeat_at < before:
            with transaction.atomic():
                Job.objects.filter(pk=job.pk, state=State.QUEUED).update(heartbeat_at=clock.now())
                _send(job)
            sent += 1
    return sent


def _start_outdated() -> int:
    busy = Job.objects.filter(kind=Kind.RECOMPUTE, state__in=[State.QUEUED, State.RUNNING])
    failed = Job.objects.filter(kind=Kind.RECOMPUTE, state=State.FAILED, finished_at__gt=clock.now() - REST)
    sent = 0
    for round_group in queries.outdated().exclude(jobs__in=busy).exclude(jobs__in=failed):
        with transaction.atomic():
            job = enqueue_recompute(round_group.pk)
            if job is not None:
                _send(job)
                sent += 1
    return sent


def _send(job: Job) -> None:
    if job.kind == Kind.RECOMPUTE:
        send_after_commit("results.recompute", job.round_group_id)
    else:
        send_after_commit("results.report", job.pk)


@transaction.atomic
def request_report(
    *,
    actor: AnyUser | None,
    round_group_id: int | None = None,
    publication_id: int | None = None,
    unit_id: int | None = None,
) -> Job:
    """Ask for a PDF: the ranking report, or with `unit_id` that unit's sheet, of a publication or of what
    stands now in a block. Asking twice gives the job that is there: a publication's file is made once,
    a preview's while the job still waits. Raises PermissionDenied and Refused."""
    if (round_group_id is None) == (publication_id is None):
        raise Refused("Chọn một bản công bố hoặc một khối đang tính để dựng báo cáo.")
    publication = round_group = None
    if publication_id is not None:
        publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication_id)
        allowed = rules.may_see_publication(actor, publication)
    elif round_group_id is not None:
        round_group = RoundGroup.objects.select_for_update(of=("self",)).get(pk=round_group_id)
        allowed = rules.may_see_preview(actor)
    if not allowed:
        raise PermissionDenied
    unit = _unit_of_report(publication, round_group, unit_id)
    return _same_report(publication, round_group, unit) or _new_report(actor, publication, round_group, unit)


def _unit_of_report(
    publication: Publication | None, round_group: RoundGroup | None, unit_id: int | None
) -> Unit | None:
    if unit_id is None:
        return None
    groups = (
        [round_group.group_id] if round_group else list(publication.round.groups.values_list("group_id", flat=True))  # type: ignore[union-attr]
    )
    unit = Unit.objects.filter(pk=unit_id, group__in=groups).first()
    if unit is None:
        raise Refused("Đơn vị này không thuộc khối được xếp hạng.")
    return unit


def _same_report(publication: Publication | None, round_group: RoundGroup | None, unit: Unit | None) -> Job | None:
    states = [State.QUEUED, State.RUNNING, State.DONE] if publication else [State.QUEUED]
    same = Job.objects.filter(
        kind=Kind.REPORT, publication=publication, round_group=round_group, unit=unit, state__in=states
    )
    return same.order_by("-pk").first()


def _new_report(
    actor: AnyUser | None, publication: Publication | None, round_group: RoundGroup | None, unit: Unit | None
) -> Job:
    job = Job.objects.create(
        kind=Kind.REPORT,
        publication=publication,
        round_group=round_group,
        unit=unit,
        requested_by=actor if isinstance(actor, User) else None,
    )
    _send(job)
    return job


@transaction.atomic
def request_statement(*, actor: User, round_group_id: int, unit_id: int) -> Job:
    """Ask for a unit's statement of points as PDF, for the eyes of `actor`. Asking again while one waits
    gives that one. Raises PermissionDenied when the person may see nothing of it."""
    round_group = RoundGroup.objects.select_for_update(of=("self",)).get(pk=round_group_id)
    unit = Unit.objects.get(pk=unit_id)
    if rules.sight_of(actor, round_group, unit) is None:
        raise PermissionDenied
    wanted = {"kind": Kind.STATEMENT, "round_group": round_group, "unit": unit, "requested_by": actor}
    same = Job.objects.filter(**wanted, state=State.QUEUED).order_by("-pk").first()
    if same is not None:
        return same
    job = Job.objects.create(**wanted)
    _send(job)
    return job


def run_report(job_id: int) -> None:
    """Claim and render a report; the file is stored before the job is done. Safe to kill and to repeat."""
    _run(job_id, _render)


def _render(job: Job) -> None:
    if job.kind == Kind.STATEMENT:
        _render_statement(job)
    else:
        _render_report(job)


def _render_statement(job: Job) -> None:
    """What the person who asked may see when it is made, not when it was asked for."""
    from results import report, statement

    assert job.round_group is not None  # the kind carries a block, a unit and a person
    assert job.unit is not None
    sight = rules.sight_of(job.requested_by or AnonymousUser(), job.round_group, job.unit)
    if sight is None:
        raise Refused("Người yêu cầu không còn quyền xem sao kê của đơn vị này.")
    with pulse(job):
        pdf = report.statement_pdf(statement.statement(job.round_group, job.unit, sight))
    _store(job.pk, pdf)


def _render_report(job: Job) -> None:
    from results import report  # WeasyPrint is heavy: only where it renders

    if job.publication is not None:
        data = queries.bundle_of(job.publication)
    else:
        assert job.round_group is not None  # a report without a publication is of a block
        data = queries.preview_bundle(job.round_group.round, job.round_group)
    unit = job.unit
    with pulse(job):
        if unit is None:
            pdf = report.ranking_pdf(data, progress=lambda percent: beat(job, percent * 95 // 100))
        else:
            pdf = report.unit_pdf(data, unit.group.code, unit.code)
    _store(job.pk, pdf)


@transaction.atomic
def _store(job_id: int, pdf: bytes) -> None:
    """Keep the file; the second of two runs of one job finds it done and keeps nothing."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.state == State.DONE:
        return
    job.file.save(f"bao-cao-{job.pk}.pdf", ContentFile(pdf), save=False)
    _finish(job)
