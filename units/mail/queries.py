"""What waits in the outbox."""

from datetime import timedelta

from django.db.models import QuerySet

from cchc_index.lib import clock

from .models import Mail

ATTEMPTS = 8
LOST = timedelta(seconds=30)
"""A mail due for so long has lost its message."""


def waiting() -> QuerySet[Mail]:
    """Mails that should go now, the oldest first."""
    due = Mail.objects.filter(sent_at=None, attempts__lt=ATTEMPTS, due_at__lte=clock.now())
    return due.order_by("due_at", "pk")


def has_lost() -> bool:
    """Whether a mail has waited longer than a message takes: the message was lost, or the mail server was away."""
    return waiting().filter(due_at__lte=clock.now() - LOST).exists()
