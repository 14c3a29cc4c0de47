"""Celery's way in: call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from appraisal.council.votes import actions as votes


@shared_task(name="appraisal.remind_voters")
def remind_voters() -> int:
    return votes.remind_voters().written
