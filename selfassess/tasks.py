"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from .examination import actions as examination
from .reminders import actions as reminders


@shared_task(name="selfassess.scan_document")
def scan_document(document_id: int) -> None:
    examination.examine(document_id)


@shared_task(name="selfassess.rescan")
def rescan() -> int:
    return examination.rescan()


@shared_task(name="selfassess.send_reminders")
def send_reminders() -> int:
    return reminders.send_reminders().written
