"""Celery's way in: the outbox, and who never came."""

from celery import shared_task

from .mail.actions import send_waiting
from .people.actions import remind_newcomers


@shared_task(name="units.send_mail")
def send_mail() -> int:
    """Send what waits in the outbox: asked for after each commit that wrote a mail, and by the sweeper."""
    return send_waiting()


@shared_task(name="units.remind_newcomers")
def remind() -> int:
    """Daily: invite again whoever never signed in."""
    return remind_newcomers()
