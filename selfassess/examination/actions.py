"""Work on documents in the background. The row is the truth and a message only a hint: what waits too long is asked
for again by `rescan`.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.stored_files import as_path
from selfassess.models import Document
from units.auditlog.actions import record
from units.auditlog.digests import marked

from . import antivirus, display_copies, text_reading
from .digests import VERDICTS

Scan = Document.Scan
ASK_AGAIN = timedelta(minutes=5)
TRY_AGAIN = timedelta(hours=1)
"""A daemon that was down is asked again about the documents it failed on."""
SWEEP = 100


def first_state() -> str:
    """The state of a new document: waiting for the daemon, or not scanned where there is none."""
    return Scan.SCANNING if settings.CLAMD_URL else Scan.NOT_SCANNED


def send(document_id: int) -> None:
    """Ask for the document to be scanned and read, once the transaction is in."""
    send_after_commit("selfassess.scan_document", document_id)


def examine(document_id: int) -> None:
    """Scan and read one document. Safe to repeat, to run twice at once and to be killed at any moment.

    An infected file is not read. No transaction is open while the daemon or the parser works.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return
    if document.scan_state in (Scan.SCANNING, Scan.FAILED):
        _scan(document)
    if document.scan_state != Scan.INFECTED and document.reading is None:
        _read(document)


def _scan(document: Document) -> None:
    state, note = Scan.NOT_SCANNED, ""
    if settings.CLAMD_URL:
        try:
            with document.file.open("rb") as stored:
                chunks = iter(lambda: stored.read(antivirus.CHUNK), b"")
                verdict = antivirus.scan(chunks, settings.CLAMD_URL, settings.CLAMD_TIMEOUT)
            state, note = (Scan.INFECTED if verdict.infected else Scan.CLEAN), verdict.name
        except FileNotFoundError:
            state, note = Scan.FAILED, "tệp không còn trong kho"
        except antivirus.Unreachable as error:
            state, note = Scan.FAILED, str(error)[:200]
    _keep_verdict(document, state, note)


@transaction.atomic
def _keep_verdict(document: Document, state: str, note: str) -> None:
    """The verdict counts for every row that holds the same stored file. A late "failed" beats no verdict."""
    same = Document.objects.filter(file=document.file.name).order_by("pk")
    waiting = same.filter(scan_state__in=(Scan.SCANNING, Scan.FAILED))
    keys = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    judged = same.filter(pk__in=keys)
    judged.update(scan_state=state, scan_note=note)
    document.scan_state = state
    if keys and state in VERDICTS:
        after = {"state": state, "found": note, "digest": document.digest, **marked(*judged)}
        verb = "selfassess.infected" if state == Scan.INFECTED else "selfassess.scanned"
        record(actor=None, verb=verb, obj=document, after=after, unit=document.unit)


def _read(document: Document) -> None:
    """The same bytes under the same number are read once."""
    same = Document.objects.filter(digest=document.digest, number=document.number, reading__isnull=False)
    known = same.order_by("pk").values_list("reading", flat=True).first()
    try:
        kind = str(document.file.name).rpartition(".")[2]
        found = known or _read_stored(document, kind)
        display = found.get("display") or _display_copy(document, kind)
    except OSError:
        return  # the sweeper comes back
    _keep_reading(document, {**found, "digest": document.digest, "display": display})


def _read_stored(document: Document, kind: str) -> text_reading.Reading:
    with as_path(str(document.file.name)) as path:
        return text_reading.read_file(path, kind, document.number, roots=str(settings.SIGNATURE_ROOTS))


@transaction.atomic
def _keep_reading(document: Document, reading: dict[str, Any]) -> None:
    """Who comes second finds it kept: one reading, one entry."""
    if Document.objects.filter(pk=document.pk, reading__isnull=True).update(reading=reading):
        document.refresh_from_db()  # locked by now: another may have judged it meanwhile
        record(actor=None, verb="selfassess.read", obj=document, after=marked(document), unit=document.unit)


def _display_copy(document: Document, kind: str) -> str:
    """The name of the stored copy that a browser can show; "" for files that need none, or allow none. The name
    follows from the file's, so that a repetition writes no second copy."""
    made = display_copies.KINDS.get(kind)
    if made is None:
        return ""
    name = f"{document.file.name}.{made}"
    if not default_storage.exists(name):
        with as_path(str(document.file.name)) as path:
            content = display_copies.copy_of(path, kind)
        if not content:
            return ""
        name = default_storage.save(name, ContentFile(content))
    return name


def rescan() -> int:
    """Ask again for documents whose message was lost or whose daemon was down; the number asked for.
    Called often: when nothing waits it locks nothing."""
    now = clock.now()
    return _ask_again(now) if _lost(now).exists() else 0


@transaction.atomic
def _ask_again(now: datetime) -> int:
    lost = list(_lost(now).order_by("asked_at", "pk").select_for_update(skip_locked=True)[:SWEEP])
    for document in lost:
        if settings.CLAMD_URL and document.scan_state == Scan.NOT_SCANNED:
            document.scan_state = Scan.SCANNING
        document.asked_at = now
        send(document.pk)
    Document.objects.bulk_update(lost, ["scan_state", "asked_at"])
    return len(lost)


def _lost(now: datetime) -> QuerySet[Document]:
    unasked = Q(asked_at=None) | Q(asked_at__lte=now - ASK_AGAIN)
    wanted = unasked & (Q(scan_state=Scan.SCANNING) | Q(reading__isnull=True) & ~Q(scan_state=Scan.INFECTED))
    if settings.CLAMD_URL:
        wanted |= unasked & Q(scan_state=Scan.NOT_SCANNED)
        wanted |= Q(scan_state=Scan.FAILED, asked_at__lte=now - TRY_AGAIN)
    return Document.objects.filter(wanted)
