"""Celery's way in: the outbox."""

from celery import shared_task

from .mail.actions import send_waiting


@shared_task(name="units.send_mail")
def send_mail() -> int:
    """Send what waits in the outbox: asked for after each commit that wrote a mail, and by the sweeper."""
    return send_waiting()
