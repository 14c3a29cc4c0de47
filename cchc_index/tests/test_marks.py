"""The head of the log leaves the machine, by mail and on receipts: it exposes whoever holds database, key and files."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cchc_index.lib import dispatch
from cchc_index.lib.commands import CommandRefused
from cchc_index.tests.ledger_year import year
from units.auditlog.anchors import marks_in
from units.auditlog.digests import entry_digest, head_seal
from units.auditlog.models import LogEntry, LogHead
from units.tasks import mail_head

pytestmark = pytest.mark.django_db
WITNESSES = ["chanh-thanh-tra@hanoi.gov.vn", "ubmttq@hanoi.gov.vn"]


def recoded(subject: str, body: str) -> bytes:
    """The letter as a mail server may have coded it on its way."""
    letter = EmailMessage()
    letter["Subject"] = subject
    letter.set_content(body, cte="base64")
    return letter.as_bytes()


def rewrite_with_the_key(number: int) -> None:
    """What the owner of database, key and files can do: change an entry and seal all that follows anew."""
    LogEntry.objects.filter(number=number).update(reason="Chưa từng có")
    kept = LogEntry.objects.get(number=number - 1).digest
    for entry in LogEntry.objects.filter(number__gte=number).order_by("number"):
        kept = entry_digest(entry, kept)
        LogEntry.objects.filter(pk=entry.pk).update(digest=kept)
    head = LogHead.objects.get()
    LogHead.objects.update(digest=kept, seal=head_seal(head.count, kept))


def test_a_mail_and_a_receipt_expose_what_was_rewritten_with_everything_in_hand(
    settings: Settings, tmp_path: Path, client: Client
) -> None:
    case = year()
    settings.LEDGER_WITNESSES = WITNESSES
    assert mail_head()
    letter = tmp_path / "thu.eml"
    sent = mail.outbox[0]
    letter.write_bytes(recoded(str(sent.subject), str(sent.body)))
    assert sent.to == WITNESSES
    client.force_login(case.head)
    receipt = tmp_path / "bien-nhan.html"
    receipt.write_text(client.get(reverse("selfassess:receipt", args=[case.assessment.pk])).text)
    submitted = LogEntry.objects.get(verb="selfassess.submit")
    assert [mark.count for mark in marks_in(receipt.read_bytes())] == [submitted.number]
    settings.LEDGER_ANCHOR.unlink(missing_ok=True)
    call_command("check_ledger", "--marks", str(letter), "--marks", str(receipt))

    settings.LEDGER_ANCHOR.unlink(missing_ok=True)
    rewrite_with_the_key(3)
    call_command("check_ledger")  # alone it cannot know
    settings.LEDGER_ANCHOR.unlink(missing_ok=True)
    for held in (letter, receipt):
        with pytest.raises(CommandRefused, match="đã bị viết lại"):
            call_command("check_ledger", "--marks", str(held))


def test_each_release_and_publication_sends_the_mark_and_nobody_named_means_no_mail(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(dispatch, "_send", lambda task, args: sent.append((task, *args)))
    settings.LEDGER_WITNESSES = WITNESSES
    with django_capture_on_commit_callbacks(execute=True):
        year()
    said = [message[1] for message in sent if message[0] == "units.mail_head"]
    assert [words.partition(" ")[0] for words in said] == ["Thông", "Công"]
    settings.LEDGER_WITNESSES = []
    assert not mail_head()
    assert mail.outbox == []


def test_a_file_without_a_mark_is_refused(tmp_path: Path) -> None:
    year()
    held = tmp_path / "thu.txt"
    held.write_text("Kính gửi … 12:34 và 120:abc")
    for path in (held, tmp_path / "khong-co"):
        with pytest.raises(CommandRefused):
            call_command("check_ledger", "--marks", str(path))


def test_a_mail_coded_in_unknown_letters_still_shows_its_mark() -> None:
    held = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=x-unknown\n\n12:0123456789abcdef\n"
    assert [mark.count for mark in marks_in(held)] == [12]
