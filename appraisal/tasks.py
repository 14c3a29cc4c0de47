"""Celery's way in: call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from appraisal.council.verifying import actions as verifying
from appraisal.council.votes import actions as votes


@shared_task(name="appraisal.remind")
def remind() -> int:
    """Members who have not voted in writing, agencies for which something waits."""
    return votes.remind_voters().written + verifying.remind_agencies().written
