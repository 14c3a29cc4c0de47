"""Celery's way in: the outbox, and who never came."""

from celery import shared_task

from .auditlog.actions import mail_head as send_mark
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


@shared_task(name="units.mail_head", autoretry_for=(OSError,), retry_backoff=30, max_retries=6)
def mail_head(occasion: str = "Hằng ngày") -> bool:
    """Daily, and at each release and publication: the head of the log goes to people who do not reach this machine."""
    return send_mark(occasion)
