"""Celery's way in: ids in, call the action. Every task may be doubled, late, or killed."""

from celery import shared_task

from . import actions


@shared_task(name="selfassess.scan_document")
def scan_document(document_id: int) -> None:
    actions.examine(document_id)


@shared_task(name="selfassess.rescan")
def rescan() -> int:
    return actions.rescan()
