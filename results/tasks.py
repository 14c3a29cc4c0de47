"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from cchc_index.lib import left_files, skew
from units.auditlog.queries import known_store

from .computation import actions as computation
from .files import actions as files
from .jobs import actions as jobs
from .models import Job
from .papers import actions as papers
from .statement import actions as statement
from .surveyreport import actions as surveyreport

RENDERERS = {
    Job.Kind.REPORT.value: files.render,
    Job.Kind.STATEMENT.value: statement.render,
    Job.Kind.PAPER.value: papers.render,
    Job.Kind.BOOKLETS.value: files.render_booklets,
    Job.Kind.SURVEY.value: surveyreport.render,
}


@shared_task(name="results.recompute")
def recompute(round_group_id: int) -> None:
    job = computation.enqueue_recompute(round_group_id)
    if job is not None:
        computation.run_recompute(job.pk)


@shared_task(name="results.report")
def report(job_id: int) -> None:
    """Claim and render a report, a sheet or a statement."""
    jobs.run(job_id, lambda job: RENDERERS[job.kind](job))


@shared_task(name="results.requeue")
def requeue() -> int:
    """The sweeper: lost and stopped jobs, blocks whose message was lost, files of what has just been published. The
    number of messages sent."""
    if skew.is_far():  # it would take over jobs that live
        return 0
    sent = jobs.requeue() + computation.start_outdated() + files.start_missing()
    jobs.note_heart("sweep")
    return sent


@shared_task(name="results.sweep_files")
def sweep_files() -> int:
    """Files without a row, of whatever app: this one stands above all that store some."""
    return 0 if skew.is_far() else left_files.sweep(known_store)
