"""What waits in the outbox."""

from datetime import timedelta

from django.contrib.auth.tokens import default_token_generator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from cchc_index.lib import clock
from units.models import User

from .models import Mail

ATTEMPTS = 8
LOST = timedelta(seconds=30)
"""A mail due for so long has lost its message."""


def waiting() -> QuerySet[Mail]:
    """Mails that should go now, the oldest first."""
    return _owed().filter(due_at__lte=clock.now()).order_by("due_at", "pk")


def _owed() -> QuerySet[Mail]:
    """What is still to be sent: to an address, not yet, not in vain too often."""
    return Mail.objects.exclude(address="").filter(sent_at=None, attempts__lt=ATTEMPTS)


def unsent_to(user: User, limit: int = 50) -> list[Mail]:
    """Letters that went nowhere because the account had no address, the newest first: their reader finds them in the
    account, whoever manages people beside it."""
    return list(Mail.objects.filter(recipient=user, address="").order_by("-created_at", "-pk")[:limit])


def has_lost() -> bool:
    """Whether a mail has waited longer than a message takes: the message was lost, or the mail server was away."""
    return waiting().filter(due_at__lte=clock.now() - LOST).exists()


def overdue(patience: timedelta) -> QuerySet[Mail]:
    """Mails written longer than `patience` ago that still wait to be sent."""
    return _owed().filter(created_at__lte=clock.now() - patience).order_by()


INVITATION = "/{dat-mat-khau}"
"""Stands in the outbox for the address under which an account's password is set. The real one is made when the mail
goes: whoever reads the outbox, an administrator too, must not be able to open somebody's account."""
INVITING = "units.invite:"
"""How the events of such mails begin."""


def password_path(user: User) -> str:
    """The page where the account's password is set: once, for the password ends it, and for INVITATION_DAYS."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("account_reset_password_from_key", args=[uid, default_token_generator.make_token(user)])


def body_of(mail: Mail) -> str:
    """What is sent: the outbox's text, with the address that opens the account where it belongs."""
    if not mail.event.startswith(INVITING):
        return mail.body
    return mail.body.replace(INVITATION, password_path(mail.recipient))
