"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from . import actions


@shared_task(name="results.recompute")
def recompute(round_group_id: int) -> None:
    job = actions.enqueue_recompute(round_group_id)
    if job is not None:
        actions.run_recompute(job.pk)


@shared_task(name="results.report")
def report(job_id: int) -> None:
    actions.run_report(job_id)


@shared_task(name="results.requeue")
def requeue() -> int:
    return actions.requeue()
