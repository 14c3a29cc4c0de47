"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from .batches import jobs


@shared_task(name="surveys.commit")
def commit(batch_id: int) -> None:
    jobs.run(batch_id)


@shared_task(name="surveys.requeue")
def requeue() -> int:
    return jobs.requeue()
