"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from cchc_index.lib import skew

from .batches import jobs
from .scores import actions as scores


@shared_task(name="surveys.commit")
def commit(batch_id: int) -> None:
    jobs.run(batch_id)


@shared_task(name="surveys.requeue")
def requeue() -> int:
    if skew.is_far():
        return 0
    scores.tell_due()
    return jobs.requeue()
