"""Mail of what concerns a person: an outbox of rows, sent after the transaction that wrote them.

A verb posts its letters in its own transaction, so a mail never tells of something that did not happen
and none is forgotten when the mail server is away. A row is claimed before it is sent, so two workers
never send the same one; a worker killed between sending and noting it is the only way to a second copy,
which carries the same Message-ID.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.text import clean
from units.models import User

from .letters import Letter
from .models import Mail
from .queries import INVITING, body_of, waiting

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
"""How long a claimed mail is left to its worker; doubled with every attempt that failed."""


@dataclass(frozen=True, slots=True)
class Posted:
    """How many mails were written, and how many people have no address."""

    written: int
    without_address: int


def post(letter: Letter, people: Iterable[User]) -> Posted:
    return post_all([(letter, person) for person in people])


@transaction.atomic
def post_all(letters: Sequence[tuple[Letter, User]]) -> Posted:
    """Write the mails of events, to be sent once the surrounding transaction is in. A letter to a person without an
    address is counted and kept, to be read in the account; one that opens an account is not. A mail that exists already
    is left as it is. Two statements."""
    at = clock.now()
    kept = [one for one in letters if one[1].email or not one[0].event.startswith(INVITING)]
    named = {f"{letter.event}#{person.pk}": (letter, person) for letter, person in kept}
    events = {letter.event for letter, _ in named.values()}
    known = set(Mail.objects.filter(event__in=events).order_by().values_list("event", "recipient_id"))
    fresh = [_mail(letter, person, at) for letter, person in named.values() if (letter.event, person.pk) not in known]
    if fresh:
        Mail.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
        send_after_commit("units.send_mail")
    return Posted(sum(bool(mail.address) for mail in fresh), sum(not person.email for _, person in letters))


def _mail(letter: Letter, person: User, at: datetime) -> Mail:
    return Mail(
        event=letter.event,
        recipient=person,
        address=person.email,
        subject=letter.heading,
        body=letter.body(str(person), settings.PUBLIC_URL),
        created_at=at,
        due_at=at,
    )


def send_waiting(limit: int = 200) -> int:
    """Send what is due; how many went. Safe to repeat, to double and to kill."""
    return sum(send(pk) for pk in list(waiting().values_list("pk", flat=True)[:limit]))


def send(mail_id: int) -> bool:
    """Claim and send one mail. False when somebody else has it, or the server refused it (tried again
    later, up to ATTEMPTS times)."""
    mail = _claim(mail_id)
    if mail is None:
        return False
    try:
        _message(mail).send()
    except (OSError, ValueError) as error:  # SMTP faults are OSErrors; ValueError: a header or address
        log.warning("Chưa gửi được thư %s (lần %s): %s", mail.pk, mail.attempts, error)
        Mail.objects.filter(pk=mail.pk).update(fault=clean(str(error))[:250] or type(error).__name__)
        return False
    Mail.objects.filter(pk=mail.pk).update(sent_at=clock.now(), fault="")
    return True


def _claim(mail_id: int) -> Mail | None:
    """One conditional update decides between two workers; no lock is held while the server talks."""
    mail = waiting().filter(pk=mail_id).first()
    if mail is None:
        return None
    until = clock.now() + PATIENCE * 2**mail.attempts
    taken = Mail.objects.filter(pk=mail_id, sent_at=None, attempts=mail.attempts)
    if not taken.update(attempts=F("attempts") + 1, due_at=until):
        return None
    mail.attempts += 1
    return mail


def _message(mail: Mail) -> EmailMessage:
    name = hashlib.sha256(f"{mail.event}#{mail.recipient_id}".encode()).hexdigest()[:32]
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(mail.subject, body_of(mail), to=[mail.address], headers=headers)
