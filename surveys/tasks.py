"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from cchc_index.lib import skew

from .batches import jobs


@shared_task(name="surveys.commit")
def commit(batch_id: int) -> None:
    jobs.run(batch_id)


@shared_task(name="surveys.requeue")
def requeue() -> int:
    return 0 if skew.is_far() else jobs.requeue()
